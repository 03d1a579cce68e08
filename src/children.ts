import { worthLoading } from './batches.ts'
import { SyncError, type ErrorCode } from './errors.ts'
import { parentsAtOnce, readChildren } from './extract/child-pages.ts'
import { recordsOf } from './extract/envelope.ts'
import { inOrder } from './extract/in-order.ts'
import { keyOf, type Page } from './extract/page.ts'
import { readByIds } from './extract/read-by-id.ts'
import type { Send } from './extract/request.ts'
import { markCompleted } from './load/checkpoint.ts'
import { inTransaction } from './load/connection.ts'
import { dueParents, followParents, type DueParent, type Family } from './load/parents.ts'
import type { Stream } from './streams/stream.ts'
import { settling } from './settling.ts'
import { saysDeleted } from './transform/deletion.ts'
import { loadAll, type Loadable, type Work } from './work.ts'

/** Requests for parents of one stream that are on their way at once; the gate bounds the rate. */
const GROUPS_AT_ONCE = 8

interface Group {
  readonly parents: readonly DueParent[]
  /** What the parents have; or why they are not shown. */
  readonly pages: readonly Page[] | SyncError
}

interface ChildBatch extends Loadable {
  /** The parents all of whose children are in it. */
  readonly parents: readonly DueParent[]
}

/** How a parent that was deleted while its children were being read may be answered. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['E_FORBIDDEN', 'E_NOT_FOUND'])

/** Reads the children of every partition's parents, some parents at a time, and settles what is gone. */
export async function readFamilies(work: Work): Promise<void> {
  const { stream, context, layout } = work
  const { account, plan } = context.options
  for (const [index, partition] of stream.partitions.entries()) {
    const { parents } = partition
    if (parents === undefined) continue
    const place = { account, stream: stream.name, partition: partition.name }
    const family: Family = { place, layout, partition, parents }
    const every = plan.mode === 'sweep' || parents.always === true
    await readFamily(work, family, every, index / stream.partitions.length)
  }
}

async function readFamily(work: Work, family: Family, every: boolean, behind: number): Promise<void> {
  const { session, tally } = work
  const due = await dueParents(session, family, every)
  const { settle, end } = settling(work, family)
  await loadAll(
    work,
    (send) => childBatches(work, family, due, send, behind),
    async ({ batch, parents }) => void (tally.tombstoned += await settle(batch.size, parents)),
  )
  await inTransaction(session, async () => {
    tally.tombstoned += await end()
    tally.tombstoned += await followParents(session, family)
    if (every) await markCompleted(session, [family.place])
  })
}

function groupsOf(due: readonly DueParent[], size: number): readonly (readonly DueParent[])[] {
  const count = Math.ceil(due.length / size)
  return Array.from({ length: count }, (_, index) => due.slice(index * size, (index + 1) * size))
}

/** The children of all due parents in batches; of each parent all of them are in one. */
async function* childBatches(
  work: Work,
  { partition }: Family,
  due: readonly DueParent[],
  send: Send,
  behind: number,
): AsyncGenerator<ChildBatch, void> {
  const { stream, context, transform, loader } = work
  const { clock, options } = context
  let [batch, other] = [loader.newBatch(), loader.newBatch()]
  let parents: DueParent[] = []
  let since = clock.now()
  let done = 0
  const filled = (): ChildBatch => {
    const full = { batch, parents, share: behind + done / due.length / stream.partitions.length }
    ;[batch, other, parents] = [other, batch, []]
    return full
  }
  const groups = groupsOf(due, parentsAtOnce(partition))
  const read = inOrder(groups, GROUPS_AT_ONCE, (group) => readGroup(work, partition, send, group))
  let answered = false
  batch.clear()
  try {
    for await (const { parents: asked, pages } of read) {
      done += asked.length
      if (pages instanceof SyncError) {
        if (!answered) await expectGone(work, partition.parents?.of, send, asked, pages)
        continue
      }
      answered = true
      for (const page of pages) transform(page, batch)
      parents.push(...asked)
      if (batch.size >= options.batchRows || clock.now() - since >= options.batchMs) {
        yield filled()
        batch.clear()
        since = clock.now()
      }
    }
  } catch (error) {
    if (worthLoading(error) && parents.length > 0) yield filled()
    throw error
  }
  if (parents.length > 0) yield filled()
}

async function readGroup(
  { stream }: Work,
  partition: Family['partition'],
  send: Send,
  parents: readonly DueParent[],
): Promise<Group> {
  try {
    return { parents, pages: await readChildren(send, stream, partition, parents) }
  } catch (error) {
    const isRefusal = error instanceof SyncError && REFUSALS.has(error.code) && parents.length === 1
    if (!isRefusal) throw error
    const isNone = error.code === 'E_NOT_FOUND' && partition.parents?.noneIsNotFound === true
    return { parents, pages: isNone ? [] : error }
  }
}

/**
 * Before any parent has been answered, a refusal may concern them all: it is one of this parent's alone when the parent
 * is gone. Throws the refusal otherwise.
 */
async function expectGone(
  { stream }: Work,
  of: Stream | undefined,
  send: Send,
  [asked]: readonly DueParent[],
  refusal: SyncError,
): Promise<void> {
  if (of === undefined || asked === undefined) throw refusal
  // The stream that asks pays.
  const payer: Stream = { ...of, name: stream.name }
  const pages = await readByIds(send, payer, [asked.key])
  const request = { stream: stream.name, path: of.partitions[0]?.path ?? '', params: {}, cost: 0 }
  const found = pages.flatMap((page) => recordsOf(request, page))
  if (found.some((record) => keyOf(of, record) === asked.key && !isDeleted(of, record))) throw refusal
}

function isDeleted(stream: Stream, record: unknown): boolean {
  return saysDeleted(stream, (record as Readonly<Record<string, unknown>>)[stream.deletedWhen?.field ?? ''])
}
