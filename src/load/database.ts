import { clusterExists } from './embedded/cluster.ts'
import { assertPlace, pathsIn } from './embedded/place.ts'
import type { Interrupt } from './cancel.ts'
import { connect, type Schemas, type Session } from './connection.ts'
import { databaseFailure } from './database-error.ts'
import { openEmbeddedServer } from './embedded-server.ts'

export interface DatabaseOptions {
  /** Null: the embedded server in `dataDir`. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly schemas: Schemas
}

/** The PostgreSQL that holds the warehouse, for as long as a command works with it. */
export interface Database extends AsyncDisposable {
  readonly url: string
  /** Opens a connection of its own; `name` shows in pg_stat_activity, `interrupt` says when it is to give up. */
  connect(name: string, interrupt?: Interrupt): Promise<Session>
}

/** Whether the warehouse's server is there already: an embedded one is made at its first use. */
export function databaseExists({ databaseUrl, dataDir }: DatabaseOptions): Promise<boolean> {
  return databaseUrl === null ? clusterExists(pathsIn(dataDir).cluster) : Promise.resolve(true)
}

/** Throws `E_DATABASE` where the embedded server could not be made: to be asked before anything is sent. */
export async function assertCanBeMade({ databaseUrl, dataDir }: DatabaseOptions): Promise<void> {
  if (databaseUrl === null) await assertPlace(dataDir)
}

/** Opens the given server, or finds or starts the embedded one. Throws `E_DATABASE`. */
export async function openDatabase({ databaseUrl, dataDir, schemas }: DatabaseOptions): Promise<Database> {
  const server = databaseUrl === null ? await openEmbeddedServer(dataDir) : null
  const url = server?.url ?? databaseUrl ?? ''
  return {
    url,
    connect: (name, interrupt) => connect(url, schemas, name, interrupt),
    [Symbol.asyncDispose]: async () => server?.release(),
  }
}

/** Opens the server and one connection for some work that the signal ends. Throws `E_DATABASE` for what is the database's fault. */
export async function withSession<Result>(
  options: DatabaseOptions,
  name: string,
  signal: AbortSignal,
  work: (session: Session, database: Database) => Promise<Result>,
): Promise<Result> {
  try {
    await using database = await openDatabase(options)
    await using session = await database.connect(name, { signal, in: 'statement' })
    return await work(session, database)
  } catch (error) {
    throw databaseFailure(error, signal)
  }
}
