import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { selectStreams, streams as registry } from '../../src/streams/index.ts'
import {
  cli,
  emptyDirectory,
  jsonFrom,
  jsonOf,
  sentenceOf,
  smallCompany,
  start,
  variables,
} from '../support/cli.ts'
import { testDatabase } from '../support/database.ts'
import { openTap } from '../support/tap.ts'

const streams = selectStreams([])

const count = z.int().nonnegative()
const numbers = { requests: count, tokens: count, seconds: z.number().nonnegative() }

const streamReport = z.strictObject({
  stream: z.enum(registry.map(({ name }) => name)),
  status: z.enum(['done', 'skipped', 'locked', 'deferred', 'stopped', 'failed']),
  inserted: count,
  updated: count,
  unchanged: count,
  stale: count,
  tombstoned: count,
  pages: count,
  ...numbers,
  error: z.string().min(1).optional(),
  warning: z.string().min(1).optional(),
})

const runReport = z.strictObject({
  status: z.enum(['done', 'partial', 'deferred', 'stopped', 'failed']),
  ...numbers,
  streams: z.array(streamReport),
  code: z.string().optional(),
  error: z.string().optional(),
  resume_at: z.iso.datetime().optional(),
  waits: z.enum(['history', 'run', 'kind', 'account']).optional(),
  plan: z.looseObject({ run: count, tokens_left: count }).optional(),
})

type Report = z.output<typeof runReport>

function report(value: unknown): Report {
  return runReport.parse(value)
}

function of(run: Report, stream: string): z.output<typeof streamReport> {
  const found = run.streams.find((one) => one.stream === stream)
  if (found === undefined) throw new Error(`no report of ${stream}`)
  return found
}

function statuses(run: Report): Record<string, string> {
  return Object.fromEntries(run.streams.map(({ stream, status }) => [stream, status]))
}

async function warehouse() {
  const emulator = await smallCompany()
  const database = await testDatabase()
  const env = variables(emulator, database.url)
  const run = async (args: readonly string[], code = 0) => report(await jsonFrom(args, { env }, code))
  return { emulator, database, env, run }
}

/** Everything a table holds, and how far its stream was read. */
async function contents(database: Awaited<ReturnType<typeof testDatabase>>, stream: string) {
  const rows = await database.query(`select * from pipedrive.${stream} order by 1`)
  const bookmarks = await database.query(
    'select partition, bookmark, completed_at from pipedrive_sync.stream_state where stream = $1 order by 1',
    [stream],
  )
  return { rows, bookmarks }
}

describe('backfill and sync', () => {
  test('backfill reads every stream once, sync only what has changed since, and both say so in JSON', async () => {
    const { emulator, database, run } = await warehouse()
    const first = await run(['backfill'])
    expect(first.status).toBe('done')
    expect(first.streams.map(({ stream }) => stream)).toEqual(streams.map(({ name }) => name))
    expect(of(first, 'deals')).toMatchObject({ status: 'done', inserted: 40, updated: 0, tombstoned: 0 })
    expect(first.requests).toBe(emulator.requests.length)
    expect(first.tokens).toBe(emulator.limits.spent)
    const own = { requests: 1, tokens: 2 }
    for (const what of ['requests', 'tokens'] as const)
      expect(first.streams.reduce((sum, stream) => sum + stream[what], own[what])).toBe(first[what])

    const [one, other] = emulator.company.list('deals').filter((deal) => deal['is_deleted'] !== true)
    emulator.company.deals.update(Number(one?.['id']), { title: 'Renamed' })
    emulator.company.deals.delete(Number(other?.['id']))
    emulator.company.deals.create({ title: 'New' })
    emulator.clearRequests()
    const second = await run(['sync', '--stream', 'deals,users'])
    expect(statuses(second)).toEqual({ users: 'done', deals: 'done' })
    expect(of(second, 'deals')).toMatchObject({ inserted: 1, updated: 2, tombstoned: 1 })
    expect(emulator.requests.map(({ path }) => path)).not.toContain('/api/v2/persons')
    const titles = await database.query<{ title: string }>(
      `select title from pipedrive.deals where title in ('Renamed', 'New') order by 1`,
    )
    expect(titles).toEqual([{ title: 'New' }, { title: 'Renamed' }])
  })

  test('--all reads what is read on demand too, and STREAMS says what is read where no flag does', async () => {
    const { env, run } = await warehouse()
    const everything = await run(['backfill', '--all'])
    expect(statuses(everything)).toEqual(Object.fromEntries(registry.map(({ name }) => [name, 'done'])))
    expect(of(everything, 'currencies').inserted).toBeGreaterThan(0)
    const some = await jsonFrom(['sync'], { env: { ...env, STREAMS: 'currencies,users' } })
    expect(statuses(report(some))).toEqual({ users: 'done', currencies: 'done' })
  })

  test('status shows the usual streams, and of the others those that were asked for', async () => {
    const { env, run } = await warehouse()
    await run(['backfill', '--stream', 'organizations,organization_relationships'])
    const shown = z.object({ streams: z.array(z.object({ stream: z.string() })) })
    const { streams: told } = shown.parse(await jsonFrom(['status'], { env }))
    const usual = streams.map(({ name }) => name)
    expect(told.map(({ stream }) => stream).toSorted()).toEqual(
      [...usual, 'organization_relationships'].toSorted(),
    )
  })

  test('backfill reads what was updated from --since to before --until', async () => {
    const { emulator, database, run } = await warehouse()
    const times = emulator.company
      .list('deals')
      .flatMap(({ update_time: time }) => (typeof time === 'string' ? [time] : []))
      .sort()
    const [since, until] = [times[10] ?? '', times[30] ?? '']
    const expected = times.filter((time) => time >= since && time < until).length
    const done = await run(['backfill', '--stream', 'deals', '--since', since, '--until', until])
    expect(of(done, 'deals').inserted).toBe(expected)
    const [held] = await database.query<{ first: Date; last: Date }>(
      'select min(update_time) as first, max(update_time) as last from pipedrive.deals',
    )
    expect(held?.first).toEqual(new Date(since))
    expect(held?.last.getTime()).toBeLessThan(Date.parse(until))
  })

  test('sync --sweep reads everything and finds what was deleted without a trace', async () => {
    const { emulator, run } = await warehouse()
    await run(['backfill', '--stream', 'activities'])
    for (const activity of emulator.company.list('activities').slice(0, 12))
      emulator.company.activities.delete(Number(activity['id']))
    const pass = await run(['sync', '--stream', 'activities'])
    expect(of(pass, 'activities').tombstoned).toBe(0)
    const refused = await run(['sync', '--stream', 'activities', '--sweep', '--max-share', '5%'], 4)
    expect(of(refused, 'activities')).toMatchObject({ status: 'failed', tombstoned: 0 })
    const sweep = await run(['sync', '--stream', 'activities', '--sweep', '--max-share', '50%'])
    expect(of(sweep, 'activities').tombstoned).toBe(12)
  })

  test('without --json stdout holds a table for people, stderr one JSON object a line', async () => {
    const { env } = await warehouse()
    const { code, stdout, stderr } = await cli(['backfill'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^stream +status +inserted/)
    expect(stdout).toMatch(/\ndone: \d+ requests, \d+ tokens, \d+\.\d s\n$/)
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) =>
        z.looseObject({ level: z.string(), time: z.iso.datetime(), msg: z.string() }).parse(JSON.parse(line)),
      )
    const progress = lines.filter(({ msg }) => msg === 'checkpoint')
    expect(progress.length).toBeGreaterThan(5)
    for (const line of progress)
      expect(line).toMatchObject({
        stream: expect.any(String) as string,
        rows: expect.any(Number) as number,
        pages: expect.any(Number) as number,
        tokens: expect.any(Number) as number,
      })
  })

  test('a run that may not spend enough is deferred: exit 3, and the next one may come at once', async () => {
    const { run } = await warehouse()
    const deferred = await run(['backfill', '--budget', '60'], 3)
    expect(deferred).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(deferred.tokens).toBeLessThanOrEqual(60)
    expect(deferred.waits).toBe('run')
    expect(Date.parse(deferred.resume_at ?? '')).toBeLessThanOrEqual(Date.now())
    expect(Object.values(statuses(deferred))).toContain('deferred')
    await run(['backfill'])
  })

  test("when the company's day is spent the run is deferred too", async () => {
    const { emulator, run } = await warehouse()
    emulator.limits.daily = 100
    emulator.limits.spent = 60
    const deferred = await run(['backfill', '--budget', '100%'], 3)
    expect(deferred).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(deferred.waits).toBe('account')
    expect(Date.parse(deferred.resume_at ?? '')).toBeGreaterThan(Date.now())
  })
})

describe('a stream that cannot be read', () => {
  test('whatever it is answered with, it fails by name and stays as it was; the others go on', async () => {
    const { emulator, database, run } = await warehouse()
    const faults = {
      organizations: { kind: 'null-body' },
      persons: { kind: 'missing-key', key: 'id' },
      products: { kind: 'html-body' },
      activities: { kind: 'empty-body' },
      notes: { kind: 'truncated-body' },
      leads: { kind: 'stuck-page' },
      stages: { kind: 'slow-drip', ms: 1 },
    } as const
    const broken = Object.keys(faults).filter((stream) => stream !== 'stages')
    await run(['backfill'])
    const before = await Promise.all(broken.map((stream) => contents(database, stream)))
    expect(before.map(({ rows }) => rows.length)).toEqual([12, 20, 10, 40, 20, 12])
    for (const person of emulator.company.list('persons').slice(0, 5))
      emulator.company.persons.update(Number(person['id']), { name: 'Changed' })
    emulator.company.deals.create({ title: 'New' })
    for (const [stream, fault] of Object.entries(faults))
      emulator.faults.add({ ...fault, match: new RegExp(`/${stream}\\?`) })

    const partial = await run(['sync'], 4)
    expect(partial.status).toBe('partial')
    expect(partial.streams.filter(({ status }) => status === 'failed').map(({ stream }) => stream)).toEqual(
      streams.map(({ name }) => name).filter((name) => broken.includes(name)),
    )
    for (const stream of broken) {
      expect(of(partial, stream)).toMatchObject({ inserted: 0, updated: 0, unchanged: 0, tombstoned: 0 })
      expect(of(partial, stream).error).toMatch(new RegExp(`^(${stream}: |A record of ${stream} )`))
    }
    expect(of(partial, 'deals')).toMatchObject({ status: 'done', inserted: 1 })
    expect(await Promise.all(broken.map((stream) => contents(database, stream)))).toEqual(before)
    emulator.faults.clear()
    expect(of(await run(['sync']), 'persons').updated).toBe(5)
  })

  test('a page token that comes back fails the stream, its rows stay as they were', async () => {
    const emulator = await smallCompany({ size: { persons: 1200 } })
    const database = await testDatabase()
    const env = variables(emulator, database.url)
    emulator.faults.add({ kind: 'repeated-page-token', match: /\/persons\?.*cursor=/ })
    const partial = report(await jsonFrom(['backfill', '--stream', 'persons,users'], { env }, 4))
    expect(of(partial, 'persons')).toMatchObject({ status: 'failed', inserted: 0 })
    expect(of(partial, 'persons').error).toMatch(/^persons: .*twice/)
    expect(of(partial, 'users').status).toBe('done')
    expect((await contents(database, 'persons')).bookmarks).toEqual([])
  })

  test('what the token may not see, or the plan does not hold, is skipped by name, exit 4', async () => {
    const { emulator, run } = await warehouse()
    const refusals = {
      organizations: 'wrong-scope',
      persons: 'forbidden',
      products: 'feature-capped',
      notes: 'payment-required',
    } as const
    for (const [stream, kind] of Object.entries(refusals)) emulator.faults.add({ kind, match: `/${stream}?` })
    const partial = await run(['sync', '--stream', `users,${Object.keys(refusals).join()}`], 4)
    expect(statuses(partial)).toEqual({
      users: 'done',
      ...Object.fromEntries(Object.keys(refusals).map((stream) => [stream, 'skipped'])),
    })
    for (const stream of Object.keys(refusals))
      expect(of(partial, stream).error).toMatch(new RegExp(`^${stream}: `))
  })

  test('a request that fails in passing is repeated and nobody notices', async () => {
    const { emulator, run } = await warehouse()
    emulator.faults.add({ kind: 'connection-reset', match: '/api/v2/persons', times: 1 })
    emulator.faults.add({ kind: 'timeout-524', match: '/api/v2/deals', times: 1 })
    const done = await run(['backfill', '--stream', 'persons,deals'])
    expect(statuses(done)).toEqual({ persons: 'done', deals: 'done' })
  })

  test('another run that reads the stream is left alone', async () => {
    const { emulator, database } = await warehouse()
    await using tap = await openTap(emulator.url)
    const env = variables(tap, database.url)
    const reached = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    tap.onAnswer = async ({ path }) => {
      if (path !== '/api/v2/deals') return
      reached.resolve()
      await release.promise
    }
    const first = await start(['backfill', '--stream', 'deals', '--json'], { env })
    await reached.promise
    const second = report(await jsonFrom(['sync', '--stream', 'deals,users'], { env }, 4))
    expect(statuses(second)).toEqual({ users: 'done', deals: 'locked' })
    expect(sentenceOf(await cli(['reset', 'deals'], { env }), 1)).toMatch(/^deals: another run/)
    release.resolve()
    const ended = await first.ended
    expect(ended.code).toBe(0)
    expect(of(report(jsonOf(ended)), 'deals')).toMatchObject({ status: 'done', inserted: 40 })
  })
})

describe('two at once', () => {
  test('both into an empty database: each stream is read by one of them, and none is missing', async () => {
    const { env, database } = await warehouse()
    const both = await Promise.all(['backfill', 'backfill'].map((name) => cli([name, '--json'], { env })))
    const reports = both.map((ended) => report(jsonOf(ended)))
    expect(both.map(({ code }) => code).every((code) => code === 0 || code === 4)).toBe(true)
    for (const { name } of streams) {
      const found = reports.map((one) => of(one, name).status).toSorted()
      expect(
        [
          ['done', 'done'],
          ['done', 'locked'],
        ],
        `${name}: ${found.join()}`,
      ).toContainEqual(found)
    }
    const [held] = await database.query<{ deals: string }>('select count(*) as deals from pipedrive.deals')
    expect(held).toEqual({ deals: '40' })
  })
})

describe('a signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s in the middle of a backfill ends it after the checkpoint, and the next one goes on there',
    async (name) => {
      const emulator = await smallCompany({ size: { activities: 7000 } })
      const database = await testDatabase()
      await using tap = await openTap(emulator.url)
      const env = variables(tap, database.url)
      const held = Promise.withResolvers<void>()
      let pages = 0
      tap.onAnswer = async ({ path }) => {
        if (path !== '/api/v2/activities' || ++pages < 13) return
        held.resolve()
        await new Promise(() => undefined)
      }
      const running = await start(['backfill', '--stream', 'activities', '--json'], { env })
      await running.seen(/"checkpoint"/)
      await held.promise
      running.signal(name)
      const ended = await running.ended
      expect(ended.code).toBe(name === 'SIGTERM' ? 143 : 130)
      const stopped = report(jsonOf(ended))
      expect(stopped).toMatchObject({ status: 'stopped', code: 'E_STOPPED' })
      const before = of(stopped, 'activities')
      expect(before).toMatchObject({ status: 'stopped', pages: 12 })
      // Of the last page of a part that another walker has taken the end of, the rows are the other's.
      expect(before.inserted).toBeGreaterThan(5000)
      expect(await database.query('select status from pipedrive_sync.run')).toEqual([{ status: 'stopped' }])

      tap.onAnswer = () => undefined
      const resumed = report(await jsonFrom(['backfill', '--stream', 'activities'], { env }))
      const { inserted, unchanged, pages: rest } = of(resumed, 'activities')
      expect(before.inserted + inserted).toBe(7000)
      expect(unchanged).toBeLessThan(500)
      // What is left, and a page of each of eight walkers.
      expect(rest).toBeLessThanOrEqual(3 + 8)
    },
  )
})

describe('before there is a warehouse', () => {
  test('a wrong token makes none; a block makes one, so that it is remembered', async () => {
    const emulator = await smallCompany()
    const cwd = await emptyDirectory()
    const env = variables(emulator)
    emulator.faults.add({ kind: 'status', status: 401, times: 1 })
    expect(await jsonFrom(['sync'], { env, cwd }, 2)).toMatchObject({ code: 'E_AUTH', requests: 1 })
    expect(await readdir(cwd)).toEqual([])
    emulator.faults.add({ kind: 'status', status: 403, body: '<html></html>', times: 1 })
    expect(await jsonFrom(['sync'], { env, cwd }, 3)).toMatchObject({ code: 'E_BLOCKED', requests: 1 })
    expect(await jsonFrom(['sync'], { env, cwd }, 3)).toMatchObject({ code: 'E_BLOCKED', requests: 0 })
  })
})
