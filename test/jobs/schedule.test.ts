import { describe, expect, onTestFinished, test } from 'vitest'
import type { EmulatorOptions } from '../../emulator/index.ts'
import { schedule, type ScheduleFlags } from '../../jobs/schedule.ts'
import type { JobContext, JobResult } from '../../jobs/job.ts'
import { resume } from '../../jobs/resume.ts'
import type { Environment } from '../../src/config.ts'
import { startEmulator } from '../../emulator/index.ts'
import type { Reporter } from '../../src/reporter.ts'
import type { RunReport } from '../../src/run-types.ts'
import { needsSweeps } from '../../src/schedule/sweep-cost.ts'
import { selectStreams } from '../../src/streams/index.ts'
import { TINY } from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'
import { testClock } from '../support/test-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Three minutes before an hour, and later than the database's clock, which tells when the warehouse was made. */
const START = Math.ceil(Date.now() / DAY) * DAY + 11 * HOUR - 3 * MINUTE

/** As runs before would have learned. */
const TURNS_AT_MIDNIGHT = "update pipedrive_sync.token_day set turns_at = '2026-01-01 00:00Z'"

type Shown = RunReport & { readonly cadence: string; readonly at: number }

const silent: Reporter = {
  info: () => undefined,
  warn: () => undefined,
  progress: () => undefined,
  finished: () => undefined,
}

/** A company, a warehouse and a scheduler in a time of their own. */
async function openSchedule(options: EmulatorOptions = {}) {
  const offset = START - Date.now()
  const clock = testClock(() => Date.now() + offset)
  const emulator = await startEmulator({
    now: () => clock.now(),
    size: TINY,
    ...options,
    limits: { burst: 1_000_000, daily: 1_000_000, ...options.limits },
  })
  onTestFinished(() => emulator.stop())
  const db = await testDatabase()
  const warnings: string[] = []
  const reporter = { ...silent, warn: (message: string) => void warnings.push(message) }
  const environment: Environment = {
    PIPEDRIVE_BASE_URL: emulator.url,
    PIPEDRIVE_API_TOKEN: emulator.token,
    DATABASE_URL: db.url,
    STREAMS: 'persons,deals,notes',
  }
  /** Runs the scheduler until it has shown so many results, or those that are wanted. */
  const until = async (
    wanted: number | ((shown: readonly Shown[]) => boolean),
    flags: Partial<ScheduleFlags> = {},
  ): Promise<readonly Shown[]> => {
    const stop = new AbortController()
    const context: JobContext = { environment, clock, signal: stop.signal, reporter }
    const shown: Shown[] = []
    await schedule(context, { budget: '100%', maxShare: '5%', ...flags }, ({ json }) => {
      shown.push({ ...(json as Shown), at: clock.now() })
      const isEnough = typeof wanted === 'number' ? shown.length === wanted : wanted(shown)
      if (isEnough) stop.abort(new Error('enough'))
    })
    return shown
  }
  return { clock, emulator, db, until, environment, warnings }
}

const kinds = (shown: readonly Shown[]): readonly string[] => shown.map(({ cadence }) => cadence)
const minutes = (shown: readonly Shown[]): readonly number[] =>
  shown.map(({ at }) => Math.floor((at - START) / MINUTE))

describe('the scheduler', () => {
  test('ticks every five minutes, passes every hour, and does one thing at a time', async () => {
    const { until } = await openSchedule()
    const shown = await until(15)
    const ticks = Array.from({ length: 11 }, () => 'tick')
    expect(kinds(shown)).toEqual(['pass', ...ticks, 'pass', 'tick', 'tick'])
    expect(minutes(shown).slice(0, 4)).toEqual([3, 8, 13, 18])
    expect(minutes(shown)[12]).toBe(63)
    // The first tick opens the gate, the second one has told what lies within its lookback.
    for (const quiet of shown.slice(3, 12))
      expect(quiet).toMatchObject({ requests: 1, tokens: 20, status: 'done' })
  })

  test('sweeps a part each night, and in a week everything', async () => {
    const { db, until } = await openSchedule()
    await until(1, { tick: 'off', sweep: 'off' })
    const names = 'persons,deals,notes,leads,organizations,activities,files,products'
    const shown = await until(7, { tick: 'off', pass: 'off', stream: names })
    expect(new Set(kinds(shown))).toEqual(new Set(['sweep']))
    const swept = shown.map(({ streams }) => streams.map(({ stream }) => stream))
    expect(new Set(swept.flat())).toEqual(
      new Set(
        selectStreams(names.split(','))
          .filter(needsSweeps)
          .map(({ name }) => name),
      ),
    )
    expect(swept.filter((streams) => streams.length < names.split(',').length).length).toBe(7)
    const [least] = await db.query<{ count: number }>(
      "select count(*)::int as count from pipedrive_sync.run where command = 'sweep' and status = 'done'",
    )
    expect(least).toEqual({ count: 7 })
  })

  test('does first what was missed while it was off, the pass before the sweep', async () => {
    const { clock, db, until } = await openSchedule()
    await until(2)
    const ago = (interval: string) =>
      `(select '${new Date(clock.now()).toISOString()}'::timestamptz - interval '${interval}')`
    await db.query(`update pipedrive_sync.account set first_seen_at = ${ago('3 days')}`)
    await db.query(`update pipedrive_sync.run set started_at = ${ago('2 hours')} where command = 'sync'`)
    const from = clock.now()
    const shown = await until(3)
    expect(kinds(shown)).toEqual(['pass', 'sweep', 'tick'])
    expect((shown[1]?.at ?? Infinity) - from).toBeLessThan(MINUTE)
  })

  test('takes a run over other streams for none of its own', async () => {
    const { clock, db, until } = await openSchedule()
    await until(2)
    const now = new Date(clock.now())
    await db.query('update pipedrive_sync.run set started_at = $1', [now])
    const flags = { tick: 'off', sweep: 'off', pass: '30 * * * *' }
    const wait = async (stream: string): Promise<number> => {
      const [first] = await until(1, { ...flags, stream })
      return (first?.at ?? Infinity) - now.getTime()
    }
    expect(await wait('persons')).toBeLessThan(MINUTE)
    expect(await wait('persons,deals,notes')).toBeGreaterThan(20 * MINUTE)
  })

  test('ticks and passes with the tokens that a deferred sweep leaves them', async () => {
    const { db, emulator, until } = await openSchedule()
    await until(1, { sweep: 'off', stream: 'persons' })
    await db.query(
      "update pipedrive_sync.token_ledger set day = day - 1, tokens = 1200, kind = null where stream = 'persons'",
    )
    await db.query(TURNS_AT_MIDNIGHT)
    Object.assign(emulator.limits, { daily: 3000, spent: 2400 })
    const isSweep = ({ cadence }: Shown): boolean => cadence === 'sweep'
    const shown = await until(
      (all) => all.findIndex(isSweep) >= 0 && all.length > all.findIndex(isSweep) + 13,
      {
        sweep: '1 * * * *',
        stream: 'persons',
      },
    )
    const sweep = shown.findIndex(isSweep)
    expect(shown[sweep]).toMatchObject({ status: 'deferred', waits: 'kind' })
    const later = shown.slice(sweep + 1)
    expect(kinds(later)).toEqual([...Array.from({ length: 11 }, () => 'tick'), 'pass', 'tick'])
    expect(later.filter(({ status }) => status === 'done')).toHaveLength(13)
  })

  test('takes up what was deferred when it can go on, and does nothing before', async () => {
    const { db, emulator, until } = await openSchedule({ limits: { daily: 300 } })
    await until(1)
    await db.query(TURNS_AT_MIDNIGHT)
    const shown = await until((all) => all.at(-2)?.status === 'deferred')
    const deferred = shown.findIndex(({ status }) => status === 'deferred')
    expect(deferred).toBeGreaterThan(0)
    const midnight = START - (START % DAY) + DAY
    expect(shown[deferred]?.at).toBeLessThan(midnight)
    expect(Date.parse(shown[deferred]?.resume_at ?? '') - midnight).toBeLessThan(MINUTE)
    expect(shown[deferred + 1]).toMatchObject({ cadence: 'pass', status: 'done' })
    expect(shown[deferred + 1]?.at).toBeGreaterThanOrEqual(midnight)
    expect(emulator.limits.refused.daily).toBe(0)
  })

  test('goes on within the hour in which the day turns, wherever that is', async () => {
    const { until } = await openSchedule({ limits: { daily: 200 }, switches: { dailyResetOffsetHours: -13 } })
    const turn = START - (START % DAY) + 13 * HOUR
    const shown = await until((all) => (all.at(-1)?.at ?? 0) > turn && all.at(-1)?.status === 'done', {
      stream: 'persons',
    })
    expect(shown.filter(({ at, status }) => at < turn && status === 'deferred').length).toBeGreaterThan(0)
    expect(shown.at(-1)?.at).toBeLessThan(turn + HOUR)
  })

  test('goes on as soon as a block is lifted', async () => {
    const { clock, emulator, environment, until } = await openSchedule()
    const flags = { stream: 'persons', tick: 'off', sweep: 'off', pass: '*/15 * * * *' }
    await until(1, flags)
    const body = '<!DOCTYPE html><html><title>Access denied</title></html>'
    emulator.faults.add({ kind: 'status', status: 403, body, match: '/api/v2/persons', times: 1 })
    const context = { environment, clock, signal: new AbortController().signal, reporter: silent }
    let lifted: Promise<JobResult> | undefined
    const shown = await until((all) => {
      if (all.at(-1)?.code === 'E_BLOCKED') lifted ??= resume(context, { now: true })
      return all.at(-1)?.status === 'done'
    }, flags)
    expect((await lifted)?.json).toMatchObject({ state: 'lifted' })
    const [blocked, next] = shown.slice(-2)
    expect(blocked).toMatchObject({ code: 'E_BLOCKED', status: 'deferred' })
    expect(next?.at).toBeLessThan(Date.parse(blocked?.resume_at ?? '') - 10 * MINUTE)
  })

  test('that is started when the budget of the day is spent begins when it is back', async () => {
    const { emulator, until } = await openSchedule({ limits: { daily: 500 } })
    emulator.limits.spent = 500
    const [first] = await until(1)
    expect(first).toMatchObject({ cadence: 'pass', status: 'done' })
    expect(first?.at).toBeGreaterThanOrEqual(START - (START % DAY) + DAY)
    expect(emulator.limits.refused.daily).toBe(1)
  })

  test('warns where ticks are to be believed, since no pass follows them', async () => {
    const { until, warnings } = await openSchedule()
    await until(1, { stream: 'persons' })
    expect(warnings).toEqual([])
    await until(1, { stream: 'persons', pass: 'off', sweep: 'off' })
    expect(warnings).toEqual([expect.stringMatching(/^Ticks without passes/)])
  })

  test('refuses a timetable with nothing on it, and ticks over streams that no tick can tell of', async () => {
    const { environment, until } = await openSchedule()
    await expect(until(1, { tick: 'off', pass: 'off', sweep: 'off' })).rejects.toThrow(/are all off/)
    await expect(until(1, { tick: 'often' })).rejects.toThrow(/^--tick takes/)
    await expect(until(1, { timezone: 'Here' })).rejects.toThrow(/^--timezone takes/)
    Object.assign(environment, { SCHEDULE_TIMEZONE: 'Nowhere' })
    await expect(until(1)).rejects.toThrow(/^SCHEDULE_TIMEZONE takes a name like .* not "Nowhere"/)
    Object.assign(environment, { SCHEDULE_TIMEZONE: 'UTC', SCHEDULE_SWEEP: 'nightly' })
    await expect(until(1)).rejects.toThrow(/^SCHEDULE_SWEEP takes/)
    Object.assign(environment, { SCHEDULE_SWEEP: 'off' })
    await expect(until(1, { stream: 'leads' })).rejects.toThrow(/^A tick cannot tell whether leads has/)
  })
})
