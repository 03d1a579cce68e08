import type { Clock } from './clock.ts'
import { SyncError, type ErrorCode } from './errors.ts'
import { readPages } from './extract/paging.ts'
import { prefetch } from './extract/prefetch.ts'
import type { Send } from './extract/request.ts'
import type { Window } from './extract/windows.ts'
import type { Partition, Stream } from './streams/stream.ts'
import type { Batch } from './transform/batch.ts'
import type { HighWater } from './transform/high-water.ts'
import type { Transform } from './transform/records.ts'

/** A checkpoint is due after this many rows or milliseconds, whichever comes first. */
export interface BatchLimits {
  readonly batchRows: number
  readonly batchMs: number
}

export interface Walk {
  readonly stream: Stream
  readonly partition: Partition
  readonly window: Window
  readonly transform: Transform
  /** Follows every record that the batches hold. */
  readonly mark: HighWater
  readonly batches: readonly [Batch, Batch]
  /** How much of the stream lies behind the walk, and how much of it the walk is, 0 to 1. */
  readonly behind: number
  readonly portion: number
}

/** After these, what was read is in doubt: nothing of it is loaded. After any other failure it has been paid for. */
const DOUBTFUL: ReadonlySet<ErrorCode> = new Set(['E_ENVELOPE', 'E_PAGE_LOOP', 'E_RECORD', 'E_UNSTABLE'])

/** Whether what was read before the failure may be loaded. */
export function worthLoading(error: unknown): boolean {
  return error instanceof SyncError && !DOUBTFUL.has(error.code)
}

/**
 * A record dated ahead of the clock cannot be a bookmark: a pass starts at the present at the latest, so what
 * changed between two passes would be read by neither. Nor can one that changed during a walk without an order: others
 * may have changed before it, and behind the walk.
 */
function upTo(now: number, cursors: readonly (number | null)[]): (number | null)[] {
  return cursors.map((cursor) => (cursor === null || cursor > now ? null : cursor))
}

/** Rows that are to be committed at once. */
export interface Loadable {
  readonly batch: Batch
  /** How much of what is being read lies behind, 0 to 1; null where that cannot be told. */
  readonly share: number | null
}

/** Rows to be committed at once, and the bookmark that may be committed with them. */
export interface ReadBatch extends Loadable {
  readonly checkpoint: number | null
}

/**
 * The rows of a walk in batches; a failure that leaves what was read before in order comes after a last batch. Two
 * batches take turns: one may be loaded while the other is filled.
 */
export async function* readBatches(
  send: Send,
  clock: Clock,
  limits: BatchLimits,
  { stream, partition, window, transform, mark, batches, behind, portion }: Walk,
): AsyncGenerator<ReadBatch, void> {
  let [batch, other] = batches
  const started = clock.now()
  let since = started
  const filled = (): ReadBatch => {
    const full = batch
    ;[batch, other] = [other, batch]
    const share = window.byCursor ? mark.share(window.until ?? clock.now()) : null
    return {
      batch: full,
      checkpoint: mark.checkpoint,
      share: share === null ? null : behind + share * portion,
    }
  }
  batch.clear()
  try {
    for await (const page of prefetch(readPages(send, stream, partition, window))) {
      mark.add(upTo(partition.order?.byCursor === undefined ? started : clock.now(), transform(page, batch)))
      if (batch.size >= limits.batchRows || clock.now() - since >= limits.batchMs) {
        yield filled()
        batch.clear()
        // The time that the batch before took to be loaded is not the time of this one.
        since = clock.now()
      }
      if (window.byCursor && mark.hasPassed(window.until)) break
      if (window.newestFirst === true && mark.hasFallenBelow(window.since)) break
    }
  } catch (error) {
    if (worthLoading(error) && batch.pages > 0) yield filled()
    throw error
  }
  if (batch.pages > 0) yield filled()
}
