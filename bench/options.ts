import { parseArgs } from 'node:util'

export interface BenchOptions {
  readonly rounds: number
  readonly deals: number
  readonly persons: number
  /** Compare the memory of this many records with that of four times as many, instead of the time with the floors. */
  readonly memory: boolean
  /** Instead: what it costs to read the children of the demo company. */
  readonly children: boolean
  /** Instead: what custom fields cost. */
  readonly fields: boolean
  /** Instead: the tokens of a day on which nothing changes. */
  readonly day: boolean
  /** One round of few records: whether it works, not how fast. */
  readonly quick: boolean
  readonly json: boolean
}

const SUBJECTS = ['children', 'fields', 'day']
const USUAL = { rounds: 5, deals: 50_000, persons: 50_000 } as const
const QUICK = { rounds: 1, deals: 2000, persons: 2000 } as const

const USAGE =
  'Usage: npm run bench -- [children|fields|day] [--rounds 5] [--deals 50000] [--persons 50000] [--memory] [--quick] [--json]'

function count(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new TypeError(`--${name} takes a whole number above 0. ${USAGE}`)
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      deals: { type: 'string' },
      persons: { type: 'string' },
      memory: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 1 || positionals.some((name) => !SUBJECTS.includes(name)))
    throw new TypeError(`There is no bench "${positionals.join(' ')}". ${USAGE}`)
  const { memory, quick, json } = values
  const sizes = quick ? QUICK : USUAL
  const size = (name: keyof typeof USUAL): number => count(name, values[name] ?? String(sizes[name]))
  return {
    children: positionals.includes('children'),
    fields: positionals.includes('fields'),
    day: positionals.includes('day'),
    ...{ rounds: size('rounds'), deals: size('deals'), persons: size('persons') },
    ...{ memory, quick, json },
  }
}
