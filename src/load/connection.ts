import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { SyncError } from '../errors.ts'
import type { CatalogTables, ControlTables, StreamTables } from './control-tables.ts'

export interface Schemas {
  /** Tables of the streams and the field catalog. */
  readonly data: string
  /** Tables that say how far each stream is. */
  readonly control: string
}

/** One connection of our own: locks, temporary tables and COPY live on it. */
export interface Session extends AsyncDisposable {
  readonly client: pg.Client
  readonly control: Kysely<ControlTables>
  readonly catalog: Kysely<CatalogTables>
  readonly data: Kysely<StreamTables>
  readonly schemas: Schemas
}

export const OLDEST_POSTGRES = 14

function address(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`
}

function unreachable(url: string, cause: unknown): SyncError {
  const { message = '', code = '' } = cause as { message?: string; code?: string }
  const detail = message === '' ? code : message
  return new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: `The database ${address(url)} does not let us in: ${detail}. Check DATABASE_URL, and that the server is running.`,
    cause,
  })
}

/** Kysely over one client instead of a pool, so that its transactions and our COPY share a connection. */
function kyselyOf<Tables>(client: pg.Client, schema: string): Kysely<Tables> {
  const poolClient = Object.assign(client, { release: () => undefined }) as unknown as PostgresPoolClient
  const pool = { connect: () => Promise.resolve(poolClient), end: () => Promise.resolve(), options: {} }
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema(schema)
}

async function assertVersion(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    "select current_setting('server_version_num') as version",
  )
  const major = Math.floor(Number(rows[0]?.version ?? 0) / 10_000)
  if (major >= OLDEST_POSTGRES) return
  throw new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: `The database ${address(url)} is PostgreSQL ${major}; ${OLDEST_POSTGRES} or newer is needed.`,
  })
}

/** Opens a connection. Throws `E_DATABASE` when the server cannot be reached, refuses us or is too old. */
export async function connect(url: string, schemas: Schemas, name: string): Promise<Session> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `pipedrive-warehouse ${name}`,
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
  })
  // A connection that breaks while idle is reported by the next query.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw unreachable(url, error)
  }
  try {
    await assertVersion(client, url)
    // Sorting and comparing must not depend on the database's defaults; UTC is what Pipedrive sends.
    await client.query(`set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'`)
  } catch (error) {
    await client.end()
    throw error
  }
  return {
    client,
    schemas,
    control: kyselyOf<ControlTables>(client, schemas.control),
    catalog: kyselyOf<CatalogTables>(client, schemas.data),
    data: kyselyOf<StreamTables>(client, schemas.data),
    [Symbol.asyncDispose]: () => client.end(),
  }
}

/** Throws `E_DATABASE` when a schema is missing and we may not create it, or is there and we may not write it. */
export async function assertPrivileges({ client, schemas }: Session): Promise<void> {
  const { rows } = await client.query<{ schema: string; user: string; database: string }>(
    `select wanted.schema, current_user as user, current_database() as database
     from unnest($1::text[]) as wanted(schema)
     left join pg_namespace on nspname = wanted.schema
     where case when nspname is null then not has_database_privilege(current_database(), 'create')
                else not has_schema_privilege(pg_namespace.oid, 'create') end`,
    [[schemas.data, schemas.control]],
  )
  const [missing] = rows
  if (missing === undefined) return
  throw new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: `The user "${missing.user}" may not create the schema "${missing.schema}" in the database "${missing.database}", or tables in it. Let an administrator run: grant create on database "${missing.database}" to "${missing.user}".`,
  })
}

export async function tableExists({ client }: Session, schema: string, table: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    'select exists (select from pg_tables where schemaname = $1 and tablename = $2) as there',
    [schema, table],
  )
  return rows[0]?.there === true
}

/** Runs `work` in a transaction: all of it is committed, or none. */
export async function inTransaction<Result>(
  { client }: Session,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query('begin')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    // The first error tells what happened; a rollback fails too when the connection is gone.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/** SQLSTATE classes of errors that lie in what a row holds: data, constraints, sizes. */
const OF_ROWS = /^(22|23|54)/

function refused(stream: string, cause: pg.DatabaseError): SyncError {
  return new SyncError({
    code: 'E_LOAD',
    recovery: 'skip-stream',
    message: `${stream}: PostgreSQL refuses a row: ${cause.message}. What was committed before is kept; its batch was not loaded.`,
    cause,
  })
}

/**
 * What an error that came out of loading means: a row that PostgreSQL refuses ends its stream, a failure of the
 * database ends the run with what it holds, anything else is given back as it is.
 */
export function describeFailure(stream: string, error: unknown): unknown {
  if (error instanceof pg.DatabaseError && OF_ROWS.test(error.code ?? '')) return refused(stream, error)
  const lost = error instanceof Error && /^(Connection terminated|Client has encountered)/.test(error.message)
  if (!lost && !(error instanceof pg.DatabaseError)) return error
  return new SyncError({
    code: 'E_LOAD',
    recovery: 'abort-run',
    message: `${stream}: the database failed while rows were being loaded: ${error.message}. What was committed before is kept; run again when the database is well.`,
    cause: error,
  })
}
