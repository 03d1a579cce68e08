import { onTestFinished } from 'vitest'
import { connect, inTransaction, type Schemas, type Session } from '../../../src/load/connection.ts'
import { evolveTables } from '../../../src/load/evolve.ts'
import { openLoader, type Loader } from '../../../src/load/loader.ts'
import { migrate } from '../../../src/load/migrate.ts'
import type { Stream } from '../../../src/streams/stream.ts'
import type { CatalogField } from '../../../src/transform/catalog.ts'
import { layoutStream, type StreamLayout } from '../../../src/transform/layout.ts'
import { compileTransform } from '../../../src/transform/records.ts'
import { pageOf } from '../../support/copy-rows.ts'
import { migratedDatabase, testDatabase, type TestDatabase } from '../../support/database.ts'

export const SCHEMAS: Schemas = { data: 'pipedrive', control: 'pipedrive_sync' }
export const ACCOUNT = 'pipedrive'

/** A stream with everything a merge looks at: a version, a tombstone, and rows of its own for an array. */
export const contacts: Stream = {
  name: 'contacts',
  description: 'People, for these tests',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  catalogs: [],
  partitions: [],
  exploded: [
    {
      table: 'contact_emails',
      from: 'emails',
      description: 'Their addresses',
      parent: 'contact_id',
      columns: { value: 'text', label: 'text' },
    },
  ],
  columns: {
    id: 'bigint',
    name: 'text',
    tags: 'text[]',
    value: 'numeric',
    is_deleted: 'boolean',
    update_time: 'timestamptz',
  },
}

export interface Warehouse {
  readonly db: TestDatabase
  readonly session: Session
  /** Another connection to the same database. */
  readonly open: (name?: string) => Promise<Session>
}

/** A connection that is closed with the test. */
export async function openSession(url: string, name = 'test', schemas = SCHEMAS): Promise<Session> {
  const session = await connect(url, schemas, name)
  onTestFinished(() => session[Symbol.asyncDispose]())
  return session
}

async function warehouseIn(db: TestDatabase): Promise<Warehouse> {
  const open = (name?: string): Promise<Session> => openSession(db.url, name)
  return { db, open, session: await open() }
}

/** A database with nothing in it and one connection to it. */
export async function emptyWarehouse(server?: string): Promise<Warehouse> {
  return warehouseIn(await testDatabase(server))
}

/** The same with its control tables. */
export async function migratedWarehouse(server?: string): Promise<Warehouse> {
  if (server === undefined) return warehouseIn(await migratedDatabase())
  const warehouse = await emptyWarehouse(server)
  await migrate(warehouse.session)
  return warehouse
}

export interface LoadedStream {
  readonly layout: StreamLayout
  readonly loader: Loader
  /** Decodes records and commits them as one batch. */
  readonly load: (
    records: readonly unknown[],
    alongside?: () => Promise<void>,
  ) => ReturnType<Loader['commit']>
}

/** Makes the tables of a stream and opens its loader, as a run does. */
export async function openStream(
  session: Session,
  stream: Stream = contacts,
  catalog: readonly CatalogField[] = [],
  { rememberKeys = false, mayBeFirst = false } = {},
): Promise<LoadedStream> {
  const layout = layoutStream(stream, catalog)
  await inTransaction(session, () =>
    evolveTables(session, ACCOUNT, stream.name, [layout, ...layout.children]),
  )
  const how = { rememberKeys, mayBeFirst }
  const loader = await openLoader(session, { account: ACCOUNT, stream: stream.name, layout, ...how })
  const transform = compileTransform(stream, catalog)
  return {
    layout,
    loader,
    load(records, alongside) {
      const batch = loader.newBatch()
      transform(pageOf(records), batch)
      return loader.commit(batch, alongside)
    },
  }
}

/** A custom field as the catalog pins it. */
export function customField(code: string, columnName: string, type: string, label = code): CatalogField {
  return {
    code,
    label,
    type,
    columnName,
    description: null,
    isCustom: true,
    removed: false,
    options: [],
  }
}
