import type { FetchedField } from './streams/field.ts'
import { readCatalog, writeCatalog, type CatalogCounts } from './load/catalog-store.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { lockCatalog } from './load/lock.ts'
import { oweLabels, relabel } from './load/relabel.ts'
import { logDrift } from './load/run-log.ts'
import { nativeColumns } from './streams/index.ts'
import { mergeCatalog, newUnknownTypes } from './transform/catalog.ts'

/** Brings the catalog of one entity up to date; a new field is named here, once and for ever. */
export async function refreshCatalog(
  session: Session,
  account: string,
  stream: string,
  entity: string,
  fetched: readonly FetchedField[],
): Promise<CatalogCounts> {
  return inTransaction(session, async () => {
    await lockCatalog(session, account, entity)
    const known = await readCatalog(session, entity)
    const merged = mergeCatalog(nativeColumns(entity), known, fetched)
    const counts = await writeCatalog(session, entity, merged)
    await logDrift(session, account, entity, newUnknownTypes(known, merged))
    await oweLabels(session, entity, known, merged)
    // A stream's rows are written under its own lock only.
    if (entity === stream) await relabel(session, entity, merged)
    return counts
  })
}
