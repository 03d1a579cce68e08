import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { connect, inTransaction } from '../../src/load/connection.ts'
import { databaseFailure, describeFailure } from '../../src/load/database-error.ts'
import { testDatabase } from '../support/database.ts'
import { failureOf, makeRole, withUser } from './support/refusals.ts'
import { contacts, emptyWarehouse, migratedWarehouse, openSession, openStream } from './support/warehouse.ts'

const running = new AbortController().signal
const reason = new SyncError({ code: 'E_STOPPED', recovery: 'abort-run', message: 'Stopped by SIGTERM.' })
const stopped = AbortSignal.abort(reason)

function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => new Error('it worked'),
    (cause: unknown) => cause,
  )
}

/** A way to the database that can be cut like a cable: by a reset. */
async function fragile(url: string): Promise<{ readonly url: string; readonly cut: () => void }> {
  const ours = new Set<Socket>()
  const { hostname, port } = new URL(url)
  const server = createServer((socket) => {
    const there = connectSocket(Number(port), hostname)
    for (const [one, other] of [
      [socket, there],
      [there, socket],
    ] as const)
      one.on('error', () => other.destroy()).pipe(other)
    ours.add(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address() as { port: number }
  return {
    url: Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(address.port) }).href,
    cut: () => ours.forEach((socket) => socket.resetAndDestroy()),
  }
}

describe('a connection that is lost', () => {
  test('while idle is no crash; the next statement tells', async () => {
    const { db, session } = await emptyWarehouse()
    const { rows } = await session.client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await db.query('select pg_terminate_backend($1, 10000)', [rows[0]?.pid])
    const error = await errorOf(inTransaction(session, () => Promise.resolve()))
    expect(describeFailure('deals', error, running)).toMatchObject({ code: 'E_LOAD', recovery: 'abort-run' })
    expect(databaseFailure(error, running)).toMatchObject({ code: 'E_DATABASE', recovery: 'abort-run' })
  })

  test('by a reset in the middle of a statement is known as one, and so is every statement after it', async () => {
    const db = await testDatabase()
    const { url, cut } = await fragile(db.url)
    const { client } = await openSession(url)
    const asking = errorOf(client.query('select pg_sleep(60)'))
    cut()
    for (const error of [await asking, await errorOf(client.query('select 1'))]) {
      expect(describeFailure('deals', error, running)).toMatchObject({
        code: 'E_LOAD',
        recovery: 'abort-run',
        message: expect.stringMatching(
          /^deals: the database failed: .+\. What was committed before is kept; /,
        ) as string,
      })
      expect(databaseFailure(error, running)).toMatchObject({
        code: 'E_DATABASE',
        message: expect.stringMatching(
          /^The database failed: .+\. Try again when the server is well\.$/,
        ) as string,
      })
    }
  })

  test('by a reset in the middle of a batch is known as one', async () => {
    const { db } = await migratedWarehouse()
    const { url, cut } = await fragile(db.url)
    const { load } = await openStream(await openSession(url), contacts)
    const error = await errorOf(load([{ id: 1 }], () => Promise.resolve(cut())))
    expect(describeFailure('deals', error, running)).toMatchObject({ code: 'E_LOAD', recovery: 'abort-run' })
  })

  test('by a reset before it has begun is a database that does not let us in', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const error = await failureOf(
      connect(`postgres://127.0.0.1:${port}/crm`, { data: 'a', control: 'b' }, 'test'),
    )
    expect(error).toMatchObject({ code: 'E_DATABASE' })
  })

  test('is not what a socket of somebody else was reset with', () => {
    const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    expect(describeFailure('deals', error, running)).toBe(error)
    expect(databaseFailure(error, running)).toBe(error)
  })
})

describe('a failure in a run', () => {
  async function failing(sql: string, signal = running): Promise<unknown> {
    const { session } = await emptyWarehouse()
    return describeFailure('deals', await errorOf(session.client.query(sql)), signal)
  }

  test.each([
    ['select 1 / 0', 'skip-stream', 'deals: PostgreSQL refuses a row: division by zero. '],
    [
      `select 'x'::int`,
      'skip-stream',
      'deals: PostgreSQL refuses a row: invalid input syntax for type integer',
    ],
    ['select * from missing', 'abort-run', 'deals: the database failed: relation'],
  ])('%s ends as %s', async (sql, recovery, message) => {
    const error = await failing(sql)
    expect(error).toMatchObject({ code: 'E_LOAD', recovery })
    expect((error as SyncError).message.startsWith(message)).toBe(true)
  })

  test('that did not come from the database is given back as it is', () => {
    const error = new Error('something else')
    expect(describeFailure('deals', error, stopped)).toBe(error)
  })

  test('that is a statement cancelled by a stop is the stop; cancelled by others it is a failure', async () => {
    const cancel = `set statement_timeout = 1; select pg_sleep(60)`
    expect(await failing(cancel, stopped)).toBe(reason)
    expect(await failing(cancel)).toMatchObject({ code: 'E_LOAD', recovery: 'abort-run' })
    expect(await failing('select * from missing', stopped)).toMatchObject({ code: 'E_LOAD' })
  })
})

describe('what the user may not do', () => {
  test.each(['select * from pipedrive_sync.run', 'create schema another'])(
    '%s is told with what to do, in a run and outside of one',
    async (sql) => {
      const { db } = await migratedWarehouse()
      const role = await makeRole(db, 'reader')
      const { client } = await openSession(withUser(db.url, role))
      const error = await errorOf(client.query(sql))
      for (const told of [describeFailure('deals', error, running), databaseFailure(error, running)])
        expect(told).toMatchObject({
          code: 'E_DATABASE',
          recovery: 'abort-run',
          message: expect.stringMatching(
            /^The database failed: permission denied .+\. Use the user that made /,
          ) as string,
        })
    },
  )

  test('a change where none is taken is told with what to do', async () => {
    const { session } = await emptyWarehouse()
    const error = await errorOf(session.client.query('begin read only; create table x (id int)'))
    expect(databaseFailure(error, running)).toMatchObject({
      code: 'E_DATABASE',
      message: expect.stringMatching(
        /read-only transaction\. .*DATABASE_URL must name one that does\.$/,
      ) as string,
    })
  })

  test('an error that only we can have made is left as it is, to be reported', async () => {
    const { session } = await emptyWarehouse()
    const error = await errorOf(session.client.query('selec 1'))
    expect(databaseFailure(error, running)).toBe(error)
  })
})
