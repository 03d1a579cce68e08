import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { SyncError } from '../errors.ts'
import { cancelOnAbort, type Interrupt } from './cancel.ts'
import { rememberLoss } from './database-error.ts'
import type { ControlTables } from './control-tables.ts'
import type { CatalogTables, StreamTables } from './data-tables.ts'

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

/** The process that serves us. Throws `E_DATABASE` when the server is too old. */
async function greet(client: pg.Client, url: string): Promise<number> {
  const { rows } = await client.query<{ version: string; pid: number }>(
    "select current_setting('server_version_num') as version, pg_backend_pid() as pid",
  )
  const major = Math.floor(Number(rows[0]?.version ?? 0) / 10_000)
  if (major >= OLDEST_POSTGRES) return rows[0]?.pid ?? 0
  throw new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: `The database ${address(url)} is PostgreSQL ${major}; ${OLDEST_POSTGRES} or newer is needed.`,
  })
}

/**
 * Opens a connection; `interrupt` says when the server is to cancel what it does. Throws `E_DATABASE` when the
 * server cannot be reached, refuses us or is too old.
 */
export async function connect(
  url: string,
  schemas: Schemas,
  name: string,
  interrupt?: Interrupt,
): Promise<Session> {
  const client = await openClient(url, name)
  try {
    const pid = await greet(client, url)
    // Sorting, comparing and quoting must not depend on the database's defaults; UTC is what Pipedrive sends.
    await client.query(`set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres';
      set standard_conforming_strings = on`)
    const another = (): Promise<Session> => connect(url, schemas, 'cancel')
    return sessionOf(client, schemas, interrupt && cancelOnAbort(pid, interrupt, another))
  } catch (error) {
    await client.end()
    throw error instanceof SyncError ? error : unreachable(url, error)
  }
}

async function openClient(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `pipedrive-warehouse ${name}`,
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
  })
  // A connection that breaks while idle is reported by the next query.
  client.on('error', rememberLoss)
  try {
    await client.connect()
    return client
  } catch (error) {
    throw unreachable(url, error)
  }
}

function sessionOf(client: pg.Client, schemas: Schemas, cancelling?: AsyncDisposable): Session {
  return {
    client,
    schemas,
    control: kyselyOf<ControlTables>(client, schemas.control),
    catalog: kyselyOf<CatalogTables>(client, schemas.data),
    data: kyselyOf<StreamTables>(client, schemas.data),
    [Symbol.asyncDispose]: async () => {
      await cancelling?.[Symbol.asyncDispose]()
      await client.end()
    },
  }
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

/** SQLSTATEs. */
interface Codes {
  has(code: string | undefined): boolean
}

/** Does `work` within a transaction; where it fails with one of these SQLSTATEs it alone is undone, and false returned. */
export async function orUndone(
  session: Session,
  codes: Codes,
  work: () => Promise<unknown>,
): Promise<boolean> {
  return (await undoneBy(session, codes, work)) === undefined
}

/** Does the same, and returns the SQLSTATE with which it failed. */
export async function undoneBy(
  { client }: Session,
  codes: Codes,
  work: () => Promise<unknown>,
): Promise<string | undefined> {
  await client.query('savepoint attempt')
  try {
    await work()
    await client.query('release savepoint attempt')
    return undefined
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !codes.has(error.code)) throw error
    // It would stay, and an attempt around this one would be undone to here only.
    await client.query('rollback to savepoint attempt; release savepoint attempt')
    return error.code
  }
}
