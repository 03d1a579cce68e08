import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/load/connection.ts'
import { embeddedBinaries } from '../../src/load/embedded/binaries.ts'
import { migrate } from '../../src/load/migrate.ts'
import { startServer, type TestServer } from './postgres-server.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgres: SharedServer
  }
}

/** The server that every test shares, and what follows `CREATE DATABASE` and a name on it. */
export interface SharedServer {
  /** A superuser's URL. */
  readonly url: string
  readonly empty: string
  /** For a database with the control tables. */
  readonly migrated: string
}

export async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

async function givenOrOwn(): Promise<TestServer & { readonly copying: string }> {
  const given = process.env['TEST_DATABASE_URL'] ?? ''
  // PostgreSQL 14 knows one way to copy a database and no word for it.
  if (given !== '') return { url: given, copying: '', stop: () => Promise.resolve() }
  const server = await startServer((await embeddedBinaries()).directory)
  return { ...server, copying: 'STRATEGY FILE_COPY' }
}

/** Migrates a database once, to be copied. */
async function makeTemplate(server: string): Promise<string> {
  const name = `test_template_${randomBytes(5).toString('hex')}`
  await administer(server, `CREATE DATABASE ${name}`)
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const schemas = { data: 'pipedrive', control: 'pipedrive_sync' }
  await using session = await connect(url, schemas, 'test')
  await migrate(session)
  return name
}

/** One PostgreSQL for the whole run: TEST_DATABASE_URL, or a throw-away server of the version we ship. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await givenOrOwn()
  const { url, copying } = server
  const template = await makeTemplate(url)
  project.provide('postgres', { url, empty: copying, migrated: `TEMPLATE ${template} ${copying}` })
  return async () => {
    await administer(url, `DROP DATABASE ${template} WITH (FORCE)`)
    await server.stop()
  }
}
