import { describe, expect, test } from 'vitest'
import {
  endRun,
  logDrift,
  logStream,
  logTokens,
  tokensLeft,
  startRun,
  type StreamReport,
} from '../../src/load/run-log.ts'
import type { TestDatabase } from '../support/database.ts'
import { migratedWarehouse } from './support/warehouse.ts'

const END = { status: 'done', requests: 3, tokens: 30, error: null }

function runsOf(db: TestDatabase): Promise<Record<string, unknown>[]> {
  return db.query(
    `select account, command, status, requests, tokens, error, finished_at is not null as finished
     from pipedrive_sync.run order by id`,
  )
}

describe('a run', () => {
  test('is open until it is ended, with what it did', async () => {
    const { db, session } = await migratedWarehouse()
    const run = await startRun(session, 'a', 'sync')
    const facts = { account: 'a', command: 'sync' }
    expect(await runsOf(db)).toEqual([
      { ...facts, status: 'running', requests: 0, tokens: 0, error: null, finished: false },
    ])
    await endRun(session, run, { ...END, status: 'failed', error: 'E' })
    expect(await runsOf(db)).toEqual([
      { ...facts, status: 'failed', requests: 3, tokens: 30, error: 'E', finished: true },
    ])
  })

  test('that was killed is closed as killed by the next one of its account', async () => {
    const { db, session, open } = await migratedWarehouse()
    const dead = await open()
    await startRun(dead, 'a', 'sync')
    const { rows } = await dead.client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await db.query('select pg_terminate_backend($1, 10000)', [rows[0]?.pid])
    await startRun(await open(), 'b', 'sync')
    expect((await runsOf(db)).map(({ status }) => status)).toEqual(['running', 'running'])
    await startRun(session, 'a', 'sync')
    expect(await runsOf(db)).toMatchObject([
      { account: 'a', status: 'killed', finished: true },
      { account: 'b', status: 'running' },
      { account: 'a', status: 'running', finished: false },
    ])
  })

  test('that still lives is left alone, and so is one that has ended', async () => {
    const { db, session, open } = await migratedWarehouse()
    const [one, two] = [await open(), await open()]
    await startRun(one, 'a', 'backfill')
    await endRun(two, await startRun(two, 'a', 'sync'), END)
    await startRun(session, 'a', 'sync')
    expect((await runsOf(db)).map(({ status }) => status)).toEqual(['running', 'done', 'running'])
  })

  test('that starts at the same moment as many others is taken for dead by none of them', async () => {
    const { db, open } = await migratedWarehouse()
    const sessions = await Promise.all(Array.from({ length: 20 }, () => open()))
    for (let round = 1; round <= 10; round++) {
      const ids = await Promise.all(sessions.map((session) => startRun(session, 'a', `round ${round}`)))
      expect((await runsOf(db)).filter(({ status }) => status === 'killed')).toEqual([])
      await Promise.all(sessions.map((session, index) => endRun(session, ids[index] ?? '', END)))
    }
  })
})

describe('what a stream did', () => {
  test('is kept with its run, with its error and its warning', async () => {
    const { db, session } = await migratedWarehouse()
    const run = await startRun(session, 'a', 'sync')
    const numbers = {
      inserted: 1,
      updated: 2,
      unchanged: 3,
      stale: 4,
      tombstoned: 5,
      pages: 6,
      requests: 7,
      tokens: 8,
    }
    const report: StreamReport = { stream: 'deals', status: 'done', ...numbers, seconds: 1.5 }
    await logStream(session, 'a', run, report)
    await logStream(session, 'a', run, {
      ...report,
      stream: 'leads',
      status: 'failed',
      error: 'E',
      warning: 'W',
    })
    expect(await db.query('select * from pipedrive_sync.run_stream order by stream')).toEqual([
      { run_id: run, account: 'a', ...report, error: null, warning: null },
      { run_id: run, account: 'a', ...report, stream: 'leads', status: 'failed', error: 'E', warning: 'W' },
    ])
  })
})

test('an error that quotes a NUL is kept as PostgreSQL can hold it', async () => {
  const { db, session } = await migratedWarehouse()
  const run = await startRun(session, 'a', 'sync')
  const counts = { inserted: 0, updated: 0, unchanged: 0, stale: 0, tombstoned: 0, pages: 0 }
  const report = { stream: 'deals', status: 'failed', ...counts, requests: 0, tokens: 0, seconds: 0 } as const
  await logStream(session, 'a', run, { ...report, error: 'a\u0000b', warning: 'c\ud800d' })
  await endRun(session, run, { status: 'failed', requests: 0, tokens: 0, error: 'e\u0000f' })
  expect(await db.query('select error, warning from pipedrive_sync.run_stream')).toEqual([
    { error: 'a\ufffdb', warning: 'c\ufffdd' },
  ])
  expect(await db.query('select error from pipedrive_sync.run')).toEqual([{ error: 'e\ufffdf' }])
})

describe('the token ledger', () => {
  test('has one line a day, run and stream, with what was spent so far and the last balance', async () => {
    const { db, session } = await migratedWarehouse()
    const spent = (tokens: number) => ({ requests: tokens / 10, tokens })
    await logTokens(session, 'a', '1', 'deals', spent(10), null)
    await logTokens(session, 'a', '1', 'deals', spent(30), { limit: 1000, remaining: 970 })
    await logTokens(session, 'a', '1', 'leads', spent(20), null)
    await logTokens(session, 'a', '2', 'deals', spent(10), null)
    await logTokens(session, 'b', '1', 'deals', spent(50), null)
    const lines = await db.query(
      `select account, run_id::int, stream, requests, tokens, limit_seen::int, balance_seen::int,
              day = (now() at time zone 'utc')::date as today
       from pipedrive_sync.token_ledger order by account, run_id, stream`,
    )
    expect(lines).toEqual([
      {
        account: 'a',
        run_id: 1,
        stream: 'deals',
        ...spent(30),
        limit_seen: 1000,
        balance_seen: 970,
        today: true,
      },
      {
        account: 'a',
        run_id: 1,
        stream: 'leads',
        ...spent(20),
        limit_seen: null,
        balance_seen: null,
        today: true,
      },
      {
        account: 'a',
        run_id: 2,
        stream: 'deals',
        ...spent(10),
        limit_seen: null,
        balance_seen: null,
        today: true,
      },
      {
        account: 'b',
        run_id: 1,
        stream: 'deals',
        ...spent(50),
        limit_seen: null,
        balance_seen: null,
        today: true,
      },
    ])
  })

  test('begins a new page with the day in UTC, wherever the server stands', async () => {
    const { db, open } = await migratedWarehouse()
    // Of two places 25 hours apart one has another date than UTC.
    for (const zone of ['Etc/GMT+12', 'Pacific/Kiritimati']) {
      const [name] = await db.query<{ name: string }>('select current_database() as name')
      await db.query(`alter database ${name?.name} set timezone = '${zone}'`)
      await logTokens(await open(), 'a', '1', zone, { requests: 1, tokens: 10 }, null)
    }
    const days = await db.query(
      `select distinct day = (now() at time zone 'utc')::date as today from pipedrive_sync.token_ledger`,
    )
    expect(days).toEqual([{ today: true }])
  })

  test("keeps the pages of earlier days, and writes what was spent since on today's", async () => {
    const { db, session } = await migratedWarehouse()
    await logTokens(session, 'a', '1', 'deals', { requests: 1, tokens: 10 }, null)
    await db.query(`update pipedrive_sync.token_ledger set day = day - 1`)
    for (const tokens of [20, 35])
      await logTokens(session, 'a', '1', 'deals', { requests: tokens / 5, tokens }, null)
    expect(await db.query('select requests, tokens from pipedrive_sync.token_ledger order by day')).toEqual([
      { requests: 1, tokens: 10 },
      { requests: 6, tokens: 25 },
    ])
  })

  test('tells what the day has left: the last limit less what was spent today', async () => {
    const { db, session } = await migratedWarehouse()
    const spend = (run: string, tokens: number, limit: number | null) =>
      logTokens(
        session,
        'a',
        run,
        'deals',
        { requests: 1, tokens },
        limit === null ? null : { limit, remaining: 1 },
      )
    expect(await tokensLeft(session, 'a')).toBeNull()
    await spend('1', 10, null)
    expect(await tokensLeft(session, 'a')).toBeNull()
    await spend('2', 20, 500)
    await db.query('update pipedrive_sync.token_ledger set day = day - 1')
    expect(await tokensLeft(session, 'a')).toEqual({ limit: 500, remaining: 500 })
    await spend('3', 40, 100)
    await spend('4', 5, null)
    expect(await tokensLeft(session, 'a')).toEqual({ limit: 100, remaining: 55 })
    await spend('5', 70, null)
    expect(await tokensLeft(session, 'a')).toEqual({ limit: 100, remaining: 0 })
    expect(await tokensLeft(session, 'b')).toBeNull()
  })
})

test('drift is counted by key and reason, and remembers when it was first seen', async () => {
  const { db, session } = await migratedWarehouse()
  const drift = { key: 'a key', reason: 'unknown', count: 2 }
  await logDrift(session, 'a', 'deals', [drift, drift, { ...drift, reason: 'unfit', count: 1 }])
  await db.query(`update pipedrive_sync.drift set first_seen_at = 'epoch', last_seen_at = 'epoch'`)
  await logDrift(session, 'a', 'deals', [drift])
  expect(
    await db.query(
      `select key, reason, seen::int, first_seen_at = 'epoch' as old, last_seen_at > 'epoch' as seen_again
       from pipedrive_sync.drift order by reason`,
    ),
  ).toEqual([
    { key: 'a key', reason: 'unfit', seen: 1, old: true, seen_again: false },
    { key: 'a key', reason: 'unknown', seen: 6, old: true, seen_again: true },
  ])
})

test('drift under more keys than a statement has parameters is counted in one', async () => {
  const { db, session } = await migratedWarehouse()
  const drift = Array.from({ length: 20_000 }, (_, index) => ({
    key: `k${index}`,
    reason: 'unknown',
    count: 1,
  }))
  await logDrift(session, 'a', 'deals', [...drift, ...drift])
  expect(await db.query('select sum(seen)::int as seen, count(*)::int from pipedrive_sync.drift')).toEqual([
    { seen: 40_000, count: 20_000 },
  ])
})
