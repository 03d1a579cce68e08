import { worthLoading, type BatchLimits, type Loadable } from './batches.ts'
import type { Clock } from './clock.ts'
import { SyncError } from './errors.ts'
import { askChildren, parentsAtOnce, type AskedParent } from './extract/child-pages.ts'
import { chunks } from './chunks.ts'
import { recordsOf } from './extract/envelope.ts'
import { inOrder } from './extract/in-order.ts'
import { keyOf, type Page } from './extract/page.ts'
import { readByIds } from './extract/read-by-id.ts'
import type { Send } from './extract/request.ts'
import type { Partition, Stream } from './streams/stream.ts'
import { saysDeleted } from './transform/deletion.ts'
import type { Batch } from './transform/batch.ts'
import type { Transform } from './transform/records.ts'

/** Requests for parents of one stream that are on their way at once; the gate bounds the rate. */
const GROUPS_AT_ONCE = 8

/** What reading the children of one partition's parents takes. */
export interface ChildWalk<Parent extends AskedParent> {
  readonly stream: Stream
  readonly partition: Partition
  /** The parents whose children are read, in this order. */
  readonly due: readonly Parent[]
  readonly transform: Transform
  readonly batches: readonly [Batch, Batch]
  /** How much of the stream lies behind, and how much of it this is, 0 to 1. */
  readonly behind: number
  readonly portion: number
}

export interface ChildBatch<Parent extends AskedParent> extends Loadable {
  /** The parents all of whose children are in it. */
  readonly parents: readonly Parent[]
  /** Those that Pipedrive says are not there. */
  readonly refused: readonly Parent[]
}

interface Group<Parent extends AskedParent> {
  readonly asked: readonly Parent[]
  /** What the parents have; or why it is not shown. */
  readonly pages: readonly Page[] | SyncError
}

/** So many parents that are there have to be refused, and none answered, until all count as refused. */
const MOST_REFUSED = 3

/**
 * The children of all due parents in batches; of each parent all of them are in one. Throws what refuses the first
 * parents: a right or a plan that does not reach for the stream.
 */
export async function* childBatches<Parent extends AskedParent>(
  send: Send,
  clock: Clock,
  limits: BatchLimits,
  walk: ChildWalk<Parent>,
): AsyncGenerator<ChildBatch<Parent>, void> {
  const { stream, partition, due, transform, batches, behind, portion } = walk
  const groups = chunks(due, parentsAtOnce(partition))
  const expectAnswers = watchRefusals(send, walk)
  let [batch, other] = batches
  let parents: Parent[] = []
  let refused: Parent[] = []
  let since = clock.now()
  let done = 0
  let answered = false
  const filled = (): ChildBatch<Parent> => {
    // As long as nobody was answered, a refusal may concern all.
    const settled = answered ? refused : []
    const full = { batch, parents, refused: settled, share: behind + (portion * done) / due.length }
    ;[batch, other, parents, refused] = [other, batch, [], answered ? [] : refused]
    return full
  }
  batch.clear()
  try {
    for await (const { asked, pages } of inOrder(
      groups,
      GROUPS_AT_ONCE,
      readGroup(send, stream, partition),
    )) {
      done += asked.length
      await expectAnswers(asked, pages)
      if (pages instanceof SyncError) refused.push(...(pages.code === 'E_NOT_FOUND' ? asked : []))
      else {
        answered = true
        for (const page of pages) transform(page, batch)
        parents.push(...asked)
      }
      if (batch.size >= limits.batchRows || clock.now() - since >= limits.batchMs) {
        yield filled()
        batch.clear()
        since = clock.now()
      }
    }
  } catch (error) {
    if (worthLoading(error) && parents.length > 0) yield filled()
    throw error
  }
  if (answered && parents.length + refused.length > 0) yield filled()
}

function readGroup<Parent extends AskedParent>(send: Send, stream: Stream, partition: Partition) {
  return async (asked: readonly Parent[]): Promise<Group<Parent>> => ({
    asked,
    pages: await askChildren(send, stream, partition, asked),
  })
}

/** Tells a parent that is refused since it is gone from a stream that is refused: that one's parents are there. */
function watchRefusals<Parent extends AskedParent>(
  send: Send,
  { stream, partition, due }: ChildWalk<Parent>,
) {
  let answered = false
  let refusals = 0
  const last = due.at(-1)
  return async (asked: readonly Parent[], pages: readonly Page[] | SyncError): Promise<void> => {
    answered ||= !(pages instanceof SyncError)
    const [parent] = asked
    const of = partition.parents?.of
    if (answered || !(pages instanceof SyncError) || parent === undefined || of === undefined) return
    if (await isThere(send, stream, of, parent.key)) refusals++
    if (refusals >= MOST_REFUSED || (refusals > 0 && parent === last)) throw pages
  }
}

/** Whether Pipedrive shows the record; the stream that wants to know pays. */
async function isThere(send: Send, payer: Stream, of: Stream, key: string): Promise<boolean> {
  const pages = await readByIds(send, { ...of, name: payer.name }, [key])
  const request = { stream: payer.name, path: of.partitions[0]?.path ?? '', params: {}, cost: 0 }
  const found = pages.flatMap((page) => recordsOf(request, page))
  return found.some((record) => keyOf(of, record) === key && !isDeleted(of, record))
}

function isDeleted(stream: Stream, record: unknown): boolean {
  return saysDeleted(stream, (record as Readonly<Record<string, unknown>>)[stream.deletedWhen?.field ?? ''])
}
