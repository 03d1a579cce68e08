import type { BenchServer } from './database.ts'

/** One number that a scenario measures. */
export interface Figure {
  readonly what: string
  readonly unit?: string
  /** Behind the point; none when absent. */
  readonly digits?: number
  /** The greatest of the rounds instead of their median. */
  readonly of?: 'most'
  readonly goal?: { readonly most: number } | { readonly least: number }
}

export type Figures = Readonly<Record<string, Figure>>

/** What a scenario is given. */
export interface Bench {
  readonly server: BenchServer
  readonly records: number
  /** Keeps something until the scenario is over. */
  readonly own: <Resource extends AsyncDisposable>(resource: Resource) => Resource
}

/** A question to the program, with what the answer should be. */
export interface Scenario<Own extends Figures = Figures> {
  readonly name: string
  readonly about: (records: string) => string
  /** How many of whatever it counts in; with `--quick` so few that it only shows whether it works. */
  readonly records: { readonly usual: number; readonly quick: number }
  readonly rounds: number
  readonly figures: Own
  /** Prepares what all rounds share, and gives what one round is: everything that is compared, one behind the other. */
  readonly open: (bench: Bench) => Promise<() => Promise<Readonly<Record<keyof Own, number>>>>
}

/** Holds the values of a round to the figures that are declared. */
export function scenario<const Own extends Figures>(one: Scenario<Own>): Scenario<Own> {
  return one
}

/** One line of the table, and of the JSON. */
export interface Result extends Figure {
  readonly name: string
  readonly value: number
  /** Null where there is no goal. */
  readonly holds: boolean | null
}

export interface ScenarioResult {
  readonly name: string
  readonly about: string
  readonly rounds: number
  readonly figures: readonly Result[]
}
