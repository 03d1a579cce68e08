import { describe, expect, test } from 'vitest'
import type { RunReport, RunRequest } from '../../src/run-types.ts'
import { plan, type PlannedStream, type PlanReport } from '../../src/plan/plan.ts'
import { planVerify } from '../../src/plan/plan-verify.ts'
import { verify } from '../../src/reconcile/verify.ts'
import {
  BACKFILL,
  PASS,
  SWEEP,
  checkpointEveryPage,
  inPagesOf,
  openWorld,
  streamNamed,
  type World,
} from '../support/world.ts'

const SIZE = { deals: 60, persons: 90, notes: 30 } as const
const streams = ['persons', 'deals', 'notes', 'deal_products', 'note_comments', 'currencies'].map((name) =>
  inPagesOf(7, streamNamed(name)),
)

function requestOf(more: Partial<RunRequest> = {}): RunRequest {
  const usual = { command: 'test', streams, plan: PASS, allowance: { share: 1 }, maxShare: 0.05 } as const
  return { ...usual, ...more }
}

function of(report: PlanReport, name: string): PlannedStream {
  const found = report.streams.find(({ stream }) => stream === name)
  if (found === undefined) throw new Error(`no plan of ${name}`)
  return found
}

/** What is in the tables of the streams, and how far they were read. */
async function loaded({ db }: World): Promise<unknown> {
  const tables = await db.query(
    `select schemaname, relname, n_live_tup from pg_stat_user_tables where schemaname = 'pipedrive' order by 2`,
  )
  const state = await db.query('select * from pipedrive_sync.stream_state order by stream, partition')
  const windows = await db.query('select * from pipedrive_sync.sync_window order by stream, partition')
  const reports = await db.query('select * from pipedrive_sync.run_stream order by run_id, stream')
  return { tables: tables.map(({ relname }) => relname), state, windows, reports }
}

/** Within a tenth, or two requests, of what it took. */
function expectNear(report: PlanReport, took: Pick<RunReport, 'requests' | 'tokens'>): void {
  const { requests = 0, tokens = 0 } = report.total ?? {}
  expect(
    Math.abs(requests - took.requests),
    `${requests} planned, ${took.requests} taken`,
  ).toBeLessThanOrEqual(Math.max(2, took.requests / 10))
  expect(Math.abs(tokens - took.tokens), `${tokens} planned, ${took.tokens} taken`).toBeLessThanOrEqual(
    Math.max(40, took.tokens / 10),
  )
}

describe('a plan', () => {
  test('of a first backfill asks one request a stream at most, loads nothing, and says how many pages there are', async () => {
    await using world = await openWorld({ size: SIZE })
    const report = await plan(world.parts(), requestOf({ plan: BACKFILL }))
    expect(report.status).toBe('done')
    const asked = world.tap.asked.map(({ path }) => path).toSorted()
    expect(asked).toEqual([
      ...['/api/v2/deals/archived', '/api/v2/persons', '/v1/deals/summary', '/v1/notes', '/v1/users/me'],
    ])
    expect(await loaded(world)).toMatchObject({ state: [], windows: [], reports: [] })
    expect(of(report, 'persons')).toMatchObject({ bound: 'about', status: 'done' })
    expect(of(report, 'deals').reason).toMatch(/\d+ by \/v1\/deals\/summary .*archived: /)
    expect(of(report, 'deal_products').bound).toBe('at most')
    const took = await world.run({ streams, plan: BACKFILL })
    for (const name of ['persons', 'deals', 'notes', 'currencies']) {
      const { requests, tokens } = took.streams.find(({ stream }) => stream === name) ?? {}
      expect(Math.abs(of(report, name).requests - (requests ?? 0)), name).toBeLessThanOrEqual(2)
      expect(Math.abs(of(report, name).tokens - (tokens ?? 0)), name).toBeLessThanOrEqual(40)
    }
  })

  test.each([
    ['pass', PASS],
    ['sweep', SWEEP],
    ['backfill', BACKFILL],
  ])('of a %s of what is held asks nobody but whose token it is, and comes true', async (_what, mode) => {
    await using world = await openWorld({ size: SIZE })
    await world.run({ streams, plan: BACKFILL })
    const before = await loaded(world)
    const asked = world.tap.asked.length
    const report = await plan(world.parts(), requestOf({ plan: mode }))
    expect(world.tap.asked.slice(asked).map(({ path }) => path)).toEqual(['/v1/users/me'])
    expect(await loaded(world)).toEqual(before)
    expectNear(report, await world.run({ streams, plan: mode }))
  })

  test('of a backfill that was cut off counts what is left, by one request where that is not known', async () => {
    await using world = await openWorld({ size: SIZE })
    checkpointEveryPage(world)
    const few = streams.slice(0, 1)
    await world.run({ streams: few, plan: BACKFILL, allowance: { tokens: 82 } })
    const before = await loaded(world)
    const report = await plan(world.parts(), requestOf({ streams: few, plan: BACKFILL }))
    expect(await loaded(world)).toEqual(before)
    expect(report.tokens).toBe(12)
    expect(of(report, 'persons').reason).toMatch(/\d+ of them read/)
    const took = await world.run({ streams: few, plan: BACKFILL })
    expect(took.tokens).toBeLessThan(120)
    expectNear(report, took)
  })

  test('of a verification comes true', async () => {
    await using world = await openWorld({ size: SIZE })
    await world.run({ streams, plan: BACKFILL })
    for (const sample of [10, null]) {
      const verification = { ...requestOf(), sample, seed: 'a', repair: false }
      const report = await planVerify(world.parts(), verification)
      const took = await verify(world.parts(), verification)
      expect(took.equal).toBe(true)
      expectNear(report, took)
      expect(took.plan).toMatchObject({ is_over: true, runs: 1 })
    }
  })

  test('says what is not due, and what Pipedrive does not show', async () => {
    await using world = await openWorld({ size: SIZE })
    const currencies = streams.filter(({ name }) => name === 'currencies')
    await world.run({ streams: currencies })
    world.emulator.faults.add({ kind: 'forbidden', match: '/api/v2/persons?' })
    const report = await plan(world.parts(), requestOf({ onlyDue: true }))
    expect(of(report, 'currencies')).toMatchObject({
      tokens: 0,
      reason: expect.stringMatching(/^not due/) as string,
    })
    expect(of(report, 'persons')).toMatchObject({ status: 'skipped', tokens: 0 })
    expect(of(report, 'persons').reason).toMatch(/^persons: .*403/)
    expect(report.status).toBe('partial')
  })

  test('pays for what it asks, and keeps to the budget as any run', async () => {
    await using world = await openWorld({ size: SIZE })
    const report = await plan(world.parts(), requestOf({ allowance: { tokens: 20 }, plan: BACKFILL }))
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(world.emulator.limits.spent).toBeLessThanOrEqual(20)
    const ledger = await world.db.query('select sum(tokens)::int as tokens from pipedrive_sync.token_ledger')
    expect(ledger).toEqual([{ tokens: world.emulator.limits.spent }])
  })

  test('that does not fit into a day says how many it takes', async () => {
    await using world = await openWorld({ size: SIZE, limits: { burst: 40, daily: 1000 } })
    const { total } = await plan(world.parts(), requestOf({ plan: BACKFILL, allowance: { share: 0.5 } }))
    const { tokens = 0, allowed_today: today = 0, days } = total ?? {}
    expect(total).toMatchObject({ daily_limit: 1000, allowed_per_day: 500, burst_limit: 40 })
    expect(days).toBe(1 + Math.ceil((tokens - today) / 500))
    expect(total?.share_of_day).toBeCloseTo(tokens / 1000)
  })
})

describe('a plan that is shown less', () => {
  const [deals, persons] = ['deals', 'persons'].map((name) => inPagesOf(7, streamNamed(name)))
  const few = [deals, persons].filter((stream) => stream !== undefined)

  test('counts by the list what it may not see the summary of', async () => {
    await using world = await openWorld({ size: SIZE })
    world.emulator.faults.add({ kind: 'forbidden', match: '/v1/deals/summary' })
    const report = await plan(world.parts(), requestOf({ streams: few, plan: BACKFILL }))
    expect(of(report, 'deals').status).toBe('done')
    expectNear(report, await world.run({ streams: few, plan: BACKFILL }))
  })

  test('is one of at least so much where a stream could not be looked at', async () => {
    await using world = await openWorld({ size: SIZE })
    world.emulator.faults.add({ kind: 'status', status: 400, match: '/v1/deals/summary' })
    const report = await plan(world.parts(), requestOf({ streams: few, plan: BACKFILL }))
    expect(of(report, 'deals')).toMatchObject({ status: 'failed', bound: 'at least' })
    expect(report.total?.bound).toBe('at least')
  })
})

describe('a run after its plan', () => {
  test('is held against it, and so is what goes on with a backfill until that is done', async () => {
    await using world = await openWorld({ size: SIZE })
    const few = streams.slice(0, 2)
    const planned = await plan(
      world.parts(),
      requestOf({ streams: few, plan: BACKFILL, allowance: { tokens: 120 } }),
    )
    let taken = 0
    let last: RunReport | undefined
    for (let runs = 1; runs < 20 && last?.plan?.is_over !== true; runs++) {
      last = await world.run({ streams: few, plan: BACKFILL, allowance: { tokens: 120 } })
      taken += last.tokens
      expect(last.plan).toMatchObject({
        runs,
        planned: { tokens: planned.total?.tokens },
        taken: { tokens: taken },
      })
      if (last.plan?.is_over === true) break
      expect(last.status).toBe('deferred')
      expect(last.plan?.tokens_left).toBe(Math.max(0, (planned.total?.tokens ?? 0) - taken))
    }
    expect(last).toMatchObject({ status: 'done', plan: { is_over: true, tokens_left: 0, done_on: null } })
    expect(last?.plan?.runs).toBeGreaterThan(1)
    const spent = last?.plan?.streams.find(({ stream }) => stream === 'persons')?.taken_tokens
    const ledger = await world.db.query(
      `select sum(token_ledger.tokens)::int as tokens from pipedrive_sync.token_ledger join pipedrive_sync.run on run.id = run_id
       where stream = 'persons' and run.kind = 'backfill'`,
    )
    expect(ledger).toEqual([{ tokens: spent }])
    expect((await world.run({ streams: few, plan: BACKFILL })).plan).toBeUndefined()
  })

  test('that covers something else is not', async () => {
    await using world = await openWorld({ size: SIZE })
    await plan(world.parts(), requestOf({ plan: BACKFILL }))
    const other = await world.run({ streams: streams.slice(0, 1), plan: BACKFILL })
    expect(other.plan).toBeUndefined()
    expect((await world.run({ streams, plan: SWEEP })).plan).toBeUndefined()
    expect((await world.run({ streams, plan: BACKFILL })).plan).toMatchObject({ runs: 1 })
  })
})
