import type { RawBuilder, SqlBool } from 'kysely'

/** What was read of some units. */
export interface Reading {
  readonly pages: readonly Uint8Array[]
  /** The units that were answered; the others are not shown. */
  readonly units: readonly string[]
}

/** A way to read some records again: each by its key, or all children of a parent. Its unit is a key or a parent. */
export interface Rereading {
  /** The columns that hold a unit; null where it is the key. */
  readonly columns: readonly string[] | null
  /** Up to when the record that is `staged` has been synced: what was updated later is no difference yet. */
  readonly frontier: RawBuilder<unknown>
  /** How many units are read and compared at once. */
  readonly atOnce: number
  read(units: readonly string[]): Promise<Reading>
  /** The rows, as `held`, that the units account for. */
  rows(units: readonly string[]): RawBuilder<SqlBool>
  /** Deletes what is not there any more of units that have been staged; to be called in the transaction that loads them. */
  settle(units: readonly string[]): Promise<unknown>
}
