import { textTable } from '../jobs/text-table.ts'
import type { Figure, Result, ScenarioResult } from './scenario.ts'

const COLUMNS = ['scenario', 'what', 'measured', 'goal', 'holds'] as const

function numberText(value: number, { digits = 0, unit = '' }: Omit<Figure, 'what'>): string {
  if (!Number.isFinite(value)) return '–'
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${text}${unit}`
}

/** A goal is told as it was set: 0.4 and 200, not 0.40 and 200.0. */
function goalText({ goal, unit }: Figure): string {
  if (goal === undefined) return ''
  const [sign, bound] = 'most' in goal ? ['≤', goal.most] : ['≥', goal.least]
  return `${sign} ${numberText(bound, { ...(unit === undefined ? {} : { unit }), digits: String(bound).split('.')[1]?.length ?? 0 })}`
}

function holdsText({ holds }: Result): string {
  if (holds === null) return ''
  return holds ? 'yes' : 'no'
}

/** A line a figure; what a scenario is about stands in its first. */
function linesOf({ about, figures }: ScenarioResult): readonly (readonly string[])[] {
  return figures.map((figure, index) => [
    index === 0 ? about : '',
    figure.what,
    numberText(figure.value, figure),
    goalText(figure),
    holdsText(figure),
  ])
}

export function plainTable(results: readonly ScenarioResult[]): string {
  return textTable(COLUMNS, results.flatMap(linesOf))
}

export function markdownTable(results: readonly ScenarioResult[]): string {
  const rule = ['---', '---', '---:', '---:', '---']
  return [COLUMNS, rule, ...results.flatMap(linesOf)].map((line) => `| ${line.join(' | ')} |`).join('\n')
}
