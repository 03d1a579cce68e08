import { describe, expect, test } from 'vitest'
import {
  endRun,
  lastRun,
  logDrift,
  logStream,
  logTokens,
  readSpent,
  startRun,
  type Balance,
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

test('the last run is one that covered the same and came to its end, and no plan', async () => {
  const { db, session } = await migratedWarehouse()
  const ends = [
    ['pass all', 'pass', 'done'],
    ['sweep all', 'sweep', 'partial'],
    ['pass all', 'pass', 'deferred'],
    ['pass some', 'pass', 'done'],
    ['pass all', 'plan', 'done'],
  ] as const
  for (const [scope, kind, status] of ends)
    await endRun(session, await startRun(session, 'a', 'x', { scope, kind }), { ...END, status })
  await db.query(`update pipedrive_sync.run set started_at = to_timestamp(id)`)
  expect(await lastRun(session, 'a', ['pass all'])).toBe(1000)
  expect(await lastRun(session, 'a', ['pass all', 'sweep all'])).toBe(2000)
  expect(await lastRun(session, 'a', ['sweep some'])).toBeNull()
  expect(await lastRun(session, 'b', ['pass all'])).toBeNull()
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
  const [MONDAY, TUESDAY] = ['2026-06-15', '2026-06-16']
  const page = (tokens: number, day = TUESDAY, balance: Balance | null = null) => ({
    ...{ requests: tokens / 10, tokens },
    ...{ day, balance, kind: null },
  })

  test('has one line a day, run and stream, with what was spent so far and the last balance', async () => {
    const { db, session } = await migratedWarehouse()
    await logTokens(session, 'a', '1', 'deals', page(10))
    await logTokens(session, 'a', '1', 'deals', page(30, TUESDAY, { limit: 1000, remaining: 970 }))
    await logTokens(session, 'a', '1', 'leads', page(20))
    await logTokens(session, 'a', '2', 'deals', page(10))
    await logTokens(session, 'b', '1', 'deals', page(50))
    const lines = await db.query(
      `select concat_ws(' ', account, run_id, stream, day, requests, tokens, limit_seen, balance_seen) as line
       from pipedrive_sync.token_ledger order by account, run_id, stream`,
    )
    expect(lines.map(({ line }) => line)).toEqual([
      'a 1 deals 2026-06-16 3 30 1000 970',
      'a 1 leads 2026-06-16 2 20',
      'a 2 deals 2026-06-16 1 10',
      'b 1 deals 2026-06-16 5 50',
    ])
  })

  test('has the day that it is told, wherever the server stands', async () => {
    const { db, open } = await migratedWarehouse()
    // Of two places 25 hours apart one has another date than UTC.
    for (const zone of ['Etc/GMT+12', 'Pacific/Kiritimati']) {
      const [name] = await db.query<{ name: string }>('select current_database() as name')
      await db.query(`alter database ${name?.name} set timezone = '${zone}'`)
      await logTokens(await open(), 'a', '1', zone, page(10))
    }
    const days = await db.query('select distinct day::text from pipedrive_sync.token_ledger')
    expect(days).toEqual([{ day: TUESDAY }])
  })

  test("keeps the pages of other days, and writes what was spent since on the day's", async () => {
    const { db, session } = await migratedWarehouse()
    await logTokens(session, 'a', '1', 'deals', page(10, MONDAY))
    for (const tokens of [20, 30]) await logTokens(session, 'a', '1', 'deals', page(tokens))
    expect(await db.query('select requests, tokens from pipedrive_sync.token_ledger order by day')).toEqual([
      { requests: 1, tokens: 10 },
      { requests: 2, tokens: 20 },
    ])
  })

  test('tells the last limit, and what was spent on a day whether any was told or not', async () => {
    const { session } = await migratedWarehouse()
    const spend = (run: string, day: string, tokens: number, limit: number | null) =>
      logTokens(
        session,
        'a',
        run,
        'deals',
        page(tokens, day, limit === null ? null : { limit, remaining: 1 }),
      )
    expect(await readSpent(session, 'a', MONDAY)).toEqual({ limit: null, spent: 0 })
    await spend('1', MONDAY, 10, null)
    expect(await readSpent(session, 'a', MONDAY)).toEqual({ limit: null, spent: 10 })
    await spend('2', MONDAY, 20, 500)
    expect(await readSpent(session, 'a', TUESDAY)).toEqual({ limit: 500, spent: 0 })
    await spend('3', TUESDAY, 40, 100)
    await spend('4', TUESDAY, 50, null)
    expect(await readSpent(session, 'a', TUESDAY)).toEqual({ limit: 100, spent: 90 })
    expect(await readSpent(session, 'a', MONDAY)).toEqual({ limit: 100, spent: 30 })
    expect(await readSpent(session, 'b', TUESDAY)).toEqual({ limit: null, spent: 0 })
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
