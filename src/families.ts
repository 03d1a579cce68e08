import { childBatches } from './child-batches.ts'
import { ownerOf, type SyncContext, type SyncOptions } from './context.ts'
import type { SyncError } from './errors.ts'
import { countFailures, type Failures } from './failures.ts'
import { markCompleted, type Place } from './load/checkpoint.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { wereRead } from './load/parent-reads.ts'
import { dueParents, followParents, type Family } from './load/parents.ts'
import { closeRange, isRangeClosed } from './load/ranges.ts'
import { NO_SWEEP, closeSweep, openSweep } from './load/sweep.ts'
import { loadAll } from './load-all.ts'
import { settling } from './settling.ts'
import { childrenIn } from './streams/children.ts'
import type { Stream } from './streams/stream.ts'
import { warn } from './tally.ts'
import type { TableLayout } from './transform/layout.ts'
import type { Work } from './work.ts'

/** Whether the records of a stream are read parent by parent. */
export function isPerParent(stream: Stream): boolean {
  return childrenIn(stream).length > 0
}

/** What the children of each partition are, and whose the token's user can see. */
export function familiesOf(stream: Stream, layout: TableLayout, context: SyncContext): readonly Family[] {
  const { account } = context.options
  return childrenIn(stream).map((partition) => {
    const { name, parents } = partition
    const place = { account, stream: stream.name, partition: name }
    return { place, layout, partition, parents, owner: ownerOf(parents.of, context) }
  })
}

/**
 * Reads the children of every partition's parents, some parents at a time, and settles what is gone. Throws in the end
 * where parents had to be passed over, or were not believed.
 */
export async function readFamilies(work: Work): Promise<void> {
  const failures = countFailures()
  const families = familiesOf(work.stream, work.layout, work.context)
  const troubles: (SyncError | null)[] = []
  for (const [index, family] of families.entries())
    troubles.push(await readFamily(work, family, failures, index / families.length, 1 / families.length))
  const [first, ...others] = [...troubles, failures.summary].filter((trouble) => trouble !== null)
  for (const { message } of others) warn(work.tally, message)
  if (first !== undefined) throw first
}

/** How many parents are asked again where not all that are due are asked. */
function mostOf({ portions }: SyncOptions, { stream, partition }: Place): number | undefined {
  const portion = portions?.get(stream)
  return portion && (portion.get(partition) ?? 0)
}

/** Whether parents are asked that have not changed, too. A backfill that goes on asks them once a day. */
export async function isAskedWhole(
  session: Session,
  { options: { plan } }: SyncContext,
  { place, parents }: Family,
): Promise<boolean> {
  if (plan.mode === 'sweep') return true
  if (parents.always !== true) return false
  return plan.mode !== 'range' || !(await isRangeClosed(session, place, plan))
}

/** Gives why what seems to be gone of the family was not believed. */
async function readFamily(
  work: Work,
  family: Family,
  failures: Failures,
  behind: number,
  portion: number,
): Promise<SyncError | null> {
  const { stream, session, context, transform, loader, tally } = work
  const { clock, options, workers } = context
  const { place, partition } = family
  const most = mostOf(options, place)
  const every = most === undefined && (await isAskedWhole(session, context, family))
  const { resumed, isRecent } = every ? await openSweep(session, place) : NO_SWEEP
  const which = most !== undefined ? 'stale' : every ? 'sweep' : 'changed'
  const due = await dueParents(session, family, which, most)
  const wasRead = await wereRead(session, place)
  const { settle, end, counts } = settling(session, family, options.maxShare)
  const before = failures.count
  failures.begin()
  const batches = [loader.newBatch(), loader.newBatch()] as const
  const what = { stream, partition, due, wasRead, transform, batches, failures, workers, behind, portion }
  await loadAll(work, [
    {
      read: (send) => childBatches(send, clock, options, what),
      alongside: async (answered) => void (tally.tombstoned += await settle(answered)),
    },
  ])
  const { answered, denied } = counts()
  if (denied > 0)
    warn(
      tally,
      `${stream.name}: ${denied} of ${due.length} parents were refused (403); their rows stay as they are.`,
    )
  tally.tombstoned += await inTransaction(session, () => followParents(session, family))
  return inTransaction(session, async () => {
    const { tombstoned, refusal } = await end()
    tally.tombstoned += tombstoned
    if (every && !failures.isOver) await closeSweep(session, place)
    // Without parents there was nothing to read: their own stream may have failed.
    const wasAsked = due.length > 0 ? answered > 0 : resumed
    const isWhole = failures.count === before && denied === 0 && refusal === null
    if (!every || !wasAsked || !isWhole) return refusal
    await markCompleted(session, [place], clock.now())
    if (options.plan.mode === 'range' && isRecent) await closeRange(session, place, options.plan)
    return refusal
  })
}
