import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openEmbeddedServer } from '../src/load/embedded-server.ts'

const NAME = 'bench'

export interface BenchServer extends AsyncDisposable {
  /** Of the database that `renew` makes. */
  readonly databaseUrl: string
  readonly version: string
  /** Makes the database anew. */
  renew(): Promise<void>
  /** Writes out what earlier pieces have left to be written, so that no later one pays for it. */
  settle(): Promise<void>
}

/** Runs statements one by one: neither making nor dropping a database may be part of a transaction. */
async function administer(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

/** The server that the program itself would start, in a directory of its own: its settings, durable. */
export async function startBenchServer(): Promise<BenchServer> {
  const directory = await mkdtemp(join(tmpdir(), 'pipedrive-warehouse-bench-'))
  const server = await openEmbeddedServer(directory)
  return {
    databaseUrl: Object.assign(new URL(server.url), { pathname: `/${NAME}` }).href,
    version: server.version,
    renew: () => administer(server.url, [`drop database if exists ${NAME}`, `create database ${NAME}`]),
    // A role that may not say CHECKPOINT gets one by dropping a database (PostgreSQL source, dbcommands.c).
    settle: () => administer(server.url, ['create database bench_settled', 'drop database bench_settled']),
    async [Symbol.asyncDispose]() {
      await server.release()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
