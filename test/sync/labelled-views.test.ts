import pg from 'pg'
import { expect, test } from 'vitest'
import { run } from '../../src/run.ts'
import { hasOwnFields, type Stream } from '../../src/streams/stream.ts'
import type { TestDatabase } from '../support/database.ts'
import { countOf, only } from '../support/warehouse.ts'
import { PASS, openWorld, streamNamed, type World } from '../support/world.ts'
import { WORK } from '../support/work-streams.ts'

const deals = streamNamed('deals')

async function viewsOf(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    "select viewname as name from pg_views where schemaname = 'pipedrive' order by 1",
  )
  return rows.map(({ name }) => name)
}

async function labelsOf(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = 'pipedrive.deals_labelled'::regclass order by attnum",
  )
  return rows.map(({ name }) => name)
}

function runWithout(world: World, streams: readonly Stream[]) {
  const parts = world.parts()
  const warehouse = { ...parts.warehouse, labelledViews: false }
  const request = { command: 'test', streams, plan: PASS, allowance: { share: 1 }, maxShare: 0.05 }
  return run({ ...parts, warehouse }, request)
}

test('every stream with fields of its own has a view of what is not deleted; with the setting off none has', async () => {
  await using world = await openWorld()
  const { db, emulator } = world
  emulator.company.deals.delete(1)
  expect((await world.run()).status).toBe('done')
  const names = WORK.filter(hasOwnFields).map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['deals', 'persons', 'organizations', 'products', 'leads']))
  expect(await viewsOf(db)).toEqual(names.map((name) => `${name}_labelled`).toSorted())
  for (const name of names)
    expect(await countOf(db, `${name}_labelled`), name).toBe(await countOf(db, name, '_deleted_at is null'))
  expect((await runWithout(world, WORK)).status).toBe('done')
  expect(await viewsOf(db)).toEqual([])
})

test('a renamed field is found under its new label, and everything that people have built on the table stays', async () => {
  await using world = await openWorld({ size: { customFields: 0 } })
  const { db, emulator } = world
  const { code } = emulator.company.fields.add('deals', 'Budget \u0000', 'monetary')
  const { code: other } = emulator.company.fields.add('deals', 'Size', 'varchar')
  const [id = 0] = emulator.company.list('deals').map((record) => Number(record['id']))
  emulator.company.deals.update(id, { custom_fields: { [code]: { value: 12, currency: 'EUR' } } })
  await world.run({ streams: [deals] })
  const budget = (label: string) =>
    db.query(`select "${label}" as amount, "${label} currency" as currency from pipedrive.deals_labelled
              where "${label}" is not null`)
  expect(await budget('Budget \ufffd')).toEqual([{ amount: '12', currency: 'EUR' }])
  await db.query('create view pipedrive.open_deals as select * from pipedrive.deals')
  const open = () =>
    db.query("select 'pipedrive.open_deals'::regclass::oid as oid, * from pipedrive.open_deals")
  const before = await open()

  emulator.company.fields.edit('deals', code, { name: 'Price' })
  emulator.company.fields.remove('deals', other)
  emulator.company.fields.add('deals', 'Size', 'varchar')
  expect(only(await world.run({ streams: [deals] }))).not.toHaveProperty('warning')
  expect(await budget('Price')).toEqual([{ amount: '12', currency: 'EUR' }])
  const labels = await labelsOf(db)
  expect(labels).toEqual(expect.arrayContaining(['Size', 'Size (removed)']))
  expect(labels.filter((label) => label.startsWith('Budget'))).toEqual([])
  expect(await open()).toEqual(before)
})

test('a quiet run leaves the system catalog as it is', async () => {
  await using world = await openWorld()
  const { db } = world
  await world.run()
  const state = () =>
    db.query(`select oid, xmin::text from pg_class where relnamespace = 'pipedrive'::regnamespace
              union all select objoid, xmin::text || objsubid from pg_description order by 1, 2`)
  const before = await state()
  await world.run()
  expect(await state()).toEqual(before)
})

test('a view on the view stops its change: the run says which, and is done all the same', async () => {
  await using world = await openWorld()
  const { db, emulator } = world
  await world.run({ streams: [deals] })
  await db.query('create view public.mine as select * from pipedrive.deals_labelled')
  expect(only(await world.run({ streams: [deals] }))).not.toHaveProperty('warning')
  const [field] = emulator.company.catalog.custom('deals')
  emulator.company.fields.edit('deals', field?.code ?? '', { name: 'Another name' })
  const before = await labelsOf(db)
  for (const report of [await world.run({ streams: [deals] }), await world.run({ streams: [deals] })]) {
    expect(report.status).toBe('done')
    expect(only(report).warning).toContain('(view mine depends on view pipedrive.deals_labelled)')
  }
  expect(world.warnings).toHaveLength(2)
  expect(await labelsOf(db)).toEqual(before)
  expect(await countOf(db, 'deals_labelled')).toBeGreaterThan(0)
  await db.query('drop view public.mine')
  expect(only(await world.run({ streams: [deals] }))).not.toHaveProperty('warning')
  expect(await labelsOf(db)).toContain('Another name')
})

test('a view has the columns that its table has, and stays as it is where the contract is to freeze', async () => {
  await using world = await openWorld({ size: { customFields: 0 } })
  const { db, emulator } = world
  const { code } = emulator.company.fields.add('deals', 'Old', 'varchar')
  await world.run({ streams: [deals] })
  emulator.company.fields.edit('deals', code, { name: 'Size' })
  emulator.company.fields.add('deals', 'Size', 'varchar')
  expect(only(await world.run({ streams: [deals], contract: 'freeze' })).status).toBe('frozen')
  expect(await labelsOf(db)).toContain('Old')
  const reader = new pg.Client({ connectionString: db.url })
  await reader.connect()
  await reader.query('begin; select from pipedrive.deals')
  expect(only(await world.run({ streams: [deals] })).warning).toMatch(
    /^deals: cf_size could not be made: [^:]*$/,
  )
  expect((await labelsOf(db)).filter((label) => /Old|Size/.test(label))).toEqual(['Size'])
  await reader.query('rollback')
  await reader.end()
  expect(only(await world.run({ streams: [deals] }))).not.toHaveProperty('warning')
  expect((await labelsOf(db)).filter((label) => label.startsWith('Size'))).toEqual(['Size', 'Size (2)'])
})
