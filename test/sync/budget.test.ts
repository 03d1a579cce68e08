import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { connect } from '../../src/load/connection.ts'
import { resetStream } from '../../src/load/reset.ts'
import type { RunReport } from '../../src/run-types.ts'
import type { TestDatabase } from '../support/database.ts'
import { bookmarkOf, countOf, everything, only, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { BACKFILL, SWEEP, checkpointEveryPage, inPagesOf, openWorld, streamNamed } from '../support/world.ts'

const persons = streamNamed('persons')
const deals = streamNamed('deals')
const notes = streamNamed('notes')
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const PATIENTLY = { timeout: 10_000 }
/** The catalog of persons and whose token it is. */
const BEFORE_PERSONS = 12

async function reportedDeals(db: TestDatabase): Promise<unknown> {
  const [row] = await db.query(
    "select status from pipedrive_sync.run_stream where stream = 'deals' order by run_id desc limit 1",
  )
  return row?.['status']
}

const COOL_PAGE = '<!DOCTYPE html><html><title>Access denied</title></html>'

describe('a run spends at most its share', () => {
  test('and when that is gone it ends as deferred, keeps its checkpoints, and later runs go on from there', async () => {
    await using world = await openWorld()
    const { clock, db, emulator } = world
    const request = {
      streams: [inPagesOf(4, persons)],
      plan: BACKFILL,
      allowance: { tokens: BEFORE_PERSONS + 25 },
    }
    const rows: number[] = []
    let last: RunReport | undefined
    while (last?.status !== 'done' && rows.length < 10) {
      const before = emulator.limits.spent
      last = await world.run(request)
      expect(emulator.limits.spent - before).toBeLessThanOrEqual(BEFORE_PERSONS + 25)
      expect(last.tokens).toBe(emulator.limits.spent - before)
      if (last.status !== 'done') {
        expect(last).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
        expect(only(last).status).toBe('deferred')
        expect(last.waits).toBe('run')
        expect(Date.parse(last.resume_at ?? '')).toBeLessThanOrEqual(clock.now())
        const [kept] = await db.query('select error from pipedrive_sync.run order by id desc limit 1')
        expect(kept?.['error']).toMatch(/ spent its 37 tokens .* It can go on after \d{4}-.*Z\.$/)
        expect(await bookmarkOf(db, 'persons')).not.toBeNull()
      }
      rows.push(await countOf(db, 'persons'))
    }
    expect(last?.status).toBe('done')
    expect(rows.length).toBeGreaterThan(2)
    expect(rows).toEqual(rows.toSorted((a, b) => a - b))
    expect(rows[0]).toBe(8)
    await expectWarehouseEquals(world, { streams: ['persons'] })
    const ledger = await db.query('select sum(tokens)::int as tokens from pipedrive_sync.token_ledger')
    expect(ledger).toEqual([{ tokens: emulator.limits.spent }])
  })

  test('a share is one of what the day still has, as the first answer tells it', async () => {
    await using world = await openWorld({ limits: { burst: 1_000_000, daily: 100 } })
    const report = await world.run({
      streams: [inPagesOf(1, persons)],
      plan: BACKFILL,
      allowance: { share: 0.5 },
    })
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(report.tokens).toBeLessThanOrEqual(50)
    expect(report.tokens).toBeGreaterThan(40)
    expect(world.emulator.limits.refused.daily).toBe(0)
  })

  test('a share is one of the last limit less what was spent today where no answer tells the balance', async () => {
    await using world = await openWorld({ limits: { burst: 1_000_000, daily: 200 } })
    const { clock, db, emulator } = world
    await world.run({ streams: [persons] })
    const [seen] = await db.query('select max(limit_seen)::int as limit from pipedrive_sync.token_ledger')
    expect(seen).toEqual({ limit: 200 })
    clock.advance(DAY)
    emulator.switches.dailyHeaders = false
    const request = { streams: [inPagesOf(1, persons)], plan: SWEEP, allowance: { share: 0.5 } }
    const first = await world.run(request)
    expect(first).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(first.tokens).toBeLessThanOrEqual(100)
    // A part of it is left to today's passes: one took 22 tokens yesterday.
    expect(first.tokens).toBeGreaterThan(80)
    const second = await world.run(request)
    expect(second).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(second.tokens).toBeLessThanOrEqual(54)
    expect(second.tokens).toBeGreaterThan(40)
  })

  test('where none has ever told it, a share is one of the smallest plan', async () => {
    await using world = await openWorld()
    world.emulator.switches.dailyHeaders = false
    const report = await world.run({
      streams: [inPagesOf(1, persons)],
      plan: BACKFILL,
      allowance: { share: 0.001 },
    })
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET', tokens: 22 })
  })

  test('and of that, no more in many runs than one may spend of what the others have left', async () => {
    await using world = await openWorld()
    world.emulator.switches.dailyHeaders = false
    await world.run({ streams: [persons] })
    await world.db.query(`update pipedrive_sync.token_ledger set tokens = 29900 where stream = 'persons'`)
    const request = { streams: [inPagesOf(1, persons)], plan: SWEEP, allowance: { share: 1 } }
    const report = await world.run(request)
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(report.tokens).toBeLessThanOrEqual(98)
    expect(report.tokens).toBeGreaterThan(80)
  })

  test('is deferred until the day turns, once a refusal has told when that is', async () => {
    await using world = await openWorld({
      limits: { burst: 1_000_000, daily: 500 },
      switches: { dailyResetOffsetHours: -5 },
    })
    const { clock, emulator } = world
    clock.advance(2 * DAY - (clock.now() % DAY) - 10 * 60 * MINUTE)
    await world.run({ streams: [persons] })
    const defer = async (left: number) => {
      emulator.limits.spent = 500 - left
      const { status, waits, resume_at } = await world.run({ streams: [persons], plan: SWEEP })
      expect({ status, waits }).toEqual({ status: 'deferred', waits: 'account' })
      return Date.parse(resume_at ?? '') - clock.now()
    }
    expect(await defer(7)).toBeLessThanOrEqual(60 * MINUTE)
    const told = await defer(0)
    expect(told).toBeGreaterThan(14 * 60 * MINUTE)
    expect(Math.abs((await defer(7)) - told)).toBeLessThan(MINUTE)
  })

  test('and never what TOKEN_RESERVE leaves to others', async () => {
    await using world = await openWorld({ limits: { burst: 1_000_000, daily: 200 } })
    const source = { baseUrl: world.tap.url, token: world.emulator.token, reserve: { share: 0.4 } }
    const request = { streams: [inPagesOf(1, persons)], plan: BACKFILL, allowance: { tokens: 1000 } }
    const report = await world.run(request, undefined, source)
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(report.error).toContain('TOKEN_RESERVE')
    expect(Date.parse(report.resume_at ?? '')).toBeGreaterThan(world.clock.now())
    expect(world.emulator.limits.spent).toBeLessThanOrEqual(120)
    expect(world.emulator.limits.spent).toBeGreaterThan(105)
  })

  test('and a backfill leaves what passes spend on a usual day, for the rest of this one', async () => {
    await using world = await openWorld({ limits: { burst: 1_000_000, daily: 300 } })
    const { clock, db } = world
    await world.run({ streams: [persons] })
    await db.query(
      `update pipedrive_sync.token_ledger set tokens = 100, kind = null where stream = 'persons'`,
    )
    clock.advance(DAY - (clock.now() % DAY))
    const request = { streams: [inPagesOf(1, persons)], allowance: { tokens: 1000 } }
    const backfill = await world.run({ ...request, plan: BACKFILL })
    expect(backfill).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(backfill.error).toContain('for more important runs')
    const before = world.emulator.limits.spent
    expect(before).toBeLessThanOrEqual(200)
    expect((await world.run({ streams: [persons] })).status).toBe('done')
    expect(world.emulator.limits.spent).toBeGreaterThan(before)
  })

  test('and history leaves what keeps the tables current, which is read before it', async () => {
    await using world = await openWorld({ limits: { burst: 1_000_000, daily: 1000 }, size: { deals: 80 } })
    const { clock, db, emulator, tap } = world
    clock.advance(2 * DAY - (clock.now() % DAY))
    await world.run({ streams: [persons] })
    const request = { streams: [inPagesOf(1, deals), inPagesOf(4, persons)], allowance: { share: 1 } }
    const from = tap.asked.length
    const first = await world.run(request)
    expect(first).toMatchObject({ status: 'deferred', waits: 'history' })
    expect(reportOf(first, 'persons').status).toBe('done')
    const paths = tap.asked.slice(from).map(({ path }) => path)
    expect(paths.lastIndexOf('/api/v2/persons')).toBeLessThan(paths.indexOf('/api/v2/deals'))
    expect(1000 - emulator.limits.spent).toBeGreaterThan(390)
    expect(1000 - emulator.limits.spent).toBeLessThan(430)
    const kinds = await db.query(
      "select stream, kind from pipedrive_sync.token_ledger where run_id = 2 and stream <> 'account' order by 1",
    )
    expect(kinds).toEqual([
      { stream: 'deals', kind: 'backfill' },
      { stream: 'persons', kind: null },
    ])
    const second = await world.run(request)
    expect(second).toMatchObject({ status: 'deferred', waits: 'history' })
    expect(reportOf(second, 'persons')).toMatchObject({
      status: 'done',
      unchanged: expect.any(Number) as number,
    })
    expect(1000 - emulator.limits.spent).toBeGreaterThan(340)
  })

  test('what only the end of was read, or was forgotten, is history', async () => {
    await using world = await openWorld()
    const { clock, db } = world
    const kindOf = async () => {
      const [row] = await db.query<{ kind: string | null }>(
        "select kind from pipedrive_sync.token_ledger where stream = 'persons' order by run_id desc limit 1",
      )
      return row?.kind
    }
    const late = { mode: 'range', since: clock.now() - DAY, until: null } as const
    expect((await world.run({ streams: [persons], plan: late })).status).toBe('done')
    for (const kind of ['backfill', null]) {
      expect((await world.run({ streams: [persons] })).status).toBe('done')
      expect(await kindOf()).toBe(kind)
    }
    await using session = await connect(db.url, world.parts().warehouse.schemas, 'test')
    await resetStream(session, 'pipedrive', 'persons', [])
    await world.run({ streams: [persons] })
    expect(await kindOf()).toBe('backfill')
  })

  test('what has been spent is in the ledger while the run still goes on', async () => {
    await using world = await openWorld()
    const { db, tap } = world
    checkpointEveryPage(world)
    const count = tap.onAnswer
    const spent = async (stream: string) => {
      const [row] = await db.query<{ tokens: number }>(
        'select tokens from pipedrive_sync.token_ledger where stream = $1',
        [stream],
      )
      return row?.tokens
    }
    const lookInto = async (): Promise<void> => {
      expect(await spent('account')).toBe(2)
      // Two pages have been committed, the third is being loaded, and the catalog has been read.
      await expect.poll(() => spent('persons'), PATIENTLY).toBeGreaterThanOrEqual(30)
    }
    let pages = 0
    let look: Promise<void> | undefined
    tap.onAnswer = async (asked, answer) => {
      await count(asked, answer)
      if (asked.path !== '/api/v2/persons' || ++pages !== 4) return
      look = lookInto()
      await look.catch(() => undefined)
    }
    expect((await world.run({ streams: [inPagesOf(4, persons)] })).status).toBe('done')
    expect(pages).toBeGreaterThan(4)
    await look
  })

  test('every attempt of a request pays', async () => {
    await using world = await openWorld()
    world.emulator.faults.add({ kind: 'status', status: 503, match: '/api/v2/persons?', times: 3 })
    const report = await world.run({ streams: [persons] })
    expect(report).toMatchObject({ status: 'done', tokens: BEFORE_PERSONS + 4 * 10, requests: 6 })
  })

  test("the company's own daily limit defers the run too, and it goes on when the day has turned", async () => {
    await using world = await openWorld({ limits: { burst: 1_000_000, daily: 60 } })
    const { clock, emulator } = world
    emulator.switches.dailyHeaders = false
    const request = { streams: [inPagesOf(4, persons), notes] }
    const report = await world.run(request)
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(Date.parse(report.resume_at ?? '')).toBeGreaterThan(clock.now())
    expect(emulator.limits.refused.daily).toBeGreaterThan(0)
    emulator.limits.daily = 1000
    clock.advance(Date.parse(report.resume_at ?? '') - clock.now())
    expect(await world.run(request)).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world, { streams: ['persons', 'notes'] })
  })

  test('a burst 429 pauses the run for as long as the server says, and nothing is lost', async () => {
    await using world = await openWorld({ limits: { burst: 5, daily: 1_000_000 } })
    expect(await world.run({ streams: [inPagesOf(3, persons), inPagesOf(3, deals), notes] })).toMatchObject({
      status: 'done',
    })
    expect(world.emulator.limits.refused.banned).toBe(0)
    await expectWarehouseEquals(world, { streams: ['persons', 'deals', 'notes'] })
  })
})

describe('an HTML 403 of the gateway', () => {
  const blocked = { kind: 'status', status: 403, body: COOL_PAGE } as const

  test('ends the run as deferred and is recorded; nothing is sent before the cool-off, and then it goes on', async () => {
    await using world = await openWorld()
    const { clock, db, emulator, tap } = world
    checkpointEveryPage(world)
    const request = { streams: [inPagesOf(4, persons)] }
    emulator.faults.add({ ...blocked, match: '/api/v2/persons?', after: 2 })
    const report = await world.run(request)
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BLOCKED' })
    expect(await countOf(db, 'persons')).toBe(8)
    const [account] = await db.query<{ until: Date }>(
      'select blocked_until as until from pipedrive_sync.block',
    )
    expect(account?.until.getTime()).toBeGreaterThan(clock.now() + 29 * MINUTE)

    emulator.faults.clear()
    const [asked, before] = [tap.asked.length, await everything(db)]
    const early = await world.run(request)
    expect(early).toMatchObject({ status: 'deferred', code: 'E_BLOCKED', requests: 0 })
    expect(tap.asked).toHaveLength(asked)
    expect(await everything(db)).toEqual(before)

    clock.advance(31 * MINUTE)
    expect(await world.run(request)).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world, { streams: ['persons'] })
  })

  test.each([
    ['a run', true],
    ['the very first run', false],
  ])('that meets the first request of %s is recorded as well', async (_what, before) => {
    await using world = await openWorld()
    if (before) await world.run({ streams: [persons] })
    world.emulator.faults.add({ ...blocked, match: '/v1/users/me' })
    expect(await world.run({ streams: [persons] })).toMatchObject({ status: 'deferred', code: 'E_BLOCKED' })
    const asked = world.tap.asked.length
    expect(await world.run({ streams: [persons] })).toMatchObject({ status: 'deferred', requests: 0 })
    expect(world.tap.asked).toHaveLength(asked)
  })

  test('stops the other streams of its run at once, before what was read is written', async () => {
    await using world = await openWorld()
    const { db, emulator, tap } = world
    await world.run({ streams: [persons, deals] })
    await db.query('update pipedrive_sync.stream_state set bookmark = null')
    await db.query('delete from pipedrive.persons')
    // The last batch of the stream that met the block waits for this lock, and the run for the batch.
    const holder = new pg.Client({ connectionString: db.url })
    await holder.connect()
    await holder.query('begin; lock table pipedrive.persons in share mode')
    emulator.faults.add({ ...blocked, match: '/api/v2/persons?', after: 2 })
    const [met, dealsAsked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const after: string[] = []
    let isMet = false
    tap.onAnswer = async ({ path }, { status }) => {
      if (isMet) after.push(path)
      if (path === '/api/v2/deals') {
        dealsAsked.resolve()
        await met.promise
      }
      if (status !== 403) return
      await dealsAsked.promise
      isMet = true
      met.resolve()
    }
    const run = world.run({ streams: [inPagesOf(4, persons), inPagesOf(1, deals)] })
    await met.promise
    await expect.poll(() => reportedDeals(db), PATIENTLY).toBe('deferred')
    // Other processes know of it by now.
    expect(await db.query('select from pipedrive_sync.block where blocked_until > now()')).toHaveLength(1)
    await holder.query('rollback')
    await holder.end()
    expect(await run).toMatchObject({ status: 'deferred', code: 'E_BLOCKED' })
    expect(after).toEqual([])
  })

  test('stops every other run of the account, in the middle of its pages', async () => {
    await using world = await openWorld()
    const { emulator, tap } = world
    await world.run({ streams: [persons, deals] })
    emulator.faults.add({ ...blocked, match: '/api/v2/persons?' })
    let other: Promise<RunReport> | undefined
    tap.onAnswer = async ({ path }) => {
      if (path !== '/api/v2/deals' || other !== undefined) return
      other = world.run({ streams: [persons] })
      // The page of the first run comes only when the second run has met the block.
      await other
    }
    const first = await world.run({ streams: [inPagesOf(2, deals)] })
    expect(await other).toMatchObject({ status: 'deferred', code: 'E_BLOCKED' })
    expect(first).toMatchObject({ status: 'deferred', code: 'E_BLOCKED' })
    expect(reportOf(first, 'deals')).toMatchObject({ status: 'deferred' })
    expect(tap.asked.filter(({ path }) => path === '/api/v2/deals').length).toBeLessThanOrEqual(2)
  })
})
