import type { Clock } from './clock.ts'
import { SyncError, type ErrorCode } from './errors.ts'
import type { Page } from './extract/page.ts'
import { readPages } from './extract/paging.ts'
import type { Send } from './extract/request.ts'
import type { StretchState } from './ranges.ts'
import { readTogether, type Arrival } from './read-together.ts'
import type { Workers } from './workers.ts'
import type { Partition, Stream } from './streams/stream.ts'
import { divide, isNearlyOver, shareOf, statesOf, type Stretch } from './stretches.ts'
import type { Batch } from './transform/batch.ts'
import type { Transform } from './transform/records.ts'

/** A checkpoint is due after this many rows or milliseconds, whichever comes first. */
export interface BatchLimits {
  readonly batchRows: number
  readonly batchMs: number
}

export interface Walk {
  readonly stream: Stream
  readonly partition: Partition
  /** Its parts; another walker may take half of one where `mayBeDivided`. */
  readonly stretches: Stretch[]
  readonly mayBeDivided: boolean
  readonly workers: Workers
  /** How many tokens the run may still spend. */
  readonly tokensLeft: () => number
  /** Called where its walkers are about to come to the end. */
  readonly onNearlyOver: () => void
  readonly transform: Transform
  /** Says that nobody reads a page any more. */
  readonly giveBack: (page: Page) => void
  readonly batches: readonly [Batch, Batch]
  /** How much of the stream lies behind the walk, and how much of it the walk is, 0 to 1. */
  readonly behind: number
  readonly portion: number
}

/** More tokens than walkers of the next list spend on pages that another reads as well: with fewer, it waits for its turn. */
const ENOUGH_FOR_NEXT = 1000

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

/** Rows to be committed at once, and how far the parts of the walk have been read with them. */
export interface ReadBatch extends Loadable {
  readonly states: readonly StretchState[]
}

/** The pages of a walk, of several walkers at once where one would be waited for. */
function pagesOf(send: Send, clock: Clock, walk: Walk): AsyncGenerator<Arrival, void> {
  const { stream, partition, stretches, mayBeDivided, workers, tokensLeft } = walk
  const open = ({ window, until }: Stretch): AsyncGenerator<Page, void> =>
    readPages(send, stream, partition, { ...window, until })
  const another = (): Stretch | null => {
    if (!mayBeDivided) return null
    return divide(stretches, clock.now(), tokensLeft() / partition.cost)
  }
  return readTogether({ stretches, open, divide: another, workers, worthLoading, now: () => clock.now() })
}

/**
 * The rows of a walk in batches; a failure that leaves what was read before in order comes after a last batch. Two
 * batches take turns: one may be loaded while the other is filled.
 */
export async function* readBatches(
  send: Send,
  clock: Clock,
  limits: BatchLimits,
  walk: Walk,
): AsyncGenerator<ReadBatch, void> {
  const { partition, stretches, transform, giveBack, tokensLeft, onNearlyOver, behind, portion } = walk
  let [batch, other] = walk.batches
  const started = clock.now()
  let since = started
  const filled = (): ReadBatch => {
    const full = batch
    ;[batch, other] = [other, batch]
    const share = shareOf(stretches, clock.now())
    return {
      batch: full,
      states: statesOf(stretches),
      share: share === null ? null : behind + share * portion,
    }
  }
  batch.clear()
  try {
    for await (const { stretch, page } of pagesOf(send, clock, walk)) {
      const until = stretch.window.byCursor ? stretch.until : null
      const cursors = transform(page, batch, until)
      giveBack(page)
      const latest = partition.order?.byCursor === undefined ? started : clock.now()
      stretch.mark.add(upTo(latest, cursors), until)
      const affordable = (tokensLeft() - ENOUGH_FOR_NEXT) / partition.cost
      if (stretches.length > 1 && isNearlyOver(stretches, clock.now(), affordable)) onNearlyOver()
      if (batch.size >= limits.batchRows || clock.now() - since >= limits.batchMs) {
        yield filled()
        batch.clear()
        // The time that the batch before took to be loaded is not the time of this one.
        since = clock.now()
      }
    }
  } catch (error) {
    if (worthLoading(error) && batch.pages > 0) yield filled()
    throw error
  }
  if (batch.pages > 0) yield filled()
}
