import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { CreatableType } from '../../emulator/company/catalog.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { throughDoor } from '../../src/streams/door.ts'
import { verifyWorld } from '../reconcile/support.ts'
import { send } from '../support/send.ts'
import { only } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { BACKFILL, PASS, SWEEP, openWorld, streamNamed, type World } from '../support/world.ts'

const deals = streamNamed('deals')
/** The stream as it is read when nobody knows of its fields. */
const unaware = (stream: Stream): Stream => ({ ...stream, catalogs: [] })

function leftovers(world: World, table = 'deals') {
  return world.db.query(`select id from pipedrive.${table} where _extra is not null order by id`)
}

function requestsFor(world: World, path: string): number {
  return world.tap.asked.filter((asked) => asked.path === path).length
}

describe('what had no column when it came', () => {
  test.each(['deals', 'persons', 'organizations', 'products', 'leads'])(
    '%s: fields of every type move to their columns when these are made, without a request for the records',
    async (name) => {
      await using world = await openWorld()
      const stream = streamNamed(name)
      await world.run({ streams: [unaware(stream)], plan: BACKFILL })
      const waiting = await leftovers(world, name)
      expect(waiting.length).toBeGreaterThan(8)
      const partitions = stream.partitions.map((partition) => ({ ...partition, path: '/v1/nothing' }))
      const { streams } = await world.run({ streams: [{ ...stream, partitions }] })
      expect(streams).toMatchObject([{ status: 'skipped' }])
      expect(await leftovers(world, name)).toEqual([])
      await expectWarehouseEquals(world, { streams: [name] })
      expect(await world.db.query(`select from pipedrive_sync.drift where reason = 'unknown'`)).toEqual([])
    },
  )

  test('in the form of v1 moves too', async () => {
    await using world = await openWorld()
    const door = throughDoor(deals, 'v1-collection')
    await world.run({ streams: [unaware(door)], plan: BACKFILL })
    expect((await leftovers(world)).length).toBeGreaterThan(8)
    await world.run({ streams: [door] })
    expect(await leftovers(world)).toEqual([])
    const filled = await world.db.query(
      `select from pipedrive.deals having count(cf_budget) > 0 and count(cf_budget) = count(cf_budget_currency)`,
    )
    expect(filled).toHaveLength(1)
  })

  test('a native column of a later release takes what has waited for it', async () => {
    await using world = await openWorld()
    const { probability, expected_close_date, ...columns } = deals.columns
    expect([probability, expected_close_date]).toEqual([expect.anything(), 'date'])
    await world.run({ streams: [{ ...deals, columns }], plan: BACKFILL })
    expect((await leftovers(world)).length).toBeGreaterThan(8)
    await world.run({ streams: [deals] })
    expect(await leftovers(world)).toEqual([])
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })

  test('what does not fit the new column stays, and is counted as unfit', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    const { code } = company.fields.add('deals', 'Deadline', 'date')
    const [first = 0, second = 0] = company.list('deals').map(({ id }) => Number(id))
    company.deals.update(first, { custom_fields: { [code]: '2026-02-30' } })
    company.deals.update(second, { custom_fields: { [code]: '2026-02-28' } })
    await world.run({ streams: [unaware(deals)] })
    await world.run({ streams: [deals] })
    const rows = await world.db.query(
      'select id::int, cf_deadline::text as day, _extra from pipedrive.deals where id = any($1) order by id',
      [[first, second]],
    )
    expect(rows).toEqual([
      { id: first, day: null, _extra: { [code]: '2026-02-30' } },
      { id: second, day: '2026-02-28', _extra: null },
    ])
    const drift = await world.db.query('select key, reason from pipedrive_sync.drift')
    expect(drift).toEqual([{ key: code, reason: 'unfit' }])
  })

  test('a part that nobody knows of a value that has its column waits alone, and no row is written for it', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { code } = world.emulator.company.fields.add('deals', 'Budget', 'monetary')
    const [id = 0] = world.emulator.company.list('deals').map((deal) => Number(deal['id']))
    world.emulator.company.deals.update(id, {
      custom_fields: { [code]: { value: 5, currency: 'EUR', vat: 1 } },
    })
    await world.run({ streams: [deals] })
    const row = () =>
      world.db.query('select xmin::text, cf_budget, _extra from pipedrive.deals where id = $1', [id])
    const before = await row()
    expect(before).toMatchObject([{ cf_budget: '5', _extra: { [code]: { vat: 1 } } }])
    await world.run({ streams: [deals] })
    expect(await row()).toEqual(before)
    const drift = await world.db.query('select key, reason from pipedrive_sync.drift')
    expect(drift).toEqual([{ key: `${code}.vat`, reason: 'unknown' }])
  })

  test('a value that did not fit moves when the field gets another type', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { code } = world.emulator.company.fields.add('deals', 'Size', 'double')
    await send(world.emulator, 'PATCH', '_emulator/records/deals/1', { custom_fields: { [code]: 'large' } })
    await world.run({ streams: [deals] })
    const row = () => world.db.query('select * from pipedrive.deals where id = 1')
    expect(await row()).toMatchObject([{ cf_size: null, _extra: { [code]: 'large' } }])
    await send(world.emulator, 'PUT', `_emulator/fields/deals/${code}`, { field_type: 'text' })
    const partitions = deals.partitions.map((partition) => ({ ...partition, path: '/v1/nothing' }))
    await world.run({ streams: [{ ...deals, partitions }] })
    expect(await row()).toMatchObject([{ cf_size: null, cf_size__text: 'large', _extra: null }])
  })

  test.each([
    ['address', 'cf_x, cf_x_locality', { value: 'Pikk 1, Tallinn', street_number: '1', locality: 'Tallinn' }],
    ['monetary', 'cf_x, cf_x_currency', { value: 5, currency: 'EUR' }],
    ['time', 'cf_x, cf_x_timezone', { value: '10:30:00', timezone_id: 1, timezone_name: 'Europe/Tallinn' }],
  ])(
    'a field of type %s that gets options keeps what it held, and is read on',
    async (type, columns, value) => {
      await using world = await openWorld({ size: { customFields: 0 } })
      const { code } = world.emulator.company.fields.add('deals', 'X', type as CreatableType)
      await send(world.emulator, 'PATCH', 'api/v2/deals/1', { custom_fields: { [code]: value } })
      await world.run({ streams: [deals] })
      const row = () => world.db.query(`select ${columns} from pipedrive.deals where id = 1`)
      const before = await row()
      expect(Object.values(before[0] ?? {})).not.toContain(null)
      const retyped = { field_type: 'enum', options: [{ label: 'Yes' }] }
      await send(world.emulator, 'PUT', `_emulator/fields/deals/${code}`, retyped)
      for (const contract of ['freeze', 'evolve'] as const) {
        expect(only(await world.run({ streams: [deals], contract })).status).toMatch(/done|frozen/)
        expect(await row()).toEqual(before)
      }
    },
  )

  test('a field that is removed while its values wait keeps them in its column', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    await world.run({ streams: [deals] })
    const { code } = company.fields.add('deals', 'Note', 'text')
    const [id = 0] = company.list('deals').map((deal) => Number(deal['id']))
    company.deals.update(id, { custom_fields: { [code]: 'kept' } })
    await world.run({ streams: [deals], contract: 'freeze' })
    company.fields.remove('deals', code)
    await world.run({ streams: [deals] })
    const rows = await world.db.query('select cf_note, _extra from pipedrive.deals where id = $1', [id])
    expect(rows).toEqual([{ cf_note: 'kept', _extra: null }])
  })

  test('values that wait for the column of a field that is removed wait on while their records change', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    await world.run({ streams: [deals] })
    const { code } = company.fields.add('deals', 'Budget', 'monetary')
    const value = { value: 5, currency: 'EUR' }
    await send(world.emulator, 'PATCH', 'api/v2/deals/1', { custom_fields: { [code]: value } })
    await world.run({ streams: [deals], contract: 'freeze' })
    company.fields.remove('deals', code)
    await send(world.emulator, 'PATCH', '_emulator/records/deals/1', { odd: 1 })
    const row = async () =>
      (await world.db.query('select title, _extra from pipedrive.deals where id = 1'))[0]
    await world.run({ streams: [deals], contract: 'freeze' })
    expect(await row()).toMatchObject({ _extra: { [code]: value, odd: 1 } })
    await send(world.emulator, 'PATCH', '_emulator/records/deals/1', { odd: null, title: 'New' })
    await world.run({ streams: [deals], contract: 'freeze' })
    expect(await row()).toEqual({ title: 'New', _extra: { [code]: value } })
    expect(await verifyWorld(world, { streams: [deals] })).toMatchObject({ equal: true })
    await world.run({ streams: [deals] })
    expect(await row()).toEqual({ title: 'New', _extra: null })
    const held = 'select cf_budget, cf_budget_currency from pipedrive.deals where id = 1'
    expect(await world.db.query(held)).toEqual([{ cf_budget: '5', cf_budget_currency: 'EUR' }])
  })

  test('a column of that name that somebody else has made is left alone, and the values wait', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    await world.run({ streams: [deals] })
    await world.db.query(`alter table pipedrive.deals add column cf_size text default 'mine'`)
    const { code } = company.fields.add('deals', 'Size', 'double')
    const [id = 0] = company.list('deals').map((deal) => Number(deal['id']))
    company.deals.update(id, { custom_fields: { [code]: 7 } })
    const report = await world.run({ streams: [deals] })
    expect(report).toMatchObject({ status: 'done', streams: [{ status: 'done' }] })
    expect(report.streams[0]?.warning).toMatch(
      /^deals: cf_size could not be made: there is a column of that name and another type, which is not ours;/,
    )
    const row = () => world.db.query('select cf_size, _extra from pipedrive.deals where id = $1', [id])
    expect(await row()).toEqual([{ cf_size: 'mine', _extra: { [code]: 7 } }])
    await world.db.query('alter table pipedrive.deals rename column cf_size to mine')
    await world.run({ streams: [deals] })
    expect(await row()).toEqual([{ cf_size: '7', _extra: null }])
  })

  test.each([
    ['was dropped', 'alter table pipedrive.deals drop column cf_choice cascade', 'Renamed'],
    [
      'has another type, and a comment of its own',
      `alter table pipedrive.deals drop column cf_choice cascade;
       alter table pipedrive.deals add column cf_choice integer default 5;
       comment on column pipedrive.deals.cf_choice is 'Mine'`,
      5,
    ],
  ])('a renamed option stops no stream where the column of the labels %s', async (_what, ddl, shown) => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    const { code, options } = company.fields.add('deals', 'Choice', 'enum', ['First'])
    const option = Number(options?.[0]?.id)
    const [id = 0] = company.list('deals').map((deal) => Number(deal['id']))
    company.deals.update(id, { custom_fields: { [code]: option } })
    await world.run({ streams: [deals] })
    await world.db.query(ddl)
    company.fields.renameOption('deals', code, option, 'Renamed')
    for (let run = 0; run < 2; run++)
      expect(await world.run({ streams: [deals] })).toMatchObject({ streams: [{ status: 'done' }] })
    const [row] = await world.db.query('select cf_choice from pipedrive.deals where id = $1', [id])
    expect(row).toEqual({ cf_choice: shown })
    const [{ about } = {}] = await world.db.query(
      `select col_description(attrelid, attnum) as about from pg_attribute
       where attrelid = 'pipedrive.deals'::regclass and attname = 'cf_choice'`,
    )
    expect(about).toBe(shown === 5 ? 'Mine' : `Choice (${code}, enum): Renamed`)
  })

  test('a field that comes back takes the column that it had', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const { company } = world.emulator
    const field = company.fields.add('deals', 'Note', 'text')
    const [id = 0] = company.list('deals').map((deal) => Number(deal['id']))
    const note = async () =>
      (await world.db.query('select cf_note, _extra from pipedrive.deals where id = $1', [id]))[0]
    company.deals.update(id, { custom_fields: { [field.code]: 'first' } })
    await world.run({ streams: [deals] })
    company.fields.remove('deals', field.code)
    await world.run({ streams: [deals] })
    expect(await note()).toEqual({ cf_note: 'first', _extra: null })
    await send(world.emulator, 'PUT', `_emulator/fields/deals/${field.code}`)
    company.deals.update(id, { custom_fields: { [field.code]: 'second' } })
    await world.run({ streams: [unaware(deals)] })
    expect(await note()).toEqual({ cf_note: 'first', _extra: { [field.code]: 'second' } })
    await world.run({ streams: [deals] })
    expect(await note()).toEqual({ cf_note: 'second', _extra: null })
    const [{ count } = {}] = await world.db.query<{ count?: number }>(
      `select count(*)::int as count from pg_attribute where attrelid = 'pipedrive.deals'::regclass and attname like 'cf_%'`,
    )
    expect(count).toBe(1)
  })
})

describe('tables that may not be changed', () => {
  test('stay as they are, the run says so, and when they may again everything is in its place', async () => {
    await using world = await openWorld()
    await world.run({ streams: [{ ...unaware(deals), exploded: [] }], plan: BACKFILL })
    const shape = () =>
      world.db.query(
        `select relname, attname, col_description(attrelid, attnum) as about from pg_attribute
         join pg_class on pg_class.oid = attrelid where relnamespace = 'pipedrive'::regnamespace order by 1, 2`,
      )
    const before = await shape()
    const report = await world.run({ streams: [deals], plan: SWEEP, contract: 'freeze' })
    expect(report).toMatchObject({ status: 'partial', streams: [{ status: 'frozen' }] })
    expect(report.streams[0]?.warning).toMatch(
      /^deals: cf_\w+, .* could not be made: the schema contract is to freeze/,
    )
    expect(await shape()).toEqual(before)
    const [{ lists } = {}] = await world.db.query<{ lists?: number }>(
      `select count(*)::int as lists from pipedrive.deals where _extra ? 'label_ids'`,
    )
    expect(lists).toBe(0)
    expect(await world.run({ streams: [deals], plan: SWEEP })).toMatchObject({ status: 'done' })
    expect(await leftovers(world)).toEqual([])
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })

  test('are not made either: a stream without a table is not read', async () => {
    await using world = await openWorld()
    const report = await world.run({ streams: [deals], contract: 'freeze' })
    expect(report).toMatchObject({ status: 'partial', streams: [{ status: 'failed', pages: 0 }] })
    expect(report.streams[0]?.error).toMatch(/^deals: it has no table yet/)
    expect(requestsFor(world, '/api/v2/deals')).toBe(0)
  })

  test('while somebody reads them: the run goes on, and the values wait', async () => {
    await using world = await openWorld()
    await world.run({ streams: [unaware(deals)], plan: BACKFILL })
    const reader = new pg.Client({ connectionString: world.db.url })
    await reader.connect()
    onTestFinished(() => reader.end())
    await reader.query('begin; select from pipedrive.deals')
    const report = await world.run({ streams: [deals], plan: PASS })
    expect(report).toMatchObject({ status: 'done', streams: [{ status: 'done' }] })
    expect(report.streams[0]?.warning).toContain('a reader has held deals for too long')
    expect((await leftovers(world)).length).toBeGreaterThan(8)
    await reader.query('commit')
    expect((await world.run({ streams: [deals], plan: PASS })).streams[0]?.warning).toBeUndefined()
    expect(await leftovers(world)).toEqual([])
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })
})
