import pg from 'pg'
import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../emulator/http/faults.ts'
import type { EntityName, Row } from '../../emulator/index.ts'
import type { RunReport } from '../../src/run-types.ts'
import type { TestDatabase } from '../support/database.ts'
import type { Answer } from '../support/tap.ts'
import { bookmarkOf, countOf, everything, only, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import {
  BACKFILL,
  SWEEP,
  checkpointEveryPage,
  inPagesOf,
  openWorld,
  streamNamed,
  type World,
} from '../support/world.ts'

const deals = streamNamed('deals')
const persons = streamNamed('persons')
const organizations = streamNamed('organizations')
const leads = streamNamed('leads')
const notes = streamNamed('notes')
const MINUTE = 60_000

/** v2's form of a moment: whole seconds. */
function v2(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function ids(world: World, name: EntityName): number[] {
  return world.emulator.company.list(name).map((record) => Number(record['id']))
}

function updatedAt(record: Row): number {
  return Date.parse(record['update_time'] as string)
}

interface List {
  readonly data: Row[]
  readonly additional_data?: Row
}

/** The answer with another list of records. */
function withRecords(answer: Answer, change: (records: Row[]) => Row[]): Answer {
  const list = JSON.parse(answer.body) as List
  return { ...answer, body: JSON.stringify({ ...list, data: change(list.data) }) }
}

function onList(world: World, path: string, change: (records: Row[]) => Row[]): void {
  world.tap.onAnswer = (asked, answer) =>
    asked.path === path && !asked.query.has('ids') ? withRecords(answer, change) : undefined
}

/** Makes the next write that fits fail, as a full disk or a crash in the middle of it would. */
async function failOn(db: TestDatabase, table: string, condition: string): Promise<() => Promise<unknown>> {
  await db.query(`create function fail() returns trigger language plpgsql as
    $$ begin if ${condition} then raise exception 'broken on purpose'; end if; return new; end $$`)
  await db.query(
    `create trigger fail before insert or update on ${table} for each row execute function fail()`,
  )
  return () => db.query('drop function fail() cascade')
}

describe('rows and bookmark commit together', () => {
  test('when the bookmark cannot be written, the rows that it stands for are not there', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals] })
    const before = await everything(db)
    emulator.company.deals.update(ids(world, 'deals')[0] ?? 0, { title: 'Changed' })
    const mend = await failOn(db, 'pipedrive_sync.stream_state', 'true')
    const report = await world.run({ streams: [deals] })
    expect(report).toMatchObject({ status: 'failed', code: 'E_LOAD' })
    expect(await everything(db)).toEqual(before)
    await mend()
    expect(only(await world.run({ streams: [deals] }))).toMatchObject({ status: 'done', updated: 1 })
    await expectWarehouseEquals(world, { streams: ['deals'], counters: false })
  })

  test('when a row cannot be written, the bookmark stays with the last page that could', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [organizations] })
    const start = await bookmarkOf(db, 'organizations')
    const three = ids(world, 'organizations').slice(0, 3)
    for (const id of three) {
      world.clock.advance(10 * MINUTE)
      emulator.company.organizations.update(id, { name: `Changed ${id}` })
    }
    const [first, second] = three.map((id) => updatedAt(emulator.company.organizations.get(id) as Row))
    const mend = await failOn(db, 'pipedrive.organizations', `new.id = ${three[2]}`)
    checkpointEveryPage(world)
    const report = await world.run({ streams: [inPagesOf(1, organizations)] })
    expect(report).toMatchObject({ status: 'failed', code: 'E_LOAD' })
    expect(start).toBeLessThan(first ?? 0)
    expect(await bookmarkOf(db, 'organizations')).toBe(second)
    expect(await countOf(db, 'organizations', "name like 'Changed%'")).toBe(2)
    await mend()
    expect((await world.run({ streams: [organizations] })).status).toBe('done')
    await expectWarehouseEquals(world, { streams: ['organizations'], counters: false })
  })
})

describe("the bookmark is the records' own update_time", () => {
  test('it is the latest of each partition, whatever our clock says', async () => {
    await using world = await openWorld()
    world.clock.advance(90 * 24 * 60 * MINUTE)
    await world.run({ streams: [deals] })
    for (const [partition, archived] of [
      ['live', false],
      ['archived', true],
    ] as const) {
      const times = world.emulator.company
        .list('deals')
        .filter((deal) => deal['is_archived'] === archived)
        .map(updatedAt)
      expect(times.length).toBeGreaterThan(0)
      expect(await bookmarkOf(world.db, 'deals', partition)).toBe(Math.max(...times))
    }
  })

  test('a pass asks for five minutes before it, so that a change that was committed late is not lost', async () => {
    await using world = await openWorld()
    const { db, emulator, tap } = world
    await world.run({ streams: [persons] })
    const bookmark = (await bookmarkOf(db, 'persons')) ?? 0
    const [id = 0] = ids(world, 'persons')
    const late = { name: 'Late', first_name: 'Late', update_time: v2(bookmark - 4 * MINUTE) }
    emulator.company.persons.set(id, late)
    expect(only(await world.run({ streams: [persons] }))).toMatchObject({ status: 'done', updated: 1 })
    expect(tap.asked.at(-1)?.query.get('updated_since')).toBe(v2(bookmark - 5 * MINUTE))
    expect(await bookmarkOf(db, 'persons')).toBe(bookmark)
    await expectWarehouseEquals(world, { streams: ['persons'], counters: false })
  })

  test('a record that is dated in the future does not hide what changes after it', async () => {
    await using world = await openWorld()
    const { clock, emulator } = world
    const [ahead = 0, other = 0] = ids(world, 'organizations')
    emulator.company.organizations.set(ahead, { update_time: v2(clock.now() + 365 * 24 * 60 * MINUTE) })
    await world.run({ streams: [organizations] })
    clock.advance(10 * MINUTE)
    emulator.company.organizations.update(other, { name: 'Changed between two runs' })
    clock.advance(60 * MINUTE)
    await world.run({ streams: [organizations] })
    await expectWarehouseEquals(world, { streams: ['organizations'], counters: false })
  })
})

describe('a bookmark moves within a walk only while pages arrive in ascending order', () => {
  test('in order, each checkpoint moves it', async () => {
    await using world = await openWorld()
    checkpointEveryPage(world)
    world.emulator.faults.add({ kind: 'status', status: 400, match: '/api/v2/persons?', after: 2 })
    await world.run({ streams: [inPagesOf(4, persons)] })
    const times = world.emulator.company
      .list('persons')
      .map(updatedAt)
      .toSorted((a, b) => a - b)
    expect(await bookmarkOf(world.db, 'persons')).toBe(times[7])
  })

  test('out of order, it goes back to where the walk began and moves only at its end', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    checkpointEveryPage(world)
    emulator.faults.add({ kind: 'unsorted-page', match: '/api/v2/persons?', after: 1, times: 1 })
    emulator.faults.add({ kind: 'status', status: 400, match: '/api/v2/persons?', after: 3 })
    expect(only(await world.run({ streams: [inPagesOf(4, persons)] })).pages).toBe(3)
    expect(await countOf(db, 'persons')).toBe(12)
    expect(await bookmarkOf(db, 'persons')).toBeNull()

    emulator.faults.clear()
    emulator.faults.add({ kind: 'unsorted-page', match: '/api/v2/persons?' })
    expect((await world.run({ streams: [inPagesOf(4, persons)] })).status).toBe('done')
    expect(await bookmarkOf(db, 'persons')).toBe(Math.max(...emulator.company.list('persons').map(updatedAt)))
    await expectWarehouseEquals(world, { streams: ['persons'] })
  })
})

describe('a merge', () => {
  test('never goes back in time, applies what is equally new, leaves alone what is the same, and counts each', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    await world.run({ streams: [organizations] })
    const [stale = 0, equal = 0, newer = 0] = ids(world, 'organizations')
    const old = company.get('organizations', stale) as Row
    company.organizations.update(newer, { name: 'Newer' })
    company.organizations.set(equal, { name: 'Equally new' })
    company.organizations.create({ name: 'Inserted' })
    await world.db.query(
      "update pipedrive.organizations set name = 'From the future', update_time = update_time + interval '1 hour' where id = $1",
      [stale],
    )
    const total = company.organizations.size
    const report = only(await world.run({ streams: [organizations], plan: SWEEP }))
    expect(report).toMatchObject({ inserted: 1, updated: 2, stale: 1, tombstoned: 0, unchanged: total - 4 })
    const rows = await world.db.query<{ id: string; name: string }>(
      'select id, name from pipedrive.organizations',
    )
    const nameOf = new Map(rows.map(({ id, name }) => [Number(id), name]))
    expect([stale, equal, newer].map((id) => nameOf.get(id))).toEqual([
      'From the future',
      'Equally new',
      'Newer',
    ])
    expect(old['name']).not.toBe('From the future')
  })

  test('of a stale record leaves its exploded rows alone too', async () => {
    await using world = await openWorld()
    await world.run({ streams: [persons] })
    const { db } = world
    await db.query("update pipedrive.persons set update_time = update_time + interval '1 hour'")
    await db.query("update pipedrive.person_emails set value = 'newer'")
    const report = only(await world.run({ streams: [persons], plan: SWEEP }))
    expect(report).toMatchObject({ updated: 0, unchanged: 0 })
    expect(report.stale).toBeGreaterThan(0)
    expect(await countOf(db, 'person_emails', "value <> 'newer'")).toBe(0)
    expect(await countOf(db, 'person_emails')).toBeGreaterThan(0)
  })

  test('replaces the exploded rows of a record as a whole', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [persons] })
    const [id = 0] = ids(world, 'persons')
    const email = (value: string): Row => ({ value, label: 'work', primary: false })
    for (const emails of [[email('a@x'), email('b@x'), email('c@x')], [email('c@x')], []]) {
      emulator.company.persons.update(id, { emails })
      await world.run({ streams: [persons] })
      expect(await countOf(db, 'person_emails', `person_id = ${id}`)).toBe(emails.length)
      await expectWarehouseEquals(world, { streams: ['persons'], counters: false })
    }
  })
})

describe('nothing is dropped silently', () => {
  test('what has no column or does not fit it is in _extra under its own key, and counted as drift', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    const [id = 0] = ids(world, 'deals')
    const known = emulator.company.catalog.custom('deals').find((field) => field.type === 'date')?.code ?? ''
    const strange = { nobody_knows: { a: 1 }, value: 'a lot', expected_close_date: '2026-02-30' }
    emulator.company.deals.set(id, strange)
    onList(world, '/api/v2/deals', (records) =>
      records.map((record) =>
        record['id'] === id
          ? { ...record, custom_fields: { [known]: 'no date', feedfacefeedface: [1, 2] } }
          : record,
      ),
    )
    expect((await world.run({ streams: [deals] })).status).toBe('done')
    const [row] = await db.query(
      'select _extra, value, expected_close_date from pipedrive.deals where id = $1',
      [id],
    )
    expect(row).toEqual({
      _extra: { ...strange, [known]: 'no date', feedfacefeedface: [1, 2] },
      value: null,
      expected_close_date: null,
    })
    const drift = await db.query('select key, reason, seen::int from pipedrive_sync.drift')
    expect(new Set(drift.map(({ key, reason }) => `${String(key)} ${String(reason)}`))).toEqual(
      new Set([
        'nobody_knows unknown',
        'value unfit',
        'expected_close_date unfit',
        `${known} unfit`,
        'feedfacefeedface unknown',
      ]),
    )
    expect(drift.map(({ seen }) => seen)).toEqual([1, 1, 1, 1, 1])
  })

  test('an element of an exploded array keeps what has no column in its own _extra', async () => {
    await using world = await openWorld()
    const [id = 0] = ids(world, 'persons')
    world.emulator.company.persons.set(id, { emails: [{ value: 'a@x', odd: true }, 'bare'], phones: 'none' })
    await world.run({ streams: [persons] })
    const emails = await world.db.query(
      'select value, _extra from pipedrive.person_emails where person_id = $1 order by position',
      [id],
    )
    expect(emails).toEqual([
      { value: 'a@x', _extra: { odd: true } },
      { value: 'bare', _extra: null },
    ])
    const [row] = await world.db.query('select _extra from pipedrive.persons where id = $1', [id])
    expect(row).toEqual({ _extra: { phones: 'none' } })
  })

  test('a field of a type that nobody has described is reported as drift, and its values are kept whole', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    const [id = 0] = ids(world, 'deals')
    const { code } = company.fields.add('deals', 'Strange', 'hologram' as 'varchar')
    company.deals.set(id, { custom_fields: { [code]: { depth: 3 } } })
    for (const _time of [1, 2]) expect((await world.run({ streams: [deals] })).status).toBe('done')
    const [row] = await world.db.query('select cf_strange from pipedrive.deals where id = $1', [id])
    expect(row).toEqual({ cf_strange: { depth: 3 } })
    expect(await world.db.query('select stream, key, reason, seen::int from pipedrive_sync.drift')).toEqual([
      { stream: 'deals', key: code, reason: 'unknown type', seen: 1 },
    ])
  })

  test('a field that is added while its stream is read loses no value', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    const [id = 0] = ids(world, 'deals')
    let code = ''
    world.tap.onAnswer = ({ path }) => {
      if (path !== '/api/v2/dealFields' || code !== '') return
      // The catalog has just been read.
      code = company.fields.add('deals', 'Added late', 'varchar').code
      company.deals.update(id, { custom_fields: { [code]: 'kept' } })
    }
    await world.run({ streams: [deals] })
    const [before] = await world.db.query('select _extra from pipedrive.deals where id = $1', [id])
    expect(before).toEqual({ _extra: { [code]: 'kept' } })
    await world.run({ streams: [deals], plan: SWEEP })
    const [after] = await world.db.query('select _extra, cf_added_late from pipedrive.deals where id = $1', [
      id,
    ])
    expect(after).toEqual({ _extra: null, cf_added_late: 'kept' })
  })
})

describe('absence is never deletion by itself', () => {
  test('a pass tombstones nothing, whatever it does not see', async () => {
    await using world = await openWorld()
    await world.run({ streams: [persons] })
    world.emulator.company.persons.delete(ids(world, 'persons')[3] ?? 0)
    expect(only(await world.run({ streams: [persons] }))).toMatchObject({ status: 'done', tombstoned: 0 })
    expect(await countOf(world.db, 'persons', '_deleted_at is not null')).toBe(0)
  })

  test('a backfill tombstones nothing, neither a bounded one nor a whole one', async () => {
    await using world = await openWorld()
    await world.run({ streams: [persons] })
    world.emulator.company.persons.delete(ids(world, 'persons')[3] ?? 0)
    const bounded = { mode: 'range', since: Date.UTC(2020, 0), until: world.clock.now() } as const
    for (const plan of [BACKFILL, bounded])
      expect(only(await world.run({ streams: [persons], plan }))).toMatchObject({
        status: 'done',
        tombstoned: 0,
      })
    expect(await countOf(world.db, 'persons', '_deleted_at is not null')).toBe(0)
  })

  test('a record that the list leaves out but that a read by id finds stays', async () => {
    await using world = await openWorld()
    await world.run({ streams: [organizations] })
    const [hidden = 0] = ids(world, 'organizations')
    onList(world, '/api/v2/organizations', (records) => records.filter(({ id }) => id !== hidden))
    const report = only(await world.run({ streams: [organizations], plan: SWEEP }))
    expect(report).toMatchObject({ status: 'done', tombstoned: 0, inserted: 0, updated: 0 })
    expect(await countOf(world.db, 'organizations', '_deleted_at is not null')).toBe(0)
    expect(world.tap.asked.some(({ query }) => query.get('ids') === String(hidden))).toBe(true)
  })

  test('a record that is denied by id stays, with a word about it, and the others go', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [leads] })
    const live = emulator.company.list('leads').filter((each) => each['is_archived'] === false)
    const [denied, gone] = live.map((each) => each['id'] as string)
    for (const id of [denied, gone]) emulator.company.leads.delete(id as string)
    emulator.faults.add({ kind: 'forbidden', match: `/v1/leads/${denied}` })
    const report = only(await world.run({ streams: [leads], plan: SWEEP, maxShare: 0.2 }))
    expect(report).toMatchObject({ status: 'done', tombstoned: 1 })
    expect(report.warning).toContain('1 of 2 rows that are missing from the list could not be confirmed')
    const deleted = await db.query<{ id: string }>(
      'select id from pipedrive.leads where _deleted_at is not null',
    )
    expect(deleted).toEqual([{ id: gone }])
  })

  test('a sweep that would tombstone more than the share allowed stops and asks', async () => {
    await using world = await openWorld()
    await world.run({ streams: [persons] })
    for (const id of ids(world, 'persons').slice(0, 15)) world.emulator.company.persons.delete(id)
    const completed = () =>
      world.db.query("select completed_at from pipedrive_sync.stream_state where stream = 'persons'")
    const refused = only(await world.run({ streams: [persons], plan: SWEEP }))
    expect(refused).toMatchObject({ status: 'failed', tombstoned: 0 })
    expect(refused.error).toContain('--max-share')
    expect(await countOf(world.db, 'persons', '_deleted_at is not null')).toBe(0)
    expect(await completed()).toEqual([{ completed_at: null }])
    const agreed = only(await world.run({ streams: [persons], plan: SWEEP, maxShare: 1 }))
    expect(agreed).toMatchObject({ status: 'done', tombstoned: 15 })
    expect(await completed()).toEqual([{ completed_at: expect.any(Date) as Date }])
    await expectWarehouseEquals(world, { streams: ['persons'], counters: false })
  })

  test('a deal that is archived between the walks of its two partitions is not deleted', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals] })
    const { company } = world.emulator
    const live = company
      .list('deals')
      .filter((deal) => deal['is_archived'] === false && deal['is_deleted'] === false)
    const archived = company.list('deals').filter((deal) => deal['is_archived'] === true)
    world.tap.onAnswer = ({ path, query }) => {
      if (path !== '/api/v2/deals' || query.has('ids')) return
      // Behind the walk of the live deals, ahead of that of the archived ones.
      company.deals.unarchive(Number(archived[0]?.['id']))
      company.deals.archive(Number(live[0]?.['id']))
    }
    expect(only(await world.run({ streams: [deals], plan: SWEEP }))).toMatchObject({
      status: 'done',
      tombstoned: 0,
    })
    world.tap.onAnswer = () => undefined
    await expectWarehouseEquals(world, { streams: ['deals'], counters: false })
  })

  test.each([
    ['cut short', { kind: 'status', status: 400 }],
    ['denied', { kind: 'forbidden' }],
    ['closed by the plan', { kind: 'payment-required' }],
    ['broken', { kind: 'null-body' }],
  ] as const)('a walk of which one partition was %s tombstones nothing', async (_what, fault) => {
    await using world = await openWorld()
    const { company, faults } = world.emulator
    await world.run({ streams: [leads] })
    const [lead] = company.list('leads').filter((each) => each['is_archived'] === false)
    company.leads.delete(lead?.['id'] as string)
    faults.add({ ...fault, match: '/v1/leads/archived' })
    const report = only(await world.run({ streams: [leads], plan: SWEEP }))
    expect(['failed', 'skipped']).toContain(report.status)
    expect(await countOf(world.db, 'leads', '_deleted_at is not null')).toBe(0)
  })

  test('a sweep that was cut short and is run again finds what is gone', async () => {
    await using world = await openWorld()
    checkpointEveryPage(world)
    const small = { streams: [inPagesOf(4, persons)], plan: SWEEP }
    await world.run(small)
    world.emulator.company.persons.delete(ids(world, 'persons')[20] ?? 0)
    world.emulator.faults.add({ kind: 'status', status: 400, match: '/api/v2/persons?', after: 2, times: 1 })
    expect(only(await world.run(small))).toMatchObject({ status: 'failed', tombstoned: 0 })
    expect(only(await world.run(small))).toMatchObject({ status: 'done', tombstoned: 1 })
    await expectWarehouseEquals(world, { streams: ['persons'], counters: false })
  })

  test('a tombstone keeps the time of its first sight', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals] })
    const [id = 0] = ids(world, 'deals')
    emulator.company.deals.delete(id)
    await world.run({ streams: [deals] })
    const select = () => db.query('select _deleted_at, update_time from pipedrive.deals where id = $1', [id])
    const [first] = await select()
    expect(first?.['_deleted_at']).toEqual(first?.['update_time'])
    world.clock.advance(MINUTE)
    emulator.company.deals.update(id, { title: 'Edited after its deletion' })
    expect(only(await world.run({ streams: [deals] }))).toMatchObject({ updated: 1, tombstoned: 0 })
    const [second] = await select()
    expect(second?.['_deleted_at']).toEqual(first?.['_deleted_at'])
    expect(second?.['update_time']).not.toEqual(first?.['update_time'])
  })
})

describe('an empty or odd answer is not an empty list', () => {
  const body = (text: string) => (_asked: unknown, answer: Answer) => ({ ...answer, body: text })
  const odd: readonly (readonly [string, FaultKind, RegExp])[] = [
    ['null', { kind: 'null-body' }, /not with the expected list/],
    ['an HTML page', { kind: 'html-body' }, /not whole JSON/],
    ['nothing', { kind: 'empty-body' }, /not whole JSON/],
    ['half a body', { kind: 'truncated-body' }, /not whole JSON/],
    ['a connection that breaks off', { kind: 'cut-connection' }, /connection .* broke/],
    ['a repeated page token', { kind: 'repeated-page-token' }, /has no end/],
    ['the same page again and again', { kind: 'stuck-page' }, /has no end/],
    ['a record without its key', { kind: 'missing-key', key: 'id' }, /without its key "id"/],
    ['a 500 that stays', { kind: 'status', status: 500 }, /answered with 500.*\(5 attempts\)/],
  ]

  test.each(odd)(
    '%s is an error with a name; rows and bookmark stay, and the other streams are read',
    async (_what, fault, message) => {
      await using world = await openWorld()
      const { db, emulator, clock } = world
      const both = [inPagesOf(4, persons), inPagesOf(4, notes), organizations]
      await world.run({ streams: both })
      clock.advance(10 * MINUTE)
      for (const id of ids(world, 'persons')) emulator.company.persons.update(id, { name: 'Changed' })
      for (const id of ids(world, 'notes')) emulator.company.notes.update(id, { content: 'Changed' })
      const before = await everything(db)
      for (const match of ['/api/v2/persons?', '/v1/notes?']) emulator.faults.add({ ...fault, match })
      const report = await world.run({ streams: both })
      expect(report.status).toBe('partial')
      for (const name of ['persons', 'notes']) {
        expect(reportOf(report, name)).toMatchObject({ status: 'failed', inserted: 0, updated: 0 })
        expect(reportOf(report, name).error).toMatch(message)
      }
      expect(reportOf(report, 'organizations').status).toBe('done')
      expect(await everything(db)).toEqual(before)
      emulator.faults.clear()
      expect((await world.run({ streams: both })).status).toBe('done')
      await expectWarehouseEquals(world, { streams: ['persons', 'notes'], counters: false })
    },
  )

  test.each([
    ['no envelope', '[]'],
    ['no data', '{"success":true}'],
    ['data that is an object', '{"success":true,"data":{}}'],
    ['data that is null', '{"success":true,"data":null,"additional_data":{"next_cursor":null}}'],
    ['an envelope that reports a failure', '{"success":false,"data":[]}'],
    ['a record that is no object', '{"success":true,"data":[7]}'],
    ['a page token that is a number', '{"success":true,"data":[],"additional_data":{"next_cursor":5}}'],
  ])('%s is an error with a name', async (_what, text) => {
    await using world = await openWorld()
    await world.run({ streams: [persons] })
    const before = await everything(world.db)
    world.tap.onAnswer = (asked, answer) =>
      asked.path === '/api/v2/persons' ? body(text)(asked, answer) : undefined
    const report = only(await world.run({ streams: [persons], plan: SWEEP }))
    expect(report.status).toBe('failed')
    expect(report.error).toMatch(/not with the expected list|without its key/)
    expect(await everything(world.db)).toEqual(before)
  })

  test('a stream whose last record is behind the bookmark is not: there is nothing to read', async () => {
    await using world = await openWorld()
    await world.run({ streams: [organizations] })
    const bookmark = await bookmarkOf(world.db, 'organizations')
    await world.db.query(
      "update pipedrive_sync.stream_state set bookmark = bookmark + interval '10 minutes' where stream = 'organizations'",
    )
    expect(bookmark).not.toBeNull()
    const report = only(await world.run({ streams: [organizations] }))
    expect(report).toMatchObject({ status: 'done', unchanged: 0 })
    expect(report.warning).toBeUndefined()
  })

  test('a stream that had rows and now reads none is reported, and nothing of it is deleted', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals, leads] })
    world.tap.onAnswer = ({ path }, answer) =>
      /deals|leads/.test(path) ? withRecords(answer, () => []) : undefined
    for (const from of ['the bookmark', 'the beginning']) {
      if (from === 'the beginning')
        await world.db.query('update pipedrive_sync.stream_state set bookmark = null')
      const pass = await world.run({ streams: [deals, leads] })
      expect(reportOf(pass, 'deals').warning).toContain('shows no record')
      expect(reportOf(pass, 'leads').warning).toContain('shows no record')
    }
    const sweep = await world.run({ streams: [deals, leads], plan: SWEEP })
    expect(reportOf(sweep, 'deals')).toMatchObject({ status: 'failed', tombstoned: 0 })
    expect(reportOf(sweep, 'deals').error).toContain('the list is empty')
    expect(await countOf(world.db, 'leads', '_deleted_at is not null')).toBe(0)
  })
})

describe('one writer per stream', () => {
  test('six first runs at once into an empty database end as one read of each stream', async () => {
    await using world = await openWorld()
    const reports = await Promise.all(
      Array.from({ length: 6 }, () => world.run({ streams: [deals, persons] })),
    )
    const statuses = reports.flatMap(({ streams }) => streams.map(({ status }) => status))
    expect(new Set(statuses.filter((status) => status !== 'locked'))).toEqual(new Set(['done']))
    expect(statuses).toHaveLength(12)
    await expectWarehouseEquals(world, { streams: ['deals', 'persons'] })
    const runs = await world.db.query('select status from pipedrive_sync.run')
    expect(runs.map(({ status }) => status).filter((status) => status === 'running')).toEqual([])
  })

  test('the lock of a run that was killed is free at once', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals] })
    const holder = new pg.Client({ connectionString: world.db.url })
    holder.on('error', () => undefined)
    await holder.connect()
    const lock = "hashtextextended('pipedrive-warehouse pipedrive deals', 0)"
    await holder.query(`select pg_advisory_lock(${lock})`)
    expect(only(await world.run({ streams: [deals] })).status).toBe('locked')
    const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid')
    await world.db.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid])
    expect(only(await world.run({ streams: [deals] })).status).toBe('done')
  })
})

describe('what JSON can hold and PostgreSQL cannot has a defined outcome', () => {
  const NUL = 'a\u0000b'
  const HALF = 'a\ud800b'

  test('NUL and lone surrogates, in texts, keys, labels and arrays, become U+FFFD', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { db, emulator } = world
    const [nul = 0, half = 0] = ids(world, 'deals')
    const { code } = emulator.company.fields.add('deals', `Field ${NUL}`, 'varchar')
    const { code: choice } = emulator.company.fields.add('deals', `Choice ${HALF}`, 'set', [NUL, HALF])
    const options = emulator.company.catalog.find('deals', choice)?.options ?? []
    const picked = options.map(({ id }) => id)
    for (const [id, text] of [
      [nul, NUL],
      [half, HALF],
    ] as const)
      emulator.company.deals.set(id, {
        title: text,
        odd: { deep: [text] },
        [text]: text,
        custom_fields: { [code]: text, [choice]: picked },
      })
    expect(only(await world.run({ streams: [deals] }))).toMatchObject({ status: 'done' })
    const clean = 'a\ufffdb'
    const labels = await db.query<{ name: string }>(
      "select column_name as name from pipedrive.fields where entity = 'deals' and is_custom order by label desc",
    )
    const [first, second] = labels.map(({ name }) => name)
    const rows = await db.query(
      `select title, _extra, ${first} as one, ${second} as many from pipedrive.deals where id in (${nul}, ${half})`,
    )
    expect(rows).toHaveLength(2)
    for (const row of rows)
      expect(row).toEqual({
        title: clean,
        _extra: { odd: { deep: [clean] }, [clean]: clean },
        one: clean,
        many: [clean, clean],
      })
  })

  test('an error of Pipedrive that holds a NUL is reported, and the other streams are read', async () => {
    await using world = await openWorld()
    world.tap.onAnswer = ({ path }, answer) =>
      path === '/api/v2/persons'
        ? { ...answer, status: 400, body: '{"success":false,"error":"not \\u0000 this"}' }
        : undefined
    const report = await world.run({ streams: [persons, organizations] })
    expect(report.status).toBe('partial')
    expect(reportOf(report, 'organizations').status).toBe('done')
    const [row] = await world.db.query("select error from pipedrive_sync.run_stream where stream = 'persons'")
    expect(row?.['error']).toContain('("not \ufffd this")')
  })

  test('labels longer than an identifier make columns of at most 63 bytes, each its own', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    const label = 'Möödumispäevade koguarv ja kõik muu mis ühte nimesse ära ei mahu '.repeat(3)
    const codes = ['address', 'timerange', 'monetary', 'varchar', 'varchar'].map(
      (type) => company.fields.add('deals', label, type as 'varchar').code,
    )
    const [id = 0] = ids(world, 'deals')
    company.deals.update(id, { custom_fields: { [codes[3] ?? '']: 'four', [codes[4] ?? '']: 'five' } })
    expect(only(await world.run({ streams: [deals] })).status).toBe('done')
    const columns = await world.db.query<{ name: string }>(
      "select column_name as name from information_schema.columns where table_schema = 'pipedrive' and table_name = 'deals' and column_name like 'cf%'",
    )
    expect(columns).toHaveLength(11 + 4 + 2 + 1 + 1)
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length)
    expect(columns.filter(({ name }) => Buffer.byteLength(name) > 63)).toEqual([])
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })

  test('more fields than a table can have columns: the rest of the values is kept in _extra', async () => {
    await using world = await openWorld({ size: { customFields: 0, organizations: 3 } })
    const { company } = world.emulator
    const codes = Array.from(
      { length: 1500 },
      (_, n) => company.fields.add('organizations', `F${n}`, 'double').code,
    )
    const [full = 0, one = 0] = ids(world, 'organizations')
    const last = codes.at(-1) ?? ''
    company.organizations.update(one, { custom_fields: { [last]: 7, [codes[0] ?? '']: 8 } })
    company.organizations.update(full, {
      custom_fields: Object.fromEntries(codes.slice(0, 1000).map((code, n) => [code, n])),
    })
    expect(only(await world.run({ streams: [organizations] }))).toMatchObject({ status: 'done' })
    const [row] = await world.db.query('select cf_f0, _extra from pipedrive.organizations where id = $1', [
      one,
    ])
    expect(row).toEqual({ cf_f0: '8', _extra: { [last]: 7 } })
  })

  test.each([
    ['900 texts', 900, 'varchar', (n: number) => `value ${n}`, (n: number) => `value ${n}`],
    ['500 amounts of money', 500, 'monetary', (n: number) => ({ value: n, currency: 'EUR' }), String],
    ['1200 days', 1200, 'date', () => '2026-05-15', () => '2026-05-15'],
  ] as const)(
    'a row that would be wider than a page holds what fits, and the rest in _extra: %s',
    async (_what, count, type, value, shown) => {
      await using world = await openWorld({ size: { customFields: 0, organizations: 2 } })
      const { company } = world.emulator
      const codes = Array.from(
        { length: count },
        (_, n) => company.fields.add('organizations', `F${n}`, type).code,
      )
      const [full = 0] = ids(world, 'organizations')
      company.organizations.update(full, {
        custom_fields: Object.fromEntries(codes.map((code, n) => [code, value(n)])),
      })
      expect(only(await world.run({ streams: [organizations] }))).toMatchObject({
        status: 'done',
        inserted: 2,
      })
      const [row = {}] = await world.db.query('select * from pipedrive.organizations where id = $1', [full])
      const extra = row['_extra'] as Record<string, unknown>
      expect(Object.keys(extra).length).toBeGreaterThan(0)
      const lost = codes.filter((code, n) => {
        const cell = row[`cf_f${n}`]
        const text = cell instanceof Date ? cell.toISOString().slice(0, 10) : cell
        return text === null ? !(code in extra) : text !== shown(n)
      })
      expect(lost).toEqual([])
      expect(only(await world.run({ streams: [organizations], plan: SWEEP }))).toMatchObject({ updated: 0 })
    },
  )

  test('what is nested too deep, or has more digits than a number may, is kept as its text', async () => {
    await using world = await openWorld()
    const [one = 0] = ids(world, 'deals')
    world.emulator.company.deals.set(one, { value: 7 })
    const deep = `${'['.repeat(20_000)}1${']'.repeat(20_000)}`
    const long = '9'.repeat(140_000)
    world.tap.onAnswer = (_asked, answer) => ({
      ...answer,
      body: answer.body.replace(/("value":7,)/, `"value":"${long}","deep":${deep},`),
    })
    expect(only(await world.run({ streams: [deals] })).status).toBe('done')
    const [row] = await world.db.query('select value, _extra from pipedrive.deals where id = $1', [one])
    expect(row).toEqual({ value: null, _extra: { value: long, deep } })
  })

  test('numbers beyond what a column holds are kept in _extra', async () => {
    await using world = await openWorld()
    const [one = 0, two = 0] = ids(world, 'deals')
    world.emulator.company.deals.set(one, { value: '1e99999' })
    world.emulator.company.deals.set(two, { value: 7, stage_id: 2 ** 60 })
    world.tap.onAnswer = (_asked, answer) => ({
      ...answer,
      body: answer.body.replace(
        /("value":7,)/,
        '"value":1e400,"origin_id":9223372036854775808,"channel":1.5,',
      ),
    })
    expect(only(await world.run({ streams: [deals] })).status).toBe('done')
    const rows = await world.db.query(
      `select _extra, value from pipedrive.deals where id in (${one}, ${two}) order by id`,
    )
    expect(rows).toMatchObject([
      { value: null, _extra: { value: '1e99999' } },
      { value: null, _extra: { value: 'Infinity', stage_id: 2 ** 60 } },
    ])
  })
})

describe('labels of options are always the current ones', () => {
  test('when options are renamed, the rows that hold them are relabelled, and no other is written', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals, leads] })
    const written = () =>
      db.query<{ id: string; at: Date }>('select id, _synced_at as at from pipedrive.deals order by id')
    const before = await written()
    const choices = emulator.company.catalog.custom('deals').filter(({ options }) => options !== null)
    expect(choices.map(({ type }) => type).toSorted()).toEqual(['enum', 'set'])
    for (const { code, options } of choices)
      for (const { id, label } of (options ?? []).slice(0, 2))
        emulator.company.fields.renameOption('deals', code, id, `${label}, renamed`)
    expect(await world.run({ streams: [deals, leads] })).toMatchObject({ status: 'done' })
    await expectWarehouseEquals(world, { streams: ['deals', 'leads'], counters: false })
    const after = new Map((await written()).map(({ id, at }) => [id, at.getTime()]))
    const rewritten = before.filter(({ id, at }) => after.get(id) !== at.getTime())
    expect(rewritten.length).toBeGreaterThan(0)
    expect(rewritten.length).toBeLessThan(before.length)
  })

  test('also when the catalog was read for itself before, and before there is a table', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    const fields = streamNamed('fields')
    const choice = company.catalog.custom('deals').find(({ type }) => type === 'set')
    const [option] = choice?.options ?? []
    for (const label of ['Renamed once', 'Renamed twice']) {
      expect((await world.run({ streams: [fields] })).status).toBe('done')
      company.fields.renameOption('deals', choice?.code ?? '', option?.id ?? 0, label)
    }
    await world.run({ streams: [deals] })
    company.fields.renameOption('deals', choice?.code ?? '', option?.id ?? 0, 'Renamed a third time')
    await world.run({ streams: [fields] })
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })

  test('when another run learns of a new name in the middle of the pages, the run that reads them puts it right', async () => {
    await using world = await openWorld()
    const { company } = world.emulator
    checkpointEveryPage(world)
    const choice = company.catalog.custom('deals').find(({ type }) => type === 'enum')
    const count = world.tap.onAnswer
    let other: Promise<RunReport> | undefined
    world.tap.onAnswer = async (asked, answer) => {
      await count(asked, answer)
      if (asked.path !== '/api/v2/deals' || other !== undefined) return
      for (const { id, label } of choice?.options ?? [])
        company.fields.renameOption('deals', choice?.code ?? '', id, `${label}, renamed`)
      other = world.run({ streams: [streamNamed('fields')] })
      await other
    }
    const request = { streams: [inPagesOf(4, deals)] }
    expect((await world.run(request)).status).toBe('done')
    expect((await other)?.status).toBe('done')
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })

  test.each(['enum', 'set'] as const)(
    'an option of a field of type %s that is added while its stream is read gets its label in the next run',
    async (type) => {
      await using world = await openWorld({ size: { customFields: 0 } })
      const { company } = world.emulator
      const [id = 0, other = 0] = ids(world, 'deals')
      const { code, options } = company.fields.add('deals', 'Choice', type, ['First'])
      const value = (id: number) => ({ custom_fields: { [code]: type === 'enum' ? id : [id] } })
      company.deals.update(other, value(Number(options?.[0]?.id)))
      await world.run({ streams: [deals] })
      let added = 0
      world.tap.onAnswer = ({ path }) => {
        if (path !== '/api/v2/dealFields' || added > 0) return
        // The catalog has just been read.
        added = Number(company.fields.addOptions('deals', code, ['Added'])?.at(-1)?.id)
        company.deals.update(id, value(added))
      }
      const row = () => world.db.query('select cf_choice, _extra from pipedrive.deals where id = $1', [id])
      await world.run({ streams: [deals] })
      expect(await row()).toEqual([
        { cf_choice: type === 'enum' ? null : [], _extra: value(added).custom_fields },
      ])
      await world.run({ streams: [deals] })
      expect(await row()).toEqual([{ cf_choice: type === 'enum' ? 'Added' : ['Added'], _extra: null }])
      await expectWarehouseEquals(world, { streams: ['deals'] })
      const owed = await world.db.query('select from pipedrive.fields where labels_owed')
      expect(owed).toEqual([])
    },
  )

  test('an option that is removed keeps its last label', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    const [id = 0] = ids(world, 'deals')
    const { code, options } = company.fields.add('deals', 'Choice', 'enum', ['First', 'Last'])
    const option = options?.[1]?.id ?? 0
    company.deals.update(id, { custom_fields: { [code]: option } })
    await world.run({ streams: [deals] })
    company.fields.removeOption('deals', code, option)
    await world.run({ streams: [deals], plan: SWEEP })
    const [row] = await world.db.query(
      'select cf_choice, cf_choice_id, _extra from pipedrive.deals where id = $1',
      [id],
    )
    expect(row).toEqual({ cf_choice: 'Last', cf_choice_id: String(option as number), _extra: null })
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })
})

describe('DDL is additive', () => {
  const columnsOf = (db: TestDatabase): Promise<Record<string, unknown>[]> =>
    db.query(
      `select attname as name, format_type(atttypid, atttypmod) as type, col_description(attrelid, attnum) as about
       from pg_attribute where attrelid = 'pipedrive.deals'::regclass and attnum > 0 order by attnum`,
    )

  test('a new field adds a column; views and grants on the table survive, and the change is recorded', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals] })
    const role = `reader_${Date.now().toString(36)}`
    await db.query(`create role ${role}`)
    await db.query(`grant usage on schema pipedrive to ${role}; grant select on pipedrive.deals to ${role}`)
    await db
      .query('create view pipedrive.open_deals as select id, title, cf_lisainfo from pipedrive.deals')
      .catch(() => db.query('create view pipedrive.open_deals as select * from pipedrive.deals'))
    const before = await columnsOf(db)
    emulator.company.fields.add('deals', 'Brand new', 'monetary')
    expect((await world.run({ streams: [deals] })).status).toBe('done')
    const after = await columnsOf(db)
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after.slice(before.length)).toMatchObject([
      { name: 'cf_brand_new', type: 'numeric' },
      { name: 'cf_brand_new_currency', type: 'text' },
    ])
    expect(await countOf(db, 'open_deals')).toBe(await countOf(db, 'deals'))
    const [grant] = await db.query("select has_table_privilege($1, 'pipedrive.deals', 'select') as may", [
      role,
    ])
    expect(grant).toEqual({ may: true })
    const changes = await db.query(
      "select ddl from pipedrive_sync.schema_changes where reason like 'new column%'",
    )
    expect(changes).toHaveLength(2)
    await db.query(`drop owned by ${role}; drop role ${role}`)
  })

  test('a field that is renamed or removed keeps its column and its values', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals] })
    const [renamed, removed] = emulator.company.catalog.custom('deals')
    const before = await columnsOf(db)
    const values = await db.query('select * from pipedrive.deals order by id')
    emulator.company.fields.edit('deals', renamed?.code ?? '', { name: 'Another name' })
    emulator.company.fields.remove('deals', removed?.code ?? '')
    expect((await world.run({ streams: [deals] })).status).toBe('done')
    const shape = (columns: Record<string, unknown>[]) => columns.map(({ name, type }) => ({ name, type }))
    expect(shape(await columnsOf(db))).toEqual(shape(before))
    expect(await db.query('select * from pipedrive.deals order by id')).toEqual(values)
    const abouts = (await columnsOf(db)).map(({ about }) => String(about))
    expect(abouts.filter((about) => about.includes('Another name'))).toHaveLength(1)
    const [field] = await db.query(
      'select removed_at from pipedrive.fields where field_code = $1 and entity = $2',
      [removed?.code, 'deals'],
    )
    expect(field?.['removed_at']).toBeInstanceOf(Date)
  })

  test('a reader who holds the table keeps it as it is until the next run, and no record from being loaded', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals, persons] })
    const before = await columnsOf(db)
    emulator.company.fields.add('deals', 'Brand new', 'varchar')
    emulator.company.persons.update(ids(world, 'persons')[0] ?? 0, { name: 'Changed' })
    emulator.company.deals.update(ids(world, 'deals')[0] ?? 0, { title: 'Changed' })
    const reader = new pg.Client({ connectionString: db.url })
    await reader.connect()
    await reader.query('begin; select count(*) from pipedrive.deals')
    const report = await world.run({ streams: [deals, persons] })
    expect(reportOf(report, 'deals')).toMatchObject({ status: 'done', updated: 1 })
    expect(reportOf(report, 'deals').warning).toContain('a reader has held deals for too long')
    expect(reportOf(report, 'persons')).toMatchObject({ status: 'done', updated: 1 })
    expect(await columnsOf(db)).toEqual(before)
    await reader.query('rollback')
    await reader.end()
    expect((await world.run({ streams: [deals, persons] })).status).toBe('done')
    expect(await columnsOf(db)).toHaveLength(before.length + 1)
    await expectWarehouseEquals(world, { streams: ['deals', 'persons'], counters: false })
  })
})
