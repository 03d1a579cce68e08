import { clusterExists } from './embedded/cluster.ts'
import { pathsIn } from './embedded/place.ts'
import { connect, type Schemas, type Session } from './connection.ts'
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
  readonly embedded: boolean
  /** Opens a connection of its own; `name` shows in pg_stat_activity. */
  connect(name: string): Promise<Session>
}

/** Whether the warehouse's server is there already: an embedded one is made at its first use. */
export function databaseExists({ databaseUrl, dataDir }: DatabaseOptions): Promise<boolean> {
  return databaseUrl === null ? clusterExists(pathsIn(dataDir).cluster) : Promise.resolve(true)
}

/** Opens the given server, or finds or starts the embedded one. Throws `E_DATABASE`. */
export async function openDatabase({ databaseUrl, dataDir, schemas }: DatabaseOptions): Promise<Database> {
  const server = databaseUrl === null ? await openEmbeddedServer(dataDir) : null
  const url = server?.url ?? databaseUrl ?? ''
  return {
    url,
    embedded: server !== null,
    connect: (name) => connect(url, schemas, name),
    [Symbol.asyncDispose]: async () => server?.release(),
  }
}
