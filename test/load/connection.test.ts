import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { connect, inTransaction, orUndone } from '../../src/load/connection.ts'
import { quoteLiteral } from '../../src/load/table-plan.ts'
import { openEmbeddedServer } from '../../src/load/embedded-server.ts'
import { testDatabase } from '../support/database.ts'
import { expectSafe, failureOf, makeRole, PASSWORD, withUser } from './support/refusals.ts'
import { openSession, SCHEMAS } from './support/warehouse.ts'

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

  test('takes a backslash in a literal for what it is, whatever the database prefers', async () => {
    const db = await testDatabase()
    await db.query(
      `alter database ${new URL(db.url).pathname.slice(1)} set standard_conforming_strings = off`,
    )
    const { client } = await openSession(db.url, 'deals')
    const text = "C:\\new' or more \\"
    const { rows } = await client.query(`select ${quoteLiteral(text)} as text`)
    expect(rows).toEqual([{ text }])
  })
})

test('an attempt that fails is undone as a whole, also behind one within it that failed before', async () => {
  const db = await testDatabase()
  const session = await openSession(db.url)
  const run = (sql: string) => session.client.query(sql)
  const zero = new Set(['22012'])
  await run('create table kept (id integer)')
  await inTransaction(session, async () => {
    const outer = orUndone(session, zero, async () => {
      await run('insert into kept values (1)')
      expect(await orUndone(session, zero, () => run('select 1 / 0'))).toBe(false)
      await run('select 1 / 0')
    })
    expect(await outer).toBe(false)
    await run('insert into kept values (2)')
  })
  expect(await db.query('select id from kept')).toEqual([{ id: 2 }])
})
