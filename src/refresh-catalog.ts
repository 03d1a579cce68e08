import type { SyncContext } from './context.ts'
import type { FetchedCatalog } from './streams/field.ts'
import { databaseTime, isLatest } from './load/catalog-age.ts'
import { readCatalog, writeCatalog, type CatalogCounts } from './load/catalog-store.ts'
import { isCatalogFresh, noteCatalogRead } from './load/catalog-reads.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { lockCatalog, tryLockUntilCommit } from './load/lock.ts'
import { oweLabels, relabel } from './load/relabel.ts'
import { logUnknownTypes } from './load/run-log.ts'
import { isNotShown } from './outcome.ts'
import { nativeColumns } from './streams/index.ts'
import type { Stream } from './streams/stream.ts'
import { addTo, type Tally } from './tally.ts'
import { mergeCatalog, unknownTypes } from './transform/catalog.ts'

/** Fields and options change seldom; a record that shows new ones is noticed, and has them read at once. */
const FRESH_FOR_MS = 6 * 3_600_000

/** Whether the fields of an entity need not be read, in a run that leaves alone what was read not long ago. */
export function isFresh(session: Session, { clock, options }: SyncContext, entity: string): Promise<boolean> {
  const { account, onlyDue } = options
  return onlyDue
    ? isCatalogFresh(session, account, entity, clock.now() - FRESH_FOR_MS)
    : Promise.resolve(false)
}

/**
 * Reads the catalogs of a stream anew. One that has no records of its own passes over those that are not shown, unless
 * none is: the stream whose fields they are says why. They count as what such a stream has read.
 */
export async function refreshCatalogs(
  stream: Stream,
  session: Session,
  context: SyncContext,
  tally: Tally,
): Promise<void> {
  const { catalogs, clock, options } = context
  const hasRecords = stream.partitions.length > 0
  const refusals: unknown[] = []
  for (const { entity, sources } of stream.catalogs)
    try {
      if (await isFresh(session, context, entity)) continue
      const fetched = await catalogs.read(stream.name, { entity, sources }, () => databaseTime(session))
      const counts = await refreshCatalog(session, options.account, stream.name, entity, fetched, clock.now())
      if (!hasRecords) addTo(tally, counts)
    } catch (error) {
      if (hasRecords || !isNotShown(error)) throw error
      refusals.push(error)
    }
  if (refusals.length > 0 && refusals.length === stream.catalogs.length) throw refusals[0]
}

/**
 * Brings the catalog of one entity up to date; a new field is named here, once and for ever. What another run has asked
 * for later stays.
 */
async function refreshCatalog(
  session: Session,
  account: string,
  stream: string,
  entity: string,
  fetched: FetchedCatalog,
  now: number,
): Promise<CatalogCounts> {
  return inTransaction(session, async () => {
    await lockCatalog(session, account, entity)
    const known = await readCatalog(session, entity)
    const latest = await isLatest(session, account, entity, fetched.askedAt)
    const merged = latest ? mergeCatalog(nativeColumns(entity), known, fetched.fields) : known
    const counts = await writeCatalog(session, entity, merged)
    await logUnknownTypes(session, account, entity, unknownTypes(merged))
    await oweLabels(session, entity, known, merged)
    // A stream's rows are written under its own lock only: a run that holds it relabels them when it ends.
    if (entity === stream || (await tryLockUntilCommit(session, account, entity)))
      await relabel(session, entity, merged)
    if (latest) await noteCatalogRead(session, account, entity, now)
    return counts
  })
}

/** Relabels the rows of a stream whose options another run has found renamed while they were being read. */
export async function payLabels({ name }: Stream, session: Session): Promise<void> {
  await inTransaction(session, async () => {
    await relabel(session, name, await readCatalog(session, name))
  })
}
