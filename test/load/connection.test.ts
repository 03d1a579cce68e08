import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { assertPrivileges, connect, describeFailure, inTransaction } from '../../src/load/connection.ts'
import { openEmbeddedServer } from '../../src/load/embedded-server.ts'
import { testDatabase, type TestDatabase } from '../support/database.ts'
import { emptyWarehouse, openSession, SCHEMAS } from './support/warehouse.ts'

const PASSWORD = 'my-secret'

/** The same address with a user, a password and perhaps another database. */
function withUser(
  url: string,
  user: string,
  more: { readonly pathname?: string; readonly port?: string } = {},
) {
  return Object.assign(new URL(url), { username: user, password: PASSWORD, ...more }).href
}

/** A role of its own for this test. */
async function makeRole(db: TestDatabase, name: string, more = ''): Promise<string> {
  const role = `${name}_${process.pid}`
  await db.query(`create role ${role} login password '${PASSWORD}' ${more}`)
  onTestFinished(async () => {
    await db.query(`drop owned by ${role} cascade`)
    await db.query(`drop role ${role}`)
    await db[Symbol.asyncDispose]()
  })
  return role
}

async function failureOf(work: Promise<unknown>): Promise<SyncError> {
  const error: unknown = await work.then(
    () => new Error('it worked'),
    (cause: unknown) => cause,
  )
  if (error instanceof SyncError) return error
  throw new Error('no SyncError', { cause: error })
}

/** One line that names the place and never the password, anywhere in it. */
function expectSafe(error: SyncError): void {
  expect(error).toMatchObject({ code: 'E_DATABASE', recovery: 'abort-run' })
  expect(error.message).not.toContain('\n')
  expect(error.message).not.toContain(PASSWORD)
  expect(JSON.stringify(error)).not.toContain(PASSWORD)
}

/** A port at which nobody listens. */
function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

describe('a database that does not let us in', () => {
  test.each(['127.0.0.1', 'localhost'])(
    'because nobody listens at %s is told with its address',
    async (host) => {
      const port = await closedPort()
      const error = await failureOf(connect(`postgres://me:${PASSWORD}@${host}:${port}/crm`, SCHEMAS, 'test'))
      expectSafe(error)
      expect(error.message).toMatch(
        new RegExp(
          `^The database ${host}:${port}/crm does not let us in: .*ECONNREFUSED.* Check DATABASE_URL`,
        ),
      )
    },
  )

  test('because its host has no address is told with its name', async () => {
    const error = await failureOf(connect(`postgres://me:${PASSWORD}@nowhere.invalid/crm`, SCHEMAS, 'test'))
    expectSafe(error)
    expect(error.message).toMatch(
      /^The database nowhere\.invalid:5432\/crm does not let us in: .*nowhere\.invalid/,
    )
  })

  test('because it does not exist is told with its name', async () => {
    const db = await testDatabase()
    const error = await failureOf(
      connect(withUser(db.url, 'postgres', { pathname: '/missing' }), SCHEMAS, 'test'),
    )
    expectSafe(error)
    expect(error.message).toContain('/missing does not let us in: database "missing" does not exist.')
  })

  test('because there is no such user is told with the user', async () => {
    const db = await testDatabase()
    const error = await failureOf(connect(withUser(db.url, 'nobody_here'), SCHEMAS, 'test'))
    expectSafe(error)
    expect(error.message).toContain('does not let us in: role "nobody_here" does not exist.')
  })

  test('because the password is wrong is told with the user, and with neither password', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'wrong-password-'))
    await chmod(parent, 0o755)
    onTestFinished(() => rm(parent, { recursive: true, force: true }))
    const server = await openEmbeddedServer(join(parent, 'data'))
    try {
      const { username, password } = new URL(server.url)
      const error = await failureOf(connect(withUser(server.url, username), SCHEMAS, 'test'))
      expectSafe(error)
      expect(password).not.toBe('')
      expect(error.message).not.toContain(password)
      expect(error.message).toContain(`password authentication failed for user "${username}".`)
    } finally {
      await server.release()
    }
  })

  test('because the server hangs up is told', async () => {
    const server = createServer((socket) => socket.destroy())
    onTestFinished(() => void server.close())
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    const error = await failureOf(connect(`postgres://me:${PASSWORD}@127.0.0.1:${port}/crm`, SCHEMAS, 'test'))
    expectSafe(error)
    expect(error.message).toMatch(/^The database 127\.0\.0\.1:\d+\/crm does not let us in: ./)
  })

  test('because it is too old is told, and leaves no connection behind', async () => {
    const db = await testDatabase()
    const role = await makeRole(db, 'old')
    // A function of the same name, found first, makes this server say that it is PostgreSQL 13.
    await db.query(`create schema old`)
    await db.query(
      `create function old.current_setting(text) returns text language sql as $$select '130004'$$`,
    )
    await db.query(`grant usage on schema old to ${role}`)
    await db.query(`alter role ${role} set search_path = old, pg_catalog`)
    const error = await failureOf(connect(withUser(db.url, role), SCHEMAS, 'test'))
    expectSafe(error)
    expect(error.message).toMatch(/^The database \S+ is PostgreSQL 13; 14 or newer is needed\.$/)
    await vi.waitFor(async () => {
      expect(await db.query('select pid from pg_stat_activity where usename = $1', [role])).toEqual([])
    })
  })
})

describe('the right to write', () => {
  test('is there for who may create schemas, before they exist and after', async () => {
    const { db, session } = await emptyWarehouse()
    await assertPrivileges(session)
    await db.query('create schema pipedrive')
    await assertPrivileges(session)
  })

  test.each<[string, readonly string[], string]>([
    ['may not create a schema', [], 'pipedrive'],
    [
      'may not write one that is there',
      ['create schema pipedrive', 'create schema pipedrive_sync'],
      'pipedrive',
    ],
    [
      'may write one and not the other',
      ['create schema pipedrive', 'grant create, usage on schema pipedrive to $role'],
      'pipedrive_sync',
    ],
  ])('is asked for in one sentence where the user %s', async (_what, statements, schema) => {
    const db = await testDatabase()
    const role = await makeRole(db, 'reader')
    for (const statement of statements) await db.query(statement.replace('$role', role))
    await using session = await connect(withUser(db.url, role), SCHEMAS, 'test')
    const error = await failureOf(assertPrivileges(session))
    expectSafe(error)
    expect(error.message).toContain(`The user "${role}" may not create the schema "${schema}"`)
    expect(error.message).toContain(`to "${role}".`)
  })
})

describe('a connection', () => {
  test('shows its name, and reads and writes times in UTC whatever the database prefers', async () => {
    const db = await testDatabase()
    await db.query(`alter database ${new URL(db.url).pathname.slice(1)} set timezone = 'Asia/Tokyo'`)
    await db.query(`alter database ${new URL(db.url).pathname.slice(1)} set datestyle = 'SQL, DMY'`)
    const { client } = await openSession(db.url, 'deals')
    const { rows } = await client.query(
      `select current_setting('application_name') as name, '2024-02-01 00:00'::timestamptz::text as moment,
              '2024-02-01'::date::text as day`,
    )
    expect(rows).toEqual([
      { name: 'pipedrive-warehouse deals', moment: '2024-02-01 00:00:00+00', day: '2024-02-01' },
    ])
  })

  test('that is killed while idle is no crash; the next statement tells', async () => {
    const { db, session } = await emptyWarehouse()
    const { rows } = await session.client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await db.query('select pg_terminate_backend($1, 10000)', [rows[0]?.pid])
    const error: unknown = await inTransaction(session, () => Promise.resolve()).catch(
      (cause: unknown) => cause,
    )
    expect(describeFailure('deals', error)).toMatchObject({ code: 'E_LOAD', recovery: 'abort-run' })
  })
})

describe('a failure while rows are loaded', () => {
  async function failing(sql: string): Promise<unknown> {
    const { session } = await emptyWarehouse()
    return describeFailure('deals', await session.client.query(sql).catch((cause: unknown) => cause))
  }

  test.each([
    ['select 1 / 0', 'skip-stream', 'deals: PostgreSQL refuses a row: division by zero. '],
    [
      `select 'x'::int`,
      'skip-stream',
      'deals: PostgreSQL refuses a row: invalid input syntax for type integer',
    ],
    [
      'select * from missing',
      'abort-run',
      'deals: the database failed while rows were being loaded: relation',
    ],
  ])('%s ends as %s', async (sql, recovery, message) => {
    const error = await failing(sql)
    expect(error).toMatchObject({ code: 'E_LOAD', recovery })
    expect((error as SyncError).message.startsWith(message)).toBe(true)
  })

  test('that did not come from the database is given back as it is', () => {
    const error = new Error('something else')
    expect(describeFailure('deals', error)).toBe(error)
  })
})
