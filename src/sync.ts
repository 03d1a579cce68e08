import type { Clock } from './clock.ts'
import { SyncError, type ErrorCode } from './errors.ts'
import type { CatalogReader } from './extract/field-catalog.ts'
import { readPages } from './extract/paging.ts'
import { prefetch } from './extract/prefetch.ts'
import { readByIds } from './extract/read-by-id.ts'
import type { Send } from './extract/request.ts'
import { planWindow, type ReadPlan, type Window } from './extract/windows.ts'
import { readCatalog, writeCatalog, type CatalogCounts } from './load/catalog-store.ts'
import { markCompleted, openBookmark, type Bookmark } from './load/checkpoint.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { evolveTables } from './load/evolve.ts'
import { openLoader, type Loader } from './load/loader.ts'
import { lockCatalog, lockStream } from './load/lock.ts'
import { findAbsent, writeTombstones } from './load/tombstones.ts'
import { nativeColumns } from './streams/index.ts'
import type { CatalogSpec, Partition, Stream } from './streams/stream.ts'
import { Batch } from './transform/batch.ts'
import { mergeCatalog } from './transform/catalog.ts'
import { HighWater } from './transform/high-water.ts'
import { layoutStream, type StreamLayout } from './transform/layout.ts'
import { compileTransform, type Transform } from './transform/records.ts'
import { planTombstones } from './transform/tombstone-plan.ts'

export interface SyncOptions {
  readonly account: string
  readonly plan: ReadPlan
  readonly lookbackMs: number
  /** Share (0 to 1) of a table that one complete walk may find gone. */
  readonly maxShare: number
  /** A checkpoint is made after about this many rows or milliseconds. */
  readonly batchRows: number
  readonly batchMs: number
}

/** What the streams of one run share. */
export interface SyncContext {
  readonly options: SyncOptions
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly send: Send
  readonly catalogs: CatalogReader
  readonly onProgress: (stream: string, counts: Readonly<Tally>) => void
}

/** What a stream's walk has done so far. */
export interface Tally {
  inserted: number
  updated: number
  unchanged: number
  stale: number
  tombstoned: number
  pages: number
}

/** After these, what was read is in doubt: nothing of it is loaded. After any other failure it is worth keeping. */
const DOUBTFUL: ReadonlySet<ErrorCode> = new Set(['E_ENVELOPE', 'E_PAGE_LOOP', 'E_RECORD', 'E_UNSTABLE'])

interface Work {
  readonly stream: Stream
  readonly session: Session
  readonly context: SyncContext
  readonly layout: StreamLayout
  readonly transform: Transform
  readonly loader: Loader
  readonly tally: Tally
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
    const counts = await refreshCatalog(stream, spec, session, context)
    // A stream without records of its own reports the catalog's.
    if (stream.partitions.length === 0) report(context, stream, tally, counts)
  }
  if (stream.partitions.length === 0) return

  const catalog = await readCatalog(session, stream.name)
  const layout = layoutStream(stream, catalog)
  await inTransaction(session, () =>
    evolveTables(session, account, stream.name, [layout, ...layout.children]),
  )
  const walks = (await planWalks(stream, session, context)).filter(({ bookmark }) => !bookmark.closed)
  const complete = walks.length === stream.partitions.length && walks.every(({ window }) => window.complete)
  const loader = await openLoader(session, { account, stream: stream.name, layout, rememberKeys: complete })
  const transform = compileTransform(stream, layout, catalog)
  const work: Work = { stream, session, context, layout, transform, loader, tally }

  for (const planned of walks) await walk(work, planned)
  if (complete) await settleAbsence(work)
}

/** Brings the catalog of one entity up to date; a new field is named here, once and for ever. */
async function refreshCatalog(
  stream: Stream,
  spec: CatalogSpec,
  session: Session,
  context: SyncContext,
): Promise<CatalogCounts> {
  const { account } = context.options
  const fetched = await context.catalogs.read(stream.name, spec)
  return inTransaction(session, async () => {
    await lockCatalog(session, account, spec.entity)
    const known = await readCatalog(session, spec.entity)
    return writeCatalog(session, spec.entity, mergeCatalog(nativeColumns(spec.entity), known, fetched))
  })
}

interface PlannedWalk {
  readonly partition: Partition
  readonly window: Window
  readonly bookmark: Bookmark
}

async function planWalks(stream: Stream, session: Session, context: SyncContext): Promise<PlannedWalk[]> {
  const { account, plan, lookbackMs } = context.options
  const range = plan.mode === 'range' ? plan : null
  const walks: PlannedWalk[] = []
  for (const partition of stream.partitions) {
    const place = { account, stream: stream.name, partition: partition.name }
    const bookmark = await openBookmark(session, place, range)
    const window = planWindow(partition, bookmark.value, plan, lookbackMs, context.clock.now())
    walks.push({ partition, window, bookmark })
  }
  return walks
}

/** Reads one window to its end, a checkpoint at a time. */
async function walk(work: Work, { partition, window, bookmark }: PlannedWalk): Promise<void> {
  const { stream, session, context, tally } = work
  const mark = new HighWater(bookmark.value)
  const save = async (to: number | null): Promise<void> => {
    if (window.byCursor) await bookmark.save(to)
  }
  for await (const batch of batches(work, partition, window, mark)) {
    const counts = await work.loader.commit(batch, () => save(mark.checkpoint))
    report(context, stream, tally, { ...counts, pages: batch.pages })
  }
  await inTransaction(session, async () => {
    await save(mark.end)
    await bookmark.close()
    if (window.complete) await markCompleted(session, bookmark.place)
  })
}

/** Pages of a walk, gathered until a checkpoint is worth its transaction. */
async function* batches(
  work: Work,
  partition: Partition,
  window: Window,
  mark: HighWater,
): AsyncGenerator<Batch> {
  const { stream, context, transform } = work
  const { clock, options } = context
  let batch = new Batch()
  let since = clock.now()
  try {
    for await (const records of prefetch(readPages(context.send, stream, partition, window))) {
      const page = transform(records)
      batch.add(page)
      mark.add(page.records.map((record) => record.cursor))
      if (batch.size >= options.batchRows || clock.now() - since >= options.batchMs) {
        yield batch
        batch = new Batch()
        since = clock.now()
      }
      if (window.byCursor && mark.hasPassed(window.until)) break
    }
  } catch (error) {
    // What was read before the run was stopped, deferred or cut off has been paid for.
    if (error instanceof SyncError && !DOUBTFUL.has(error.code) && batch.pages > 0) yield batch
    throw error
  }
  if (batch.pages > 0) yield batch
}

/** After a complete walk: what it did not see is read by id, and deleted here when it is gone there. */
async function settleAbsence(work: Work): Promise<void> {
  const { stream, session, context, layout, transform, loader, tally } = work
  const found = await findAbsent(session, layout)
  const suspects = planTombstones(stream.name, found, context.options.maxShare)
  if (suspects.length === 0 || stream.readById === undefined) return
  const page = transform(await readByIds(context.send, stream, suspects))
  const batch = new Batch()
  batch.add(page)
  const counts = await loader.commit(batch)
  const there = new Set(page.records.map((record) => String(record.key)))
  const gone = suspects.filter((key) => !there.has(key))
  const tombstoned = await writeTombstones(session, layout, gone)
  report(context, stream, tally, { ...counts, tombstoned })
}

function report(context: SyncContext, stream: Stream, tally: Tally, counts: Partial<Tally>): void {
  for (const key of Object.keys(counts) as (keyof Tally)[]) tally[key] += counts[key] ?? 0
  context.onProgress(stream.name, tally)
}
