import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from '../../migrations/index.ts'
import { SyncError } from '../errors.ts'
import { catalogDdl } from './catalog-tables.ts'
import type { Schemas, Session } from './connection.ts'

/** Creates both schemas, brings the control tables up to date and makes the catalog's tables. */
export async function migrate({ control, catalog, schemas }: Session): Promise<readonly string[]> {
  await sql`create schema if not exists ${sql.id(schemas.data)}`.execute(control)
  const migrator = new Migrator({
    db: control,
    migrationTableSchema: schemas.control,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error !== undefined)
    throw new SyncError({
      code: 'E_DATABASE',
      recovery: 'abort-run',
      message: `The control tables in schema "${schemas.control}" could not be brought up to date: ${error instanceof Error ? error.message : 'unknown error'}. Nothing was changed; a newer version of this program may have written them.`,
      cause: error,
    })
  for (const statement of catalogDdl(catalog)) await statement.execute()
  return (results ?? []).map(({ migrationName }) => migrationName)
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
  for (const migration of Object.values(migrations)) await migration.up(printer.withSchema(schemas.control))
  for (const statement of catalogDdl(printer.withSchema(schemas.data))) await statement.execute()
  return statements.map((statement) => `${statement};\n`).join('')
}
