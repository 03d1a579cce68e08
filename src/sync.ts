import { readBatches, type ReadBatch } from './batches.ts'
import { SyncError } from './errors.ts'
import { ownerOf, type SyncContext } from './context.ts'
import { readByIds } from './extract/read-by-id.ts'
import { markCompleted } from './load/checkpoint.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { isPerParent, readFamilies } from './families.ts'
import { loadAll, type Reading } from './load-all.ts'
import { openLoader } from './load/loader.ts'
import { lockStream } from './load/lock.ts'
import { makeIndexes } from './load/make-indexes.ts'
import { countLive, findAbsent, noteSeen, tombstoneAbsent } from './load/tombstones.ts'
import { describePrepared, prepareTables, prepareView, type Prepared } from './prepare.ts'
import { payLabels, refreshCatalogs } from './refresh-catalog.ts'
import type { Stream } from './streams/stream.ts'
import { statesOf } from './stretches.ts'
import { addTo, rowsRead, warn, type Tally } from './tally.ts'
import { readerIndexes } from './transform/reader-indexes.ts'
import { compileTransform } from './transform/records.ts'
import { isReadWhole, noteReadWhole, partitionsToRead, planWalks, type PlannedWalk } from './walks.ts'
import type { Work } from './work.ts'
import { planTombstones } from './transform/tombstone-plan.ts'

/** THE ONE PATH of a stream: catalog, tables, windows, pages, rows, checkpoints, tombstones. */
export async function syncStream(
  stream: Stream,
  session: Session,
  context: SyncContext,
  tally: Tally,
): Promise<void> {
  const { account } = context.options
  await lockStream(session, account, stream.name)
  const partitions = await partitionsToRead(stream, session, context)
  if (partitions.length === 0 && stream.partitions.length > 0) return
  await readCatalogs(stream, session, context, tally)
  if (stream.partitions.length === 0) return
  const prepared = await prepareTables(stream, session, account, context.options.contract)
  tally.frozen = prepared.waiting.some(({ why }) => why === 'frozen')
  const hindrance = await prepareView(stream, session, context.options)
  for (const text of [...describePrepared(prepared), hindrance]) if (text !== null) warn(tally, text)
  const walks = isPerParent(stream) ? [] : await planWalks({ ...stream, partitions }, session, context)
  const complete = walks.length === stream.partitions.length && walks.every(({ window }) => window.complete)
  const suspects = context.options.suspects.get(stream.name) ?? []
  const work = await openWork(prepared, session, context, tally, complete || suspects.length > 0)
  if (isPerParent(stream)) {
    await readFamilies(work)
    return indexForReaders(work)
  }
  await loadAll(
    work,
    walks.map((planned, index) => readingOf(work, planned, index / stream.partitions.length, !complete)),
  )
  if (complete) await finishComplete(work, walks)
  else if (suspects.length > 0) await settleSuspects(work, suspects)
  else if (stream.lasting === true && context.options.plan.mode === 'pass') await noteWhole(work, walks)
  await payLabels(stream, session)
  if (stream.lasting === undefined) await warnOfNothing(work, walks)
  await indexForReaders(work)
}

/** A backfill that goes on does not pay for the fields of what it has read whole. */
async function readCatalogs(
  stream: Stream,
  session: Session,
  context: SyncContext,
  tally: Tally,
): Promise<void> {
  if (await isReadWhole(stream, session, context)) return
  await refreshCatalogs(stream, session, context, tally)
  if (stream.partitions.length === 0) await noteReadWhole(stream, session, context)
}

/** What only readers need is made when there is everything to read: kept during a first load it would make that slower. */
async function indexForReaders({ stream, session, context, layout, tally }: Work): Promise<void> {
  const { plan, contract, indexFrom } = context.options
  const isPart = plan.mode === 'range' && (plan.since !== null || plan.until !== null)
  if (isPart || contract === 'freeze') return
  for (const table of await makeIndexes(session, readerIndexes(stream, layout), indexFrom))
    warn(
      tally,
      `${stream.name}: indexes of ${table} could not be made: another session has held it for too long; the next run tries again.`,
    )
}

/** A walk that saw all of its partition need not be done again soon, though what it did not see may be in another one. */
async function closeAlone(
  session: Session,
  { partition, place, window, close }: PlannedWalk,
  { clock }: SyncContext,
) {
  await close()
  if (window.complete && partition.refreshHours !== undefined)
    await markCompleted(session, [place], clock.now())
}

async function openWork(
  { stream, catalog, layout }: Prepared,
  session: Session,
  context: SyncContext,
  tally: Tally,
  rememberKeys: boolean,
): Promise<Work> {
  const { account } = context.options
  const loader = await openLoader(session, {
    account,
    stream: stream.name,
    layout,
    rememberKeys,
    mayBeFirst: !rememberKeys && !isPerParent(stream),
  })
  const transform = compileTransform(stream, catalog)
  return { stream, session, context, layout, transform, loader, tally }
}

/** How a walk is read to its end, a checkpoint at a time. */
function readingOf(work: Work, planned: PlannedWalk, behind: number, isAlone: boolean): Reading<ReadBatch> {
  const { stream, session, context, transform, loader } = work
  const { clock, options, workers, giveBack } = context
  const tokensLeft = (): number => context.tokensLeft(stream.name)
  const portion = 1 / stream.partitions.length
  return {
    read: (send, onNearlyOver) => {
      const batches = [loader.newBatch(), loader.newBatch()] as const
      const given = { workers, tokensLeft, onNearlyOver, giveBack, transform, batches }
      const what = { ...planned, ...given, stream, behind, portion }
      return readBatches(send, clock, options, what)
    },
    alongside: ({ states }) => planned.save(states),
    end: async () => {
      await inTransaction(session, () => planned.end(statesOf(planned.stretches)))
      if (isAlone) await closeAlone(session, planned, context)
    },
  }
}

const DOOR_IS_PARTIAL =
  'this API may not show every record, so what it left out was not taken as deleted; sync --sweep --api v2 finds that.'

/** A complete walk is over when what it did not see is settled: one that was refused is done again. */
async function finishComplete(work: Work, walks: readonly PlannedWalk[]): Promise<void> {
  const { session, stream, tally } = work
  if (stream.whole !== undefined) warn(tally, `${stream.name}: ${DOOR_IS_PARTIAL}`)
  else if (stream.lasting === undefined) await settleAbsence(work, null)
  await inTransaction(session, async () => {
    for (const { close } of walks) await close()
    await noteWhole(work, walks)
  })
}

/** A pass from the bookmark on is as good as a complete walk where what was read before can be neither gone nor other. */
async function noteWhole({ session, context }: Work, walks: readonly PlannedWalk[]): Promise<void> {
  await markCompleted(
    session,
    walks.map(({ place }) => place),
    context.clock.now(),
  )
}

/**
 * What a complete walk did not see, or what of some keys any walk did not, is read by id, and deleted here when it is
 * gone there.
 */
async function settleAbsence(work: Work, keys: readonly string[] | null) {
  const { stream, session, context, layout, transform, loader, tally } = work
  const owner = ownerOf(stream, context)
  const { live, seen, absent } = await findAbsent(session, layout, owner, keys)
  const found = { live, seen: keys === null ? seen : live - absent.length, absent }
  const suspects = planTombstones(stream.name, found, context.options.maxShare)
  if (suspects.length === 0 || stream.readById === undefined) return
  const batch = loader.newBatch()
  const { pages, refused } = await readByIds(context.send, stream, suspects)
  for (const page of pages) transform(page, batch)
  // What is there after all has been seen with it.
  addTo(tally, await loader.commit(batch))
  await noteSeen(session, layout, refused)
  tally.tombstoned += await tombstoneAbsent(session, layout, owner, keys)
  if (refused.length > 0)
    warn(
      tally,
      `${stream.name}: ${refused.length} of ${suspects.length} rows that are missing from the list could not be confirmed as deleted, since Pipedrive refuses to show those records (403). They stay as they are.`,
    )
}

/** Too many that seem to be gone are no failure of the read: the next sweep finds them too, and asks. */
async function settleSuspects(work: Work, suspects: readonly string[]): Promise<void> {
  try {
    await settleAbsence(work, suspects)
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'E_SWEEP_REFUSED') throw error
    warn(work.tally, error.message)
  }
}

/**
 * A stream that had rows and now reads none at all is reported: a lost permission looks like an empty list. Every
 * walk begins before its bookmark, so the record that the latest bookmark is taken from is read again at least.
 */
async function warnOfNothing(
  { stream, session, context, layout, tally }: Work,
  walks: readonly PlannedWalk[],
) {
  if (
    rowsRead(tally) > 0 ||
    walks.length < stream.partitions.length ||
    walks.some(({ window }) => window.until !== null)
  )
    return
  const starts = walks.flatMap(({ window }) => window.since ?? [])
  const since = starts.length === 0 ? null : Math.max(...starts)
  const live = await countLive(session, layout, since, ownerOf(stream, context))
  if (live === 0) return
  const held = since === null ? `${live}` : `${live} that changed since ${new Date(since).toISOString()}`
  warn(
    tally,
    `${stream.name}: Pipedrive shows no record, but the warehouse holds ${held}. Check what the token's user may see; sync --sweep finds what was deleted.`,
  )
}
