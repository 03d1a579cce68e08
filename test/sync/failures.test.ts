import { describe, expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { exitCode } from '../../src/outcome.ts'
import { bookmarkOf, countOf, everything, only, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { BACKFILL, checkpointEveryPage, inPagesOf, openWorld, streamNamed } from '../support/world.ts'

const persons = streamNamed('persons')
const deals = streamNamed('deals')
const leads = streamNamed('leads')
const notes = streamNamed('notes')
const organizations = streamNamed('organizations')

describe('what goes wrong has a name, and the run does what fits', () => {
  test.each([
    ['401', { kind: 'status', status: 401 }, 'failed', 'E_AUTH', 2],
    [
      'a daily 429',
      { kind: 'status', status: 429, body: 'daily request budget exceeded' },
      'deferred',
      'E_BUDGET',
      3,
    ],
    ['an HTML 403', { kind: 'status', status: 403, body: '<html></html>' }, 'deferred', 'E_BLOCKED', 3],
  ] as const)('%s ends the run', async (_what, fault, status, code, exit) => {
    await using world = await openWorld()
    world.emulator.faults.add({ ...fault, match: '/api/v2/persons?' })
    const over = Promise.withResolvers<void>()
    // No other list is answered before the run is over.
    world.tap.onAnswer = ({ path }) => (/(notes|leads|deals)$/.test(path) ? over.promise : undefined)
    const report = await world.run({ streams: [persons, notes, leads, deals, organizations] })
    over.resolve()
    expect(report).toMatchObject({ status, code })
    expect(exitCode(report.status, report.code)).toBe(exit)
    expect(report.error).not.toContain(world.emulator.token)
    expect(report.streams.filter((stream) => stream.status === 'done')).toEqual([])
    expect(report.streams).toHaveLength(5)
    expect(world.tap.asked.some(({ path }) => path === '/api/v2/organizations')).toBe(false)
  })

  test.each([
    ['a 403', { kind: 'forbidden' }, 'skipped'],
    ['a missing scope', { kind: 'wrong-scope' }, 'skipped'],
    ['a plan that lacks it', { kind: 'payment-required' }, 'skipped'],
    ['a 400', { kind: 'status', status: 400 }, 'failed'],
    ['a 404', { kind: 'status', status: 404 }, 'skipped'],
    ['a 524 that stays', { kind: 'timeout-524' }, 'failed'],
  ] as const)('%s ends its stream, and the others are read', async (_what, fault, status) => {
    await using world = await openWorld()
    world.emulator.faults.add({ ...fault, match: '/api/v2/persons?' })
    const report = await world.run({ streams: [persons, notes, organizations] })
    expect(report.status).toBe('partial')
    expect(exitCode(report.status, report.code)).toBe(4)
    const { error } = reportOf(report, 'persons')
    expect(reportOf(report, 'persons').status).toBe(status)
    expect(error).toContain('persons: GET /api/v2/persons?')
    expect(error).not.toContain(world.emulator.token)
    await expectWarehouseEquals(world, { streams: ['notes', 'organizations'] })
  })

  test('a field catalog that cannot be read leaves its stream as it is', async () => {
    await using world = await openWorld()
    await world.run({ streams: [persons, notes] })
    world.emulator.faults.add({ kind: 'missing-key', key: 'field_type', match: '/api/v2/personFields' })
    const report = await world.run({ streams: [persons, notes] })
    expect(reportOf(report, 'persons')).toMatchObject({ status: 'failed', pages: 0 })
    expect(reportOf(report, 'notes').status).toBe('done')
  })

  test('a field catalog without any field removes none of them', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals, leads] })
    const before = await everything(world.db)
    world.tap.onAnswer = ({ path }, answer) =>
      path === '/api/v2/dealFields'
        ? { ...answer, body: '{"success":true,"data":[],"additional_data":{"next_cursor":null}}' }
        : undefined
    const report = await world.run({ streams: [deals, leads] })
    for (const { status, error } of report.streams) {
      expect(status).toBe('failed')
      expect(error).toContain('no fields at all')
    }
    expect(await everything(world.db)).toEqual(before)
  })

  test('a failure that passes is of no consequence', async () => {
    await using world = await openWorld()
    const kinds = ['connection-reset', 'cut-connection', 'truncated-body', 'timeout-524'] as const
    for (const [after, kind] of kinds.entries())
      world.emulator.faults.add({ kind, match: '/api/v2/persons?', after, times: 1 })
    world.emulator.faults.add({ kind: 'status', status: 503, match: '/v1/notes?', times: 4 })
    expect(await world.run({ streams: [persons, notes] })).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world, { streams: ['persons', 'notes'] })
  })
})

describe('the database', () => {
  test('that refuses a value ends its stream, not the others', async () => {
    await using world = await openWorld()
    await world.run({ streams: [persons, notes] })
    await world.db.query('alter table pipedrive.persons add constraint odd check (id <> 3) not valid')
    await world.db.query('delete from pipedrive.persons; delete from pipedrive.notes')
    await world.db.query('update pipedrive_sync.stream_state set bookmark = null')
    const report = await world.run({ streams: [persons, notes] })
    expect(report.status).toBe('partial')
    expect(reportOf(report, 'persons')).toMatchObject({ status: 'failed', inserted: 0 })
    expect(reportOf(report, 'persons').error).toContain('violates check constraint')
    await expectWarehouseEquals(world, { streams: ['notes'] })
  })

  test('that refuses a batch lets nothing more be read for its stream than is on the way', async () => {
    await using world = await openWorld()
    checkpointEveryPage(world)
    const count = world.tap.onAnswer
    let pages = 0
    world.tap.onAnswer = async (asked, answer) => {
      if (asked.path === '/api/v2/persons') pages++
      return count(asked, answer)
    }
    const small = inPagesOf(2, persons)
    await world.run({ streams: [small] })
    const all = pages
    pages = 0
    await world.db.query('delete from pipedrive.persons')
    await world.db.query('alter table pipedrive.persons add constraint none check (false) not valid')
    await world.db.query('update pipedrive_sync.stream_state set bookmark = null')
    expect(reportOf(await world.run({ streams: [small] }), 'persons')).toMatchObject({
      status: 'failed',
      inserted: 0,
    })
    expect(all).toBeGreaterThan(8)
    expect(pages).toBeLessThan(6)
  })

  test('that ends a connection in the middle of a load ends the run, which goes on where it was', async () => {
    await using world = await openWorld()
    const { db, tap } = world
    checkpointEveryPage(world)
    const count = tap.onAnswer
    let pages = 0
    tap.onAnswer = async (asked, answer) => {
      await count(asked, answer)
      if (asked.path === '/api/v2/persons' && ++pages === 5)
        await db.query(
          "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'pipedrive-warehouse persons' and datname = current_database()",
        )
    }
    const report = await world.run({ streams: [inPagesOf(4, persons)] })
    expect(report).toMatchObject({ status: 'failed', code: 'E_LOAD' })
    expect(await bookmarkOf(db, 'persons')).not.toBeNull()
    expect(await world.run({ streams: [inPagesOf(4, persons)] })).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world, { streams: ['persons'] })
  })

  test('that goes away altogether ends the run with an error that has a name', async () => {
    await using world = await openWorld()
    let gone = false
    world.tap.onAnswer = async ({ path }) => {
      if (path !== '/api/v2/persons' || gone) return
      gone = true
      await world.db.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name like 'pipedrive-warehouse %' and datname = current_database()",
      )
    }
    const report = await world.run({ streams: [persons, notes] })
    expect(report).toMatchObject({ status: 'failed', code: 'E_LOAD' })
    expect(report.streams.map(({ stream }) => stream)).toEqual(['persons', 'notes'])
    expect(await world.run({ streams: [persons, notes] })).toMatchObject({ status: 'done' })
    const runs = await world.db.query('select status from pipedrive_sync.run order by id')
    expect(runs.map(({ status }) => status)).toEqual(['killed', 'done'])
    await expectWarehouseEquals(world, { streams: ['persons', 'notes'] })
  })
})

describe('a stop', () => {
  test('ends the run after its checkpoint with what was read, and the next run goes on', async () => {
    await using world = await openWorld()
    const { clock, db, tap } = world
    const stop = new AbortController()
    let pages = 0
    tap.onAnswer = ({ path }) => {
      clock.advance(1)
      if (path === '/api/v2/persons' && ++pages === 4)
        stop.abort(new SyncError({ code: 'E_STOPPED', recovery: 'abort-run', message: 'Stopped.' }))
    }
    const report = await world.run({ streams: [inPagesOf(4, persons), notes] }, stop.signal)
    expect(report).toMatchObject({ status: 'stopped', code: 'E_STOPPED' })
    // No checkpoint was due by size or time: it was made because the run ended.
    expect(await countOf(db, 'persons')).toBe(12)
    expect(await bookmarkOf(db, 'persons')).not.toBeNull()
    tap.onAnswer = () => undefined
    expect(await world.run({ streams: [inPagesOf(4, persons), notes] })).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world, { streams: ['persons', 'notes'] })
  })
})

describe('a backfill', () => {
  test('that was cut off does not read again what it had finished, and the next one after it reads all', async () => {
    await using world = await openWorld()
    const { emulator, tap } = world
    const both = { streams: [persons, notes], plan: BACKFILL }
    const times = (path: string): number => tap.asked.filter((asked) => asked.path === path).length
    emulator.faults.add({ kind: 'status', status: 400, match: '/v1/notes?', times: 1 })
    expect((await world.run(both)).status).toBe('partial')
    expect((await world.run(both)).status).toBe('done')
    expect(times('/api/v2/persons')).toBe(1)
    expect((await world.run(both)).status).toBe('done')
    expect(times('/api/v2/persons')).toBe(2)
    await expectWarehouseEquals(world, { streams: ['persons', 'notes'] })
  })

  test('that was cut off after its order broke leaves nothing behind for the next sync to miss', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    const small = inPagesOf(4, persons)
    checkpointEveryPage(world)
    emulator.faults.add({ kind: 'unsorted-page', match: '/api/v2/persons?', after: 1, times: 1 })
    emulator.faults.add({ kind: 'status', status: 400, match: '/api/v2/persons?', after: 3 })
    expect(only(await world.run({ streams: [small], plan: BACKFILL })).pages).toBe(3)
    expect(await bookmarkOf(db, 'persons')).toBeNull()
    emulator.faults.clear()
    expect((await world.run({ streams: [small] })).status).toBe('done')
    await expectWarehouseEquals(world, { streams: ['persons'] })
  })

  test('that was cut off in order is gone on with by the next sync, which reads nothing twice', async () => {
    await using world = await openWorld()
    const { db, emulator, tap } = world
    const small = inPagesOf(4, persons)
    checkpointEveryPage(world)
    emulator.faults.add({ kind: 'status', status: 400, match: '/api/v2/persons?', after: 3, times: 1 })
    expect(only(await world.run({ streams: [small], plan: BACKFILL })).pages).toBe(3)
    const reached = (await bookmarkOf(db, 'persons')) ?? 0
    expect((await world.run({ streams: [small] })).status).toBe('done')
    const since = tap.asked.findLast(({ path }) => path === '/api/v2/persons')?.query.get('updated_since')
    expect(Date.parse(since ?? '')).toBe(reached - 5 * 60_000)
    await expectWarehouseEquals(world, { streams: ['persons'] })
  })

  test('that was refused to delete what is gone reads it again when it is agreed to', async () => {
    await using world = await openWorld()
    const pipelines = streamNamed('pipelines')
    const { company } = world.emulator
    await world.run({ streams: [pipelines] })
    company.pipelines.delete(Number(company.list('pipelines').at(-1)?.['id']))
    const request = { streams: [pipelines], plan: BACKFILL }
    expect(only(await world.run({ ...request, maxShare: 0 }))).toMatchObject({ status: 'failed' })
    expect(only(await world.run({ ...request, maxShare: 1 }))).toMatchObject({
      status: 'done',
      tombstoned: 1,
    })
  })

  test('of which one stream fails for a month reads what has changed in the others since', async () => {
    await using world = await openWorld()
    const { clock, db, emulator } = world
    const both = { streams: [organizations, notes], plan: BACKFILL }
    emulator.faults.add({ kind: 'status', status: 400, match: '/v1/notes?' })
    await world.run(both)
    expect(reportOf(await world.run(both), 'organizations').pages).toBe(0)
    clock.advance(30 * 24 * 60 * 60_000)
    await db.query("update pipedrive_sync.sync_window set closed_at = closed_at - interval '30 days'")
    emulator.company.organizations.create({ name: 'Founded since' })
    expect(reportOf(await world.run(both), 'organizations').inserted).toBe(1)
    await expectWarehouseEquals(world, { streams: ['organizations'] })
  })

  test('of which one stream is never shown to us reads the others anew each time', async () => {
    await using world = await openWorld()
    const { emulator, tap } = world
    emulator.faults.add({ kind: 'forbidden', match: '/v1/notes?' })
    for (const reads of [1, 2]) {
      const report = await world.run({ streams: [persons, notes], plan: BACKFILL })
      expect(reportOf(report, 'notes').status).toBe('skipped')
      expect(reportOf(report, 'persons').status).toBe('done')
      expect(tap.asked.filter(({ path }) => path === '/api/v2/persons')).toHaveLength(reads)
    }
    expect(only(await world.run({ streams: [persons] })).unchanged).toBeGreaterThan(0)
  })
})
