import { readBatches, type BatchLimits } from './batches.ts'
import type { Clock } from './clock.ts'
import type { CatalogReader } from './extract/field-catalog.ts'
import { prefetch } from './extract/prefetch.ts'
import { readByIds } from './extract/read-by-id.ts'
import type { Send } from './extract/request.ts'
import { planWindow, type ReadPlan, type Window } from './extract/windows.ts'
import { readCatalog } from './load/catalog-store.ts'
import { markCompleted, openBookmark, type Bookmark } from './load/checkpoint.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { evolveTables } from './load/evolve.ts'
import { openLoader, type Loader } from './load/loader.ts'
import { lockStream } from './load/lock.ts'
import { countLive, findAbsent, writeTombstones } from './load/tombstones.ts'
import { refreshCatalog } from './refresh-catalog.ts'
import type { Partition, Stream } from './streams/stream.ts'
import type { CatalogField } from './transform/catalog.ts'
import { addTo, rowsRead, type Tally } from './tally.ts'
import { HighWater } from './transform/high-water.ts'
import { layoutStream, type StreamLayout } from './transform/layout.ts'
import { compileTransform, type Transform } from './transform/records.ts'
import { planTombstones } from './transform/tombstone-plan.ts'

export interface SyncOptions extends BatchLimits {
  readonly account: string
  readonly plan: ReadPlan
  readonly lookbackMs: number
  /** Share (0 to 1) of a table that one complete walk may find gone. */
  readonly maxShare: number
}

/** What the streams of one run share. */
export interface SyncContext {
  readonly options: SyncOptions
  readonly clock: Clock
  readonly send: Send
  readonly catalogs: CatalogReader
  readonly onProgress: (progress: Progress) => void
}

export interface Progress {
  readonly stream: string
  /** Rows that have been read so far, whatever became of them. */
  readonly rows: number
  readonly pages: number
  /** How much of the stream lies behind, 0 to 1; null where that cannot be told. */
  readonly share: number | null
}

interface Work {
  readonly stream: Stream
  readonly session: Session
  readonly context: SyncContext
  readonly layout: StreamLayout
  readonly transform: Transform
  readonly loader: Loader
  readonly tally: Tally
}

interface PlannedWalk {
  readonly partition: Partition
  readonly window: Window
  readonly bookmark: Bookmark
}

/** THE ONE PATH of a stream: catalog, tables, windows, pages, rows, checkpoints, tombstones. */
export async function syncStream(
  stream: Stream,
  session: Session,
  context: SyncContext,
  tally: Tally,
): Promise<void> {
  const { account } = context.options
  await lockStream(session, account, stream.name)
  for (const spec of stream.catalogs) {
    const fetched = await context.catalogs.read(stream.name, spec)
    const counts = await refreshCatalog(session, account, stream.name, spec.entity, fetched)
    // A stream without records of its own reports the catalog's.
    if (stream.partitions.length === 0) addTo(tally, counts)
  }
  if (stream.partitions.length === 0) return

  const catalog = await readCatalog(session, stream.name)
  const tables = layoutStream(stream, catalog)
  await inTransaction(session, () =>
    evolveTables(session, account, stream.name, [tables, ...tables.children]),
  )
  // Records say nothing any more of a field that was removed: merging its columns would empty them.
  const fields = catalog.filter((field) => !field.removed)
  const layout = layoutStream(stream, fields)
  const walks = await planWalks(stream, session, context)
  const complete = walks.length === stream.partitions.length && walks.every(({ window }) => window.complete)
  const work = await openWork(stream, session, context, tally, layout, catalog, complete)
  for (const [index, planned] of walks.entries()) {
    await walk(work, planned, index / walks.length)
    if (!complete) await planned.bookmark.close()
  }
  if (complete) await finishComplete(work, walks)
  await warnOfNothing(work, walks)
}

/** One walk a partition; those that a backfill cut off earlier had already finished are left out. */
async function planWalks(stream: Stream, session: Session, context: SyncContext): Promise<PlannedWalk[]> {
  const { account, plan, lookbackMs } = context.options
  const range = plan.mode === 'range' ? plan : null
  const walks: PlannedWalk[] = []
  for (const partition of stream.partitions) {
    const place = { account, stream: stream.name, partition: partition.name }
    const bookmark = await openBookmark(session, place, range)
    const window = planWindow(partition, bookmark.value, plan, lookbackMs, context.clock.now())
    if (!bookmark.closed) walks.push({ partition, window, bookmark })
  }
  return walks
}

async function openWork(
  stream: Stream,
  session: Session,
  context: SyncContext,
  tally: Tally,
  layout: StreamLayout,
  catalog: readonly CatalogField[],
  complete: boolean,
): Promise<Work> {
  const { account } = context.options
  const loader = await openLoader(session, { account, stream: stream.name, layout, rememberKeys: complete })
  const transform = compileTransform(stream, catalog)
  return { stream, session, context, layout, transform, loader, tally }
}

/** Sends nothing more after the signal: what is read ahead of a batch that cannot be loaded is paid for in vain. */
function sendUntil(signal: AbortSignal, send: Send): Send {
  return async (request) => {
    signal.throwIfAborted()
    return send(request)
  }
}

/** Reads one window to its end, a checkpoint at a time. */
async function walk(work: Work, { partition, window, bookmark }: PlannedWalk, behind: number): Promise<void> {
  const { stream, session, context, transform, loader, tally } = work
  const { send, clock, options } = context
  const mark = new HighWater(bookmark.value)
  const save = (to: number | null): Promise<void> => (window.byCursor ? bookmark.save(to) : Promise.resolve())
  const batches = [loader.newBatch(), loader.newBatch()] as const
  const what = { stream, partition, window, transform, mark, batches }
  const failed = new AbortController()
  const reading = prefetch(readBatches(sendUntil(failed.signal, send), clock, options, what))
  for await (const { batch, checkpoint, share } of reading) {
    const committed = loader.commit(batch, () => save(checkpoint))
    committed.catch((error: unknown) => failed.abort(error))
    addTo(tally, await committed)
    tally.pages += batch.pages
    context.onProgress({
      stream: stream.name,
      rows: rowsRead(tally),
      pages: tally.pages,
      share: share === null ? null : behind + share / stream.partitions.length,
    })
  }
  await inTransaction(session, () => save(mark.end))
}

/** A complete walk is over when what it did not see is settled: one that was refused is done again. */
async function finishComplete(work: Work, walks: readonly PlannedWalk[]): Promise<void> {
  const { session } = work
  await settleAbsence(work)
  await inTransaction(session, async () => {
    for (const { bookmark } of walks) await bookmark.close()
    await markCompleted(
      session,
      walks.map(({ bookmark }) => bookmark.place),
    )
  })
}

/** After a complete walk: what it did not see is read by id, and deleted here when it is gone there. */
async function settleAbsence({ stream, session, context, layout, transform, loader, tally }: Work) {
  const found = await findAbsent(session, layout)
  const suspects = planTombstones(stream.name, found, context.options.maxShare)
  if (suspects.length === 0 || stream.readById === undefined) return
  const batch = loader.newBatch()
  for (const page of await readByIds(context.send, stream, suspects)) transform(page, batch)
  addTo(tally, await loader.commit(batch))
  const there = new Set(batch.keys().map(String))
  const gone = suspects.filter((key) => !there.has(key))
  tally.tombstoned += await writeTombstones(session, layout, gone)
}

/**
 * A stream that had rows and now reads none at all is reported: a lost permission looks like an empty list. Every
 * walk begins before its bookmark, so the record that the latest bookmark is taken from is read again at least.
 */
async function warnOfNothing({ stream, session, layout, tally }: Work, walks: readonly PlannedWalk[]) {
  if (rowsRead(tally) > 0 || walks.length === 0 || walks.some(({ window }) => window.until !== null)) return
  const starts = walks.flatMap(({ window }) => window.since ?? [])
  const since = starts.length === 0 ? null : Math.max(...starts)
  const live = await countLive(session, layout, since)
  if (live === 0) return
  const held = since === null ? `${live}` : `${live} that changed since ${new Date(since).toISOString()}`
  tally.warning = `${stream.name}: Pipedrive shows no record, but the warehouse holds ${held}. Check what the token's user may see; sync --sweep finds what was deleted.`
}
