import type { BatchLimits } from './batches.ts'
import type { Clock } from './clock.ts'
import type { CatalogReader } from './extract/field-catalog.ts'
import type { Page } from './extract/page.ts'
import type { Send } from './extract/request.ts'
import type { Contract } from './load/evolve.ts'
import type { ReadPlan } from './extract/windows.ts'
import type { Owner } from './load/tombstones.ts'
import type { Workers } from './workers.ts'
import type { Stream } from './streams/stream.ts'

/** Ids of records, by the names of their streams. */
export type Suspects = ReadonlyMap<string, readonly string[]>

/** How many parents are asked again, by the names of their children's streams and partitions. */
export type Portions = ReadonlyMap<string, ReadonlyMap<string, number>>

export interface SyncOptions extends BatchLimits {
  readonly account: string
  /** Whose token it is. */
  readonly userId: number
  readonly plan: ReadPlan
  /** Leave alone what was read whole not long ago (`refreshHours`). */
  readonly onlyDue: boolean
  readonly lookbackMs: number
  /** Whether the tables have a view each that shows their labels. */
  readonly labelledViews: boolean
  /** Share (0 to 1) of a table that one complete walk may find gone. */
  readonly maxShare: number
  /** Records that may be gone: those that the read does not show are read by id. */
  readonly suspects: Suspects
  /** Of these streams so many parents are asked, those that were the longest ago, and no others; null: all that are due. */
  readonly portions: Portions | null
  /** Whether tables may be changed. */
  readonly contract: Contract
  /** Bytes from which on a table is given indexes for readers. */
  readonly indexFrom: number
}

/** What the streams of one run share. */
export interface SyncContext {
  readonly options: SyncOptions
  readonly clock: Clock
  readonly send: Send
  /** Says that nobody reads a page any more. */
  readonly giveBack: (page: Page) => void
  readonly catalogs: CatalogReader
  /** Walkers that are sent where a single one would be waited for. */
  readonly workers: Workers
  /** How many tokens the run may still spend on a stream; Infinity as long as its share of the day is not known. */
  readonly tokensLeft: (stream: string) => number
  readonly onProgress: (progress: Progress) => void
}

/** Whose rows a walk sees, where Pipedrive shows the token's user's own only. */
export function ownerOf({ ofUser }: Stream, { options }: SyncContext): Owner | null {
  return ofUser === undefined ? null : { column: ofUser, id: options.userId }
}

export interface Progress {
  readonly stream: string
  /** Rows that have been read so far, whatever became of them. */
  readonly rows: number
  readonly pages: number
  /** How much of the stream lies behind, 0 to 1; null where that cannot be told. */
  readonly share: number | null
}
