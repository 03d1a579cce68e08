import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import pg from 'pg'
import { expect, inject, onTestFinished } from 'vitest'
import { administer } from './shared-server.ts'

export { olderPostgresBinDirs, startServer } from './postgres-server.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  /** The rows of one statement. */
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(
    sql: string,
    params?: readonly unknown[],
  ): Promise<Row[]>
  /** Drops it at once, whoever is connected. Inside a test there is no need: it happens when the test passes. */
  drop(): Promise<void>
}

/**
 * A fresh database for one test: dropped when the test passes, kept and its URL printed when it fails.
 * Made outside a test (in beforeAll), it is dropped by `drop()` or at the end of its `await using`.
 *
 * @param server the URL of another server, as `startServer` returns it
 */
export function testDatabase(server?: string): Promise<TestDatabase> {
  const { url, empty } = inject('postgres')
  return server === undefined ? openDatabase(url, empty) : openDatabase(server, '')
}

/** The same with the control tables in it: a copy of a database that was migrated once. */
export function migratedDatabase(): Promise<TestDatabase> {
  const { url, migrated } = inject('postgres')
  return openDatabase(url, migrated)
}

async function openDatabase(server: string, like: string): Promise<TestDatabase> {
  const name = databaseName()
  await administer(server, `CREATE DATABASE ${name} ${like}`)
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const pool = new pg.Pool({ connectionString: url, max: 2, allowExitOnIdle: true })
  // DROP … WITH (FORCE) and a test that stops its server end idle connections; that is no failure.
  pool.on('error', () => undefined)
  const close = once(() => pool.end())
  const drop = once(async () => {
    await close()
    await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  })
  const insideTest = settleWithTest(url, close, drop)
  return {
    url,
    query: async <Row extends pg.QueryResultRow>(sql: string, params: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...params])).rows,
    drop,
    [Symbol.asyncDispose]: () => (insideTest ? close() : drop()),
  }
}

function databaseName(): string {
  const file = basename(expect.getState().testPath ?? 'test').replace(/\.test\.ts$/, '')
  return `test_${file.replaceAll(/\W/g, '_').toLowerCase().slice(0, 40)}_${randomBytes(5).toString('hex')}`
}

/** False outside a test, where nobody tells us how it ended. */
function settleWithTest(url: string, close: () => Promise<void>, drop: () => Promise<void>): boolean {
  try {
    onTestFinished(async ({ task }) => {
      if (task.result?.state !== 'fail') return drop()
      await close()
      const keptOnlyWhileItRuns = 'set TEST_DATABASE_URL to a server that stays, to look at it afterwards'
      process.stderr.write(`\nKept the database of "${task.name}": ${url} (${keptOnlyWhileItRuns})\n`)
    })
    return true
  } catch {
    return false
  }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => (done ??= action())
}
