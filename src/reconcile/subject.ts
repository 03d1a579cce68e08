import { databaseTime } from '../load/catalog-age.ts'
import { readCatalog } from '../load/catalog-store.ts'
import { inTransaction, type Session } from '../load/connection.ts'
import { openKeepOut, type KeepOut } from '../load/erased.ts'
import { makeStages } from '../load/make-work-tables.ts'
import type { Owner } from '../load/tombstones.ts'
import type { Stream } from '../streams/stream.ts'
import { shapeHeld } from '../prepare.ts'
import { Batch } from '../transform/batch.ts'
import { fieldId, type CatalogField } from '../transform/catalog.ts'
import type { StreamLayout } from '../transform/layout.ts'
import { compileTransform, type Transform } from '../transform/records.ts'
import { ownerOf, type SyncContext } from '../context.ts'

export interface VerifyOptions {
  /** Records of each stream that are read again by their ids; null: all of them. */
  readonly sample: number | null
  /** What the sample is drawn by. */
  readonly seed: string
  readonly repair: boolean
}

export interface VerifyContext extends SyncContext {
  readonly verify: VerifyOptions
}

/** What verifying one stream takes. */
export interface Subject {
  readonly stream: Stream
  readonly session: Session
  readonly context: VerifyContext
  /** The tables, with the columns that they have. */
  readonly layout: StreamLayout
  readonly transform: Transform
  /** Whose rows a walk can show; null: all of them. */
  readonly owner: Owner | null
  readonly newBatch: () => Batch
  /** Looks anew each time: what is verified is not locked, so records may be erased meanwhile. */
  readonly openKeepOut: () => Promise<KeepOut>
}

/**
 * The fields as the warehouse knows them, but for those that are gone at Pipedrive: their columns stay as they are, and
 * a new field's values are in `_extra` until a sync gives it a column.
 */
async function readFields(
  stream: Stream,
  session: Session,
  { catalogs }: VerifyContext,
): Promise<readonly CatalogField[]> {
  const known = await readCatalog(session, stream.name)
  const now = (): Promise<string> => databaseTime(session)
  const present = new Set<string>()
  for (const spec of stream.catalogs.filter(({ entity }) => entity === stream.name))
    for (const field of (await catalogs.read(stream.name, spec, now)).fields) present.add(fieldId(field))
  return known.map((field) => ({ ...field, removed: !present.has(fieldId(field)) }))
}

/** Reads what the stream's tables are; nothing of them is changed. */
export async function openSubject(
  stream: Stream,
  session: Session,
  context: VerifyContext,
): Promise<Subject> {
  const catalog = await readFields(stream, session, context)
  const { layout, ...shape } = await shapeHeld(session, stream, catalog)
  await inTransaction(session, () => makeStages(session, [layout, ...layout.children]))
  return {
    stream,
    session,
    context,
    layout,
    transform: compileTransform(shape.stream, shape.catalog),
    owner: ownerOf(stream, context),
    newBatch: () => new Batch(1 + layout.children.length),
    openKeepOut: () => openKeepOut(session, context.options.account, layout),
  }
}
