import pg from 'pg'
import { describe, expect, test, vi } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import { schedule } from '../../jobs/schedule.ts'
import { sync } from '../../jobs/sync.ts'
import { CORE, dataOf, place, statuses } from './support/check.ts'

const schemas = `select nspname from pg_namespace where nspname like 'pipedrive%'`

describe('check of a global admin', () => {
  test('fits a screen', async () => {
    const { text } = await (await place({ switches: { admin: false } })).run()
    const lines = text.split('\n')
    expect(lines.length).toBeLessThanOrEqual(40)
    const names = lines.slice(lines.findIndex((line) => line.startsWith('Readable')))
    expect(names.filter((line) => line.startsWith(' ')).length).toBeGreaterThan(4)
    expect(Math.max(...names.map((line) => line.length))).toBeLessThanOrEqual(96)
  })

  test('tries every stream, says what that cost, and writes nothing', async () => {
    const { emulator, database, run } = await place({ limits: { burst: 40 } })
    const result = await run({ stream: CORE })
    expect(result.exit).toBe(0)
    const data = dataOf(result)
    expect(data).toMatchObject({ status: 'ready', errors: [], warnings: [], tokens: 272 })
    expect(data.streams.map(({ stream, tokens }) => `${stream} ${tokens}`)).toEqual([
      'users 20',
      'pipelines 5',
      'stages 5',
      'organizations 20',
      'persons 20',
      'products 20',
      'deals 40',
      'leads 80',
      'activities 20',
      'notes 20',
    ])
    expect(new Set(Object.values(statuses(result)))).toEqual(new Set(['readable']))
    expect(data.budget).toEqual({
      daily_limit: 150_000,
      daily_remaining: 150_000 - 272,
      requests_in_2_seconds: 40,
    })
    expect(emulator.limits.spent).toBe(272)
    expect(await database.query(schemas)).toEqual([])
    expect(result.text).toMatch(
      /^Database {3}PostgreSQL \d.*, who may write to pipedrive \(to be made\) and /,
    )
    expect(result.text).toMatch(
      /\nAccess {5}sees everything: sales admin \("Deals admin"\), global admin \("Global admin"\), /,
    )
    expect(result.text).toMatch(
      /\nBudget {5}149728 of 150000 tokens left today; 40 requests in 2 s at most\nClock {6}as Pipedrive's, within 0\.\d s\n/,
    )
    expect(result.text).toMatch(/\nReadable {3}users, pipelines, stages, .*,\s+notes\n\nThis check/)
    expect(result.text).toMatch(
      /\nThis check cost 272 tokens \(20 requests\) and loaded nothing\.\nReady: run backfill\.$/,
    )
  })

  test('asks each path once, for one record', async () => {
    const { emulator, run } = await place()
    const found = statuses(await run({ all: true }))
    expect(new Set(Object.values(found))).toEqual(new Set(['readable']))
    const asked = emulator.requests.map(({ path }) => path)
    expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted())
    expect(asked).toContain('/v1/goals/find')
    const limits = emulator.requests.map(({ query }) => new URLSearchParams(query).get('limit'))
    expect(new Set(limits)).toEqual(new Set([null, '1']))
  })

  test('names the streams that show no user everything', async () => {
    const { text } = await (await place()).run({ stream: 'roles,user_connections,user_settings,call_logs' })
    expect(text).toMatch(
      /\nUser only {2}user_connections, user_settings, call_logs\n {11}\(Pipedrive shows no others'/,
    )
  })

  test('goes on to say sync where the warehouse holds the company, whose tables are no clash', async () => {
    const { context, run } = await place()
    await sync(context, { stream: 'users,deals,persons', budget: '50%', maxShare: '5%' })
    const result = await run({ stream: 'users,deals,persons' })
    expect(dataOf(result)).toMatchObject({ status: 'ready', errors: [] })
    expect(result.text).toMatch(/who may write to pipedrive \(there\) and pipedrive_sync \(there\)/)
    expect(result.text).toMatch(/\nReady: run sync\.$/)
  })
})

describe('check of somebody who is no global admin', () => {
  test('warns before all else that the tables would look complete and not be, and what is missing', async () => {
    const { emulator, run } = await place({ switches: { admin: false } })
    emulator.faults.add({ kind: 'forbidden', match: '/v1/permissionSets' })
    const result = await run({ stream: CORE })
    expect(result.exit).toBe(0)
    const [first, ...rest] = result.text.split('\n')
    expect(first).toMatch(
      /^WARNING: The tables would look complete and not be: \S.* is no global admin\..* Hidden may be:$/,
    )
    expect(rest.slice(0, 6).map((line) => line.slice(0, 40))).toEqual([
      '  - deals and leads whose owner or visibility k'.slice(0, 40),
      '  - persons, organizations, activities a',
      '  - fields and settings that only admins',
      '  - the summary of deals, with which ver',
      '  - permission sets, which were refused',
      '',
    ])
    expect(result.text).toMatch(/\nAccess {5}does not see everything: no sales admin, no global admin, /)
    const { token, status } = dataOf(result)
    expect(status).toBe('ready')
    expect(token).toMatchObject({ global_admin: false, sees_everything: false })
    expect(token.hidden).toHaveLength(5)
  })

  test('names the permission sets where it is shown them', async () => {
    const { token } = dataOf(await (await place({ switches: { admin: false } })).run({ stream: 'users' }))
    expect(token.access.map(({ permission_set }) => permission_set)).toEqual([
      'Deals regular user',
      'Global regular user',
      'No account settings',
    ])
    expect(token.hidden).toHaveLength(4)
  })

  test('asks what the user and the role may see, for 40 tokens', async () => {
    const { emulator, run } = await place({ switches: { admin: false } })
    const { role_settings, role_pipelines } = emulator.company
    const ofRole = (row: Row): boolean => row['role_id'] === 1
    for (const { id } of role_settings.list().filter(ofRole)) role_settings.update(id as number, { value: 1 })
    const [seen] = role_pipelines.list().filter(ofRole)
    role_pipelines.delete(seen?.['id'] as number)
    const { hidden } = dataOf(await run({ stream: 'users' })).token
    expect(hidden.slice(3)).toEqual([
      `deals of the pipelines ${seen?.['pipeline_id'] as number}, which this user's role does not see`,
      'the summary of deals, with which verify compares counts and sums (no can_see_deals_list_summary)',
      expect.stringMatching(
        /^deals, leads, persons, organizations, products that others with this user's role/,
      ),
    ])
    expect(emulator.limits.spent).toBe(22 + 40 + 20)
  })

  test('leaves out what is refused of that, and says so', async () => {
    const { emulator, run } = await place({ switches: { admin: false } })
    emulator.faults.add({ kind: 'forbidden', match: /permission|roleSettings|roles/ })
    const result = await run({ stream: 'users' })
    expect(result.exit).toBe(0)
    expect(dataOf(result).token.hidden.slice(3)).toEqual([
      'permission sets, permissions, settings of the role, pipelines of the role, which were refused',
    ])
  })
})

describe('the old lists of v1', () => {
  const four = { stream: 'deals,persons,organizations,activities,users', api: 'v1-collection' } as const
  const lists = ['deals', 'persons', 'organizations', 'activities'].map((name) => `/v1/${name}/collection`)

  test('are tried instead of those of v2', async () => {
    const { emulator, run } = await place()
    const result = await run(four)
    expect(new Set(Object.values(statuses(result)))).toEqual(new Set(['readable']))
    const asked = emulator.requests.map(({ path }) => path)
    expect(asked).toEqual(expect.arrayContaining(lists))
    expect(asked.filter((path) => /^.api.v2.(?!.*Fields$)/.test(path))).toEqual([])
  })

  test('are refused to whoever is no global admin, who is told that', async () => {
    const { run } = await place({ switches: { admin: false } })
    const result = await run(four)
    expect(result.exit).toBe(4)
    expect(statuses(result)).toMatchObject({ users: 'readable', deals: 'skipped', activities: 'skipped' })
    for (const path of lists)
      expect(result.text).toMatch(
        new RegExp(`\nSkipped.*GET ${path} .*403 .* Only global admins can read these endpoints\\.`),
      )
  })
})

describe('a stream that cannot be read', () => {
  test('is named with the reason, and the exit code tells', async () => {
    const { emulator, run } = await place()
    emulator.faults.add({ kind: 'forbidden', match: '/v1/leads/archived' })
    emulator.faults.add({ kind: 'payment-required', match: '/api/v2/products' })
    emulator.faults.add({ kind: 'status', status: 404, match: '/v1/notes' })
    emulator.faults.add({ kind: 'status', status: 415, match: '/api/v2/pipelines' })
    emulator.faults.add({ kind: 'status', status: 400, match: '/api/v2/stages' })
    emulator.faults.add({ kind: 'status', status: 503, match: '/api/v2/activities' })
    emulator.faults.add({ kind: 'html-body', match: /\/v1\/users$/ })
    const result = await run({ stream: CORE })
    expect(result.exit).toBe(4)
    expect(statuses(result)).toEqual({
      users: 'failed',
      pipelines: 'skipped',
      stages: 'failed',
      organizations: 'readable',
      persons: 'readable',
      products: 'skipped',
      deals: 'readable',
      leads: 'skipped',
      activities: 'failed',
      notes: 'skipped',
    })
    expect(result.text).toContain(
      '\nSkipped    leads: GET /v1/leads/archived was answered with 403 ("You do not have permissions to do this.").',
    )
    expect(result.text).toMatch(
      /\nReady, but for users, pipelines, stages, products, leads, activities, notes: run backfill\.$/,
    )
  })

  test('may be refused with its fields, and so may every stream that shares them', async () => {
    const { emulator, run } = await place()
    emulator.faults.add({ kind: 'forbidden', match: '/api/v2/dealFields' })
    const result = await run({ stream: 'deals,leads,persons' })
    expect(statuses(result)).toEqual({ persons: 'readable', deals: 'skipped', leads: 'skipped' })
  })

  test.each([
    ['the token is withdrawn', 401, undefined, 'E_AUTH'],
    ['Cloudflare blocks us', 403, '<html>Error 1015</html>', 'E_BLOCKED'],
  ])('ends the check when %s', async (_what, status, body, code) => {
    const { emulator, run } = await place()
    const match = '/api/v2/pipelines'
    emulator.faults.add({ kind: 'status', status, match, ...(body === undefined ? {} : { body }) })
    await expect(run({ stream: CORE })).rejects.toMatchObject({ code })
  })
})

describe('in a warehouse', () => {
  async function warehouse() {
    const found = await place()
    const { emulator, context, database } = found
    await sync(context, { stream: 'persons', budget: '50%', maxShare: '5%' })
    emulator.limits.reset()
    await database.query('delete from pipedrive_sync.token_ledger')
    return found
  }

  test('counts what it has spent with the rest of the day', async () => {
    const { database, emulator, run } = await warehouse()
    await run({ stream: 'persons,deals' })
    await run({ quick: true })
    expect(await database.query('select stream, tokens, run_id from pipedrive_sync.token_ledger')).toEqual([
      { stream: 'check', tokens: emulator.limits.spent, run_id: '0' },
    ])
    expect(emulator.limits.spent).toBeGreaterThan(20)
  })

  test('keeps a block that it meets, and sends nothing more', async () => {
    const { database, emulator, run } = await warehouse()
    emulator.faults.add({ kind: 'status', status: 403, match: '/v1/users/me', body: '<html>1015</html>' })
    await expect(run({ quick: true })).rejects.toMatchObject({ code: 'E_BLOCKED' })
    expect(await database.query('select from pipedrive_sync.block')).toHaveLength(1)
    const asked = emulator.requests.length
    await expect(run({ quick: true })).rejects.toMatchObject({ code: 'E_BLOCKED' })
    expect(emulator.requests).toHaveLength(asked)
  })
})

describe('the clock', () => {
  test.each([
    [3600, 'behind'],
    [-3600, 'ahead of'],
  ])('is compared with the one of the answers: %i s %s', async (seconds, side) => {
    const { run } = await place({ now: () => Date.now() + seconds * 1000 })
    const result = await run({ quick: true })
    expect(result.exit).toBe(0)
    const { clock, warnings } = dataOf(result)
    expect(clock?.ahead_ms).toBeGreaterThan(seconds * 1000 - 1000)
    expect(clock?.ahead_ms).toBeLessThan(seconds * 1000 + 1000)
    expect(warnings).toEqual([
      expect.stringMatching(
        new RegExp(`^The clock of this machine is (3599|3600|3601) s ${side} Pipedrive's\\. No record is`),
      ),
    ])
    expect(result.text).toMatch(/^WARNING: The clock of this machine/)
    expect(result.text).toMatch(new RegExp(`\nClock {6}(3599|360\\d)\\.\\d s ${side} Pipedrive's, within`))
  })

  test('is no matter when it is a little off', async () => {
    const { run } = await place({ now: () => Date.now() + 20_000 })
    expect(dataOf(await run({ quick: true })).warnings).toEqual([])
  })
})

describe('the budget', () => {
  test('is said not to be told where no answer tells it', async () => {
    const result = await (await place({ switches: { dailyHeaders: false } })).run({ stream: 'users' })
    expect(dataOf(result).budget).toMatchObject({ daily_limit: null, daily_remaining: null })
    expect(result.text).toMatch(
      /\nBudget {5}what the day has left was not told; \d+ requests in 2 s at most\n/,
    )
    expect(statuses(result)).toEqual({ users: 'readable' })
  })

  test.each([
    ['a number', { budget: '271' }, {}],
    ['a share of what is left', { budget: '50%' }, { limits: { daily: 500 } }],
    ['what is left of the day', { budget: '5000' }, { limits: { daily: 250 } }],
    ['a share of a day that is not told', { budget: '0.5%' }, { switches: { dailyHeaders: false } }],
  ])('leaves the streams untried where it is too short: %s', async (_what, flags, options) => {
    const { emulator, run } = await place(options)
    const result = await run({ stream: CORE, ...flags })
    expect(result.exit).toBe(0)
    expect(emulator.limits.spent).toBe(2)
    expect(dataOf(result)).toMatchObject({ status: 'ready', streams: [], tokens: 2, requests: 1 })
    expect(result.text).toMatch(/^WARNING: The streams were not tried: that costs 2\d\d tokens, more than /)
    expect(result.text).toMatch(/\nStreams {4}not tried\n/)
    expect(result.text).toMatch(/This check cost 2 tokens \(one request\)/)
  })

  test('that just suffices is used', async () => {
    const { emulator, run } = await place()
    expect(dataOf(await run({ stream: CORE, budget: '272' })).streams).toHaveLength(10)
    expect(emulator.limits.spent).toBe(272)
  })

  test('that ends on the way defers the rest', async () => {
    const { emulator, run } = await place()
    const body = JSON.stringify({ success: false, error: 'daily request budget exceeded' })
    emulator.faults.add({ kind: 'status', status: 429, body, match: '/v1/notes' })
    const result = await run({ stream: CORE })
    expect(result.exit).toBe(3)
    expect(statuses(result)).toMatchObject({ notes: 'deferred', deals: 'readable' })
    expect(result.text).toMatch(/^WARNING: The budget did not last to try every stream\.\n/)
    expect(result.text).toMatch(/\nNot all was tried \(notes\): try again when the budget is back\.$/)
  })
})

describe('what is in the database already', () => {
  test('clashes where others have made it under our names', async () => {
    const { database, run } = await place()
    for (const statement of [
      'create schema pipedrive',
      'create schema pipedrive_sync',
      'create view pipedrive.deals as select 1 as id, now() as _synced_at',
      'create table pipedrive.person_emails (id int)',
      'create table pipedrive.fields (id int)',
      "create type pipedrive.stages as enum ('one')",
      'create table pipedrive.currencies (id int)',
      'create table pipedrive.my_own (id int)',
      'create table pipedrive_sync.run (id int)',
    ])
      await database.query(statement)
    const result = await run({ quick: true, stream: CORE })
    expect(result.exit).toBe(2)
    const { status, errors } = dataOf(result)
    expect(status).toBe('failed')
    expect(errors.map((error) => error.split('. ')[0])).toEqual([
      'The schema "pipedrive" holds what this program has not made, under names that it needs: view "deals", table "fields", table "person_emails", type "stages"',
      'The schema "pipedrive_sync" holds what this program has not made, under names that it needs: table "run"',
    ])
    expect(result.text).toMatch(/^ERROR: The schema "pipedrive" holds /)
    expect(result.text).toMatch(/\nNot ready: see the errors above\.$/)
    expect(dataOf(await run({ quick: true, stream: 'currencies' })).errors[0]).toContain('table "currencies"')
  })

  test('is another company that the token does not belong to', async () => {
    const { context, database, run } = await place()
    await sync(context, { stream: 'users', budget: '50%', maxShare: '5%' })
    await database.query(`update pipedrive_sync.account set company_id = '7', company_name = 'Other'`)
    const result = await run({ quick: true })
    expect(result.exit).toBe(2)
    expect(dataOf(result).errors).toEqual([
      expect.stringMatching(/^The schema "pipedrive" holds the company "Other" \(7\); this token belongs to/),
    ])
  })
})

describe('schedule', () => {
  const flags = { cron: '0 0 1 1 *', timezone: 'UTC', budget: '50%', maxShare: '5%' } as const

  test('says once for 2 tokens what its runs would not see', async () => {
    const { emulator, context } = await place({ switches: { admin: false } })
    const stop = new AbortController()
    const warned: string[] = []
    const reporter = {
      ...context.reporter,
      info: () => stop.abort(),
      warn: (message: string) => void warned.push(message),
    }
    const result = await schedule({ ...context, signal: stop.signal, reporter }, flags, () => undefined)
    expect(result.json).toEqual({ status: 'stopped', runs: 0 })
    expect(warned).toEqual([expect.stringMatching(/^The tables would look complete and not be: /)])
    expect(emulator.limits.spent).toBe(2)
  })

  test('is stopped while it waits for the database, as at any other time', async () => {
    const { context, database } = await place()
    await sync(context, { stream: 'users', budget: '50%', maxShare: '5%' })
    const stop = new AbortController()
    const holder = new pg.Client(database.url)
    await holder.connect()
    await holder.query('begin; lock table pipedrive_sync.run in access exclusive mode')
    const isWaitedFor = async (): Promise<boolean> => {
      const here = '(select oid from pg_database where datname = current_database())'
      const { rowCount } = await holder.query(`select from pg_locks where not granted and database = ${here}`)
      return rowCount !== 0
    }
    let stopped: Promise<void> | undefined
    const stopAsItWaits = (): void => {
      stopped = vi.waitUntil(isWaitedFor).then(() => stop.abort())
    }
    const reporter = { ...context.reporter, info: stopAsItWaits }
    const result = await schedule({ ...context, signal: stop.signal, reporter }, flags, () => undefined)
    expect(result.json).toEqual({ status: 'stopped', runs: 0 })
    await stopped
    await holder.end()
  })

  test('does not begin where its runs would meet what others have made', async () => {
    const { database, context } = await place()
    await database.query('create schema pipedrive')
    await database.query('create table pipedrive.deals (id int)')
    await expect(schedule(context, flags, () => undefined)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('table "deals"') as string,
    })
  })
})
