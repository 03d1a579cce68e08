import type { Partition } from '../streams/stream.ts'

/**
 * One walk over a partition. `since` (inclusive) and `until` (exclusive) are epoch milliseconds of the cursor
 * field, null where open. A `complete` walk sees every record there is, in an order that edits do not disturb.
 */
export interface Window {
  readonly since: number | null
  readonly until: number | null
  readonly complete: boolean
  /** Whether pages are asked for in ascending order of the cursor field, so that the bookmark may move on the way. */
  readonly byCursor: boolean
  /** Whether they are asked for from the latest on: the walk is over where it has passed `since`. */
  readonly newestFirst?: true
}

export interface ReadPlan {
  /** `pass`: from the bookmark; `sweep`: everything; `range`: what a backfill asks for. */
  readonly mode: 'pass' | 'sweep' | 'range'
  /** Epoch milliseconds; for `range`. */
  readonly since: number | null
  readonly until: number | null
}

/** The walk that sees everything. */
export const COMPLETE: Window = { since: null, until: null, complete: true, byCursor: false }

/**
 * The window a walk opens. A pass starts `lookbackMs` before the bookmark, since the filter knows whole seconds
 * and rows may be committed late; a bookmark in the future (a record dated ahead) is taken as now.
 * A partition that cannot be filtered is always read whole.
 */
export function planWindow(
  partition: Partition,
  bookmark: number | null,
  plan: ReadPlan,
  lookbackMs: number,
  now: number,
): Window {
  const { filter, newestFirst } = partition
  if (plan.mode === 'sweep' || (filter === undefined && newestFirst === undefined)) return COMPLETE
  if (plan.mode === 'pass') {
    const since = bookmark === null ? null : Math.min(bookmark, now) - lookbackMs
    // Without a filter there is nothing that a first walk could leave out.
    if (filter === undefined && since === null) return COMPLETE
    const window = { since, until: null, complete: false } as const
    return filter === undefined
      ? { ...window, byCursor: false, newestFirst: true }
      : { ...window, byCursor: true }
  }
  if (filter === undefined) return COMPLETE
  // A resumed range goes on from what it has reached; what it covers stays the same.
  const since = bookmark === null ? plan.since : Math.max(bookmark - lookbackMs, plan.since ?? -Infinity)
  return { since, until: plan.until, complete: false, byCursor: true }
}
