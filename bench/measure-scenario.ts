import type { BenchServer } from './database.ts'
import { median } from './median.ts'
import type { Figure, Result, Scenario, ScenarioResult } from './scenario.ts'

export interface HowToMeasure {
  readonly server: BenchServer
  readonly quick: boolean
  /** Instead of as many as the scenario has. */
  readonly rounds?: number
  readonly tell: (what: string) => void
}

/** What is no number, since it never came to pass, holds nothing. */
function holds({ goal }: Figure, value: number): boolean | null {
  if (goal === undefined) return null
  return 'most' in goal ? value <= goal.most : value >= goal.least
}

function resultOf(name: string, figure: Figure, values: readonly number[]): Result {
  const value = figure.of === 'most' ? Math.max(...values) : median(values)
  return { ...figure, name, value, holds: holds(figure, value) }
}

/** All rounds of a scenario. */
export async function measureScenario(one: Scenario, how: HowToMeasure): Promise<ScenarioResult> {
  const { server, quick, tell } = how
  const records = quick ? one.records.quick : one.records.usual
  const rounds = how.rounds ?? (quick ? 1 : one.rounds)
  await using stack = new AsyncDisposableStack()
  const round = await one.open({ server, records, own: (resource) => stack.use(resource) })
  const values: Readonly<Record<string, number>>[] = []
  for (let number = 1; number <= rounds; number++) {
    values.push(await round())
    tell(`${one.name}: round ${number} of ${rounds}`)
  }
  const figures = Object.entries(one.figures).map(([name, figure]) =>
    resultOf(
      name,
      figure,
      values.map((each) => each[name] ?? Number.NaN),
    ),
  )
  return { name: one.name, about: one.about(records.toLocaleString('en')), rounds, figures }
}
