import { parseArgs } from 'node:util'

export interface BenchOptions {
  readonly rounds: number
  readonly deals: number
  readonly persons: number
  /** Compare the memory of this many records with that of four times as many, instead of the time with the floors. */
  readonly memory: boolean
  /** Instead: what it costs to read the children of the demo company. */
  readonly children: boolean
  readonly json: boolean
}

const CHILDREN = 'children'

export const USAGE =
  'Usage: npm run bench -- [children] [--rounds 5] [--deals 50000] [--persons 50000] [--memory] [--json]'

function count(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new TypeError(`--${name} takes a whole number above 0. ${USAGE}`)
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      deals: { type: 'string', default: '50000' },
      persons: { type: 'string', default: '50000' },
      memory: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (positionals.some((name) => name !== CHILDREN)) throw new TypeError(USAGE)
  return {
    children: positionals.includes(CHILDREN),
    rounds: count('rounds', values.rounds),
    deals: count('deals', values.deals),
    persons: count('persons', values.persons),
    memory: values.memory,
    json: values.json,
  }
}
