import { parseArgs } from 'node:util'

export interface BenchOptions {
  readonly rounds: number
  readonly deals: number
  readonly persons: number
  /** Compare the memory of this many records with that of four times as many, instead of the time with the floors. */
  readonly memory: boolean
  readonly json: boolean
}

export const USAGE =
  'Usage: npm run bench -- [--rounds 5] [--deals 50000] [--persons 50000] [--memory] [--json]'

function count(name: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new TypeError(`--${name} takes a whole number above 0. ${USAGE}`)
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      deals: { type: 'string', default: '50000' },
      persons: { type: 'string', default: '50000' },
      memory: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    rounds: count('rounds', values.rounds),
    deals: count('deals', values.deals),
    persons: count('persons', values.persons),
    memory: values.memory,
    json: values.json,
  }
}
