import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import {
  DEFAULT_MIGRATION_LOCK_TABLE,
  DEFAULT_MIGRATION_TABLE,
  MIGRATION_LOCK_ID,
  Migrator,
} from 'kysely/migration'
import pg from 'pg'
import { migrations } from '../../migrations/index.ts'
import { SyncError } from '../errors.ts'
import { makeCatalogTables } from './catalog-tables.ts'
import type { Schemas, Session } from './connection.ts'
import { HELD, LOCK_TIMEOUT, waitingBriefly, whileMigrating } from './lock.ts'

/** Creates both schemas, brings the control tables up to date and makes the catalog's tables. */
export function migrate(session: Session): Promise<readonly string[]> {
  return whileMigrating(session, () =>
    waitingBriefly(session, () => migrateAlone(session)).catch((error: unknown) => {
      throw heldBy(error) ?? error
    }),
  )
}

/** What it means that a table could not be had; null where something else went wrong. */
function heldBy(cause: unknown): SyncError | null {
  if (!(cause instanceof pg.DatabaseError) || !HELD.has(cause.code ?? '')) return null
  return new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: `The field catalog and the control tables could not be brought up to date: another session has held one of them for longer than ${LOCK_TIMEOUT}. End its transaction (pg_stat_activity shows it), and run again.`,
    cause,
  })
}

/** PostgreSQL asks for the right to create schemas even where `if not exists` has nothing to do. */
async function ensureSchema({ client, control }: Session, schema: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schema])
  if (rowCount === 0) await sql`create schema ${sql.id(schema)}`.execute(control)
}

async function migrateAlone(session: Session): Promise<readonly string[]> {
  const { control, catalog, schemas } = session
  await ensureSchema(session, schemas.data)
  const migrator = new Migrator({
    db: control,
    migrationTableSchema: schemas.control,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  })
  const { error, results } = await migrator.migrateToLatest()
  // What the database refuses is told like anywhere else.
  if (error instanceof pg.DatabaseError) throw error
  if (error !== undefined)
    throw new SyncError({
      code: 'E_DATABASE',
      recovery: 'abort-run',
      message: `The control tables in schema "${schemas.control}" could not be brought up to date: ${error instanceof Error ? error.message : 'unknown error'}. Nothing was changed; a newer version of this program may have written them.`,
      cause: error,
    })
  await makeCatalogTables(catalog, schemas.data)
  return (results ?? []).map(({ migrationName }) => migrationName)
}

/** The tables of Kysely's Migrator as it leaves them after these migrations, so that it finds nothing to do. */
async function recordMigrations(
  db: Kysely<unknown>,
  schema: string,
  names: readonly string[],
): Promise<void> {
  await db.schema
    .createTable(DEFAULT_MIGRATION_TABLE)
    .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable(DEFAULT_MIGRATION_LOCK_TABLE)
    .addColumn('id', 'varchar(255)', (column) => column.notNull().primaryKey())
    .addColumn('is_locked', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  const now = sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  const rows = names.map((name) => sql`(${sql.lit(name)}, ${now})`)
  await sql`insert into ${sql.id(schema, DEFAULT_MIGRATION_TABLE)} values ${sql.join(rows)}`.execute(db)
  await sql`insert into ${sql.id(schema, DEFAULT_MIGRATION_LOCK_TABLE)} values (${sql.lit(MIGRATION_LOCK_ID)}, 0)`.execute(
    db,
  )
}

/** The SQL of all migrations and of the catalog's tables, without a database. */
export async function printMigrations(schemas: Schemas): Promise<string> {
  const statements: string[] = []
  const printer = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => {
      statements.push(query.sql)
    },
  })
  for (const schema of [schemas.control, schemas.data])
    await sql`create schema if not exists ${sql.id(schema)}`.execute(printer)
  const control = printer.withSchema(schemas.control)
  await recordMigrations(control, schemas.control, Object.keys(migrations))
  for (const migration of Object.values(migrations)) await migration.up(control)
  await makeCatalogTables(printer, schemas.data)
  return statements.map((statement) => `${statement};\n`).join('')
}
