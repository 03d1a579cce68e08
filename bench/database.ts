import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openEmbeddedServer } from '../src/load/embedded-server.ts'
import { parentOf } from './processor-time.ts'

const NAME = 'bench'

export interface BenchServer extends AsyncDisposable {
  /** Of the database that `renew` makes. */
  readonly databaseUrl: string
  readonly version: string
  /** The process that all of the server's processes are children of. */
  readonly pid: number
  /** Makes the database anew. */
  renew(): Promise<void>
  /** Writes out what earlier pieces have left to be written, so that no later one pays for it. */
  settle(): Promise<void>
}

/** Does something on a connection of its own. */
export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Runs statements one by one: neither making nor dropping a database may be part of a transaction. */
function administer(url: string, statements: readonly string[]): Promise<void> {
  return connected(url, async (client) => {
    for (const statement of statements) await client.query(statement)
  })
}

function serverPid(url: string): Promise<number> {
  return connected(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    return parentOf(rows[0]?.pid ?? Number.NaN)
  })
}

/** The server that the program itself would start, in a directory of its own: its settings, durable. */
export async function startBenchServer(): Promise<BenchServer> {
  const directory = await mkdtemp(join(tmpdir(), 'pipedrive-warehouse-bench-'))
  const server = await openEmbeddedServer(directory)
  return {
    databaseUrl: Object.assign(new URL(server.url), { pathname: `/${NAME}` }).href,
    version: server.version,
    pid: await serverPid(server.url),
    renew: () => administer(server.url, [`drop database if exists ${NAME}`, `create database ${NAME}`]),
    // A role that may not say CHECKPOINT gets one by dropping a database (PostgreSQL source, dbcommands.c).
    settle: () => administer(server.url, ['create database bench_settled', 'drop database bench_settled']),
    async [Symbol.asyncDispose]() {
      await server.release()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
