import type { BatchLimits } from './batches.ts'
import { openBasket, type Basket, type ChildBatch } from './child-basket.ts'
import type { Clock } from './clock.ts'
import { SyncError } from './errors.ts'
import { askChildren, parentsAtOnce, type AskedParent } from './extract/child-pages.ts'
import { chunks } from './chunks.ts'
import { inHalves } from './extract/in-halves.ts'
import { inOrder } from './extract/in-order.ts'
import type { Page } from './extract/page.ts'
import type { Send } from './extract/request.ts'
import { isPassedOver, type Failures } from './failures.ts'
import { watchRefusals } from './refusals.ts'
import type { Partition, Stream } from './streams/stream.ts'
import type { Batch } from './transform/batch.ts'
import type { Transform } from './transform/records.ts'
import type { Workers } from './workers.ts'

/** A parent that is asked for, and whether it could not be read the last time. */
interface WalkedParent extends AskedParent {
  readonly failed: boolean
}

/** What reading the children of one partition's parents takes. */
export interface ChildWalk<Parent extends WalkedParent> {
  readonly stream: Stream
  readonly partition: Partition
  /** The parents whose children are read, in this order. */
  readonly due: readonly Parent[]
  readonly transform: Transform
  readonly batches: readonly [Batch, Batch]
  /** Whether the children of any parent were read before. */
  readonly wasRead: boolean
  /** Counts the parents that are passed over. */
  readonly failures: Failures
  /** Those that all streams of the run share: each is a request more on its way at once. */
  readonly workers: Workers
  /** How much of the stream lies behind, and how much of it this is, 0 to 1. */
  readonly behind: number
  readonly portion: number
}

/** Parents that are asked at once, and what they have; or why it is not shown, or could not be read. */
interface Group<Parent extends WalkedParent> {
  readonly asked: readonly Parent[]
  readonly answer: Answer
}
type Answer =
  { readonly pages: readonly Page[] } | { readonly refusal: SyncError } | { readonly failure: SyncError }

/**
 * The children of all due parents in batches; of each parent all of them are in one. Throws what refuses the first
 * parents: a right or a plan that does not reach for the stream. Ends where so many in a row failed that all would.
 */
export async function* childBatches<Parent extends WalkedParent>(
  send: Send,
  clock: Clock,
  limits: BatchLimits,
  walk: ChildWalk<Parent>,
): AsyncGenerator<ChildBatch<Parent>, void> {
  const { partition, due, transform, batches, behind, portion } = walk
  const groups = inOrder(chunks(due, parentsAtOnce(partition)), walk.workers, readGroups(send, walk))
  const basket = openBasket<Parent>(batches, transform, walk.wasRead)
  const take = intoBasket(send, walk, basket)
  let since = clock.now()
  let done = 0
  const filled = () => basket.empty(behind + (portion * done) / due.length)
  try {
    for await (const parts of groups) {
      for (const part of parts) await take(part)
      done += parts.flatMap(({ asked }) => asked).length
      if (walk.failures.isOver) break
      if (basket.size >= limits.batchRows || clock.now() - since >= limits.batchMs) {
        yield filled()
        basket.begin()
        since = clock.now()
      }
    }
  } catch (error) {
    // Of each parent that is in the batch all has been read: a failure at another casts no doubt on it.
    if (error instanceof SyncError && !basket.isEmpty) yield filled()
    throw error
  }
  if (!basket.isEmpty) yield filled()
}

/** Reads a group; where it is refused as a whole, its halves: one that is there no more would take the others with it. */
function readGroups<Parent extends WalkedParent>(send: Send, walk: ChildWalk<Parent>) {
  const read = readGroup(send, walk)
  return (asked: readonly Parent[]): Promise<readonly Group<Parent>[]> =>
    inHalves(
      asked,
      read,
      ({ answer }) => 'refusal' in answer || ('failure' in answer && answer.failure.code === 'E_BAD_REQUEST'),
    )
}

function readGroup<Parent extends WalkedParent>(send: Send, { stream, partition }: ChildWalk<Parent>) {
  return async (asked: readonly Parent[]): Promise<Group<Parent>> => {
    try {
      const answer = await askChildren(send, stream, partition, asked)
      return { asked, answer: answer instanceof SyncError ? { refusal: answer } : { pages: answer } }
    } catch (error) {
      if (!isPassedOver(error)) throw error
      return { asked, answer: { failure: error } }
    }
  }
}

/** Puts what became of a group into the basket; throws what concerns all groups. */
function intoBasket<Parent extends WalkedParent>(
  send: Send,
  walk: ChildWalk<Parent>,
  basket: Basket<Parent>,
) {
  const { failures } = walk
  const doubt = watchRefusals(send, walk)
  const fail = (asked: readonly Parent[], failure: SyncError): void => {
    basket.fail(asked)
    failures.add(failure, asked)
  }
  const take = (asked: readonly Parent[], pages: readonly Page[]): void => {
    try {
      basket.take(asked, pages)
      failures.answered()
    } catch (error) {
      if (!isPassedOver(error)) throw error
      fail(asked, error)
    }
  }
  const refuse = async (asked: readonly Parent[], refusal: SyncError): Promise<void> => {
    const isGone = refusal.code === 'E_NOT_FOUND' && asked.length === 1
    if (!isGone) basket.deny(asked)
    for (const parent of basket.answered ? [] : asked) await doubt(parent, refusal)
    if (isGone) basket.refuse(asked)
  }
  return async ({ asked, answer }: Group<Parent>): Promise<void> => {
    if ('pages' in answer) return take(asked, answer.pages)
    if ('failure' in answer) return fail(asked, answer.failure)
    return refuse(asked, answer.refusal)
  }
}
