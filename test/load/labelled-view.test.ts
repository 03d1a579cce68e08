import { describe, expect, onTestFinished, test } from 'vitest'
import pg from 'pg'
import { inTransaction, type Session } from '../../src/load/connection.ts'
import { evolveTables } from '../../src/load/evolve.ts'
import { keepLabelledView } from '../../src/load/labelled-view.ts'
import { labelledView } from '../../src/load/view-plan.ts'
import type { CatalogField } from '../../src/transform/catalog.ts'
import { layoutStream } from '../../src/transform/layout.ts'
import { olderPostgresBinDirs, startServer, type TestDatabase } from '../support/database.ts'
import { ACCOUNT, contacts, customField, migratedWarehouse, openStream } from './support/warehouse.ts'

const VIEW = 'pipedrive.contacts_labelled'
const price = customField('h1', 'cf_price', 'monetary', 'Price')

/** As a run does it: the tables first, then their view. */
async function keep(session: Session, catalog: readonly CatalogField[], wanted = true) {
  const layout = layoutStream(contacts, catalog)
  await inTransaction(session, () => evolveTables(session, ACCOUNT, contacts.name, [layout]))
  return keepLabelledView(session, labelledView(layout, catalog), wanted)
}

function columnsOf(db: TestDatabase, view = VIEW): Promise<{ name: string; comment: string | null }[]> {
  return db.query(
    `select attname as name, col_description(attrelid, attnum) as comment from pg_attribute
     where attrelid = $1::regclass and attnum > 0 order by attnum`,
    [view],
  )
}

async function namesIn(db: TestDatabase, view = VIEW): Promise<string[]> {
  return (await columnsOf(db, view)).map(({ name }) => name)
}

async function isThere(db: TestDatabase, name: string): Promise<boolean> {
  const [row] = await db.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name])
  return row?.there === true
}

/** A role that is gone after the test, with all that it was given. */
async function aRole(db: TestDatabase, what: string): Promise<string> {
  const role = `${what} "${process.pid}"`
  const quoted = pg.escapeIdentifier(role)
  await db.query(`create role ${quoted}`)
  onTestFinished(async () => void (await db.query(`drop owned by ${quoted}; drop role ${quoted}`)))
  return quoted
}

describe('the view with the labels', () => {
  test('has the labels for names, the comments of the table, and no deleted record', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, contacts, [price])
    await load([
      { id: 1, name: 'Ada', custom_fields: { h1: { value: 2.5, currency: 'EUR' } } },
      { id: 2, name: 'Bob', is_deleted: true },
    ])
    expect(await keep(session, [price])).toBeNull()
    expect(await db.query(`select id, name, "Price", "Price currency" from ${VIEW}`)).toEqual([
      { id: '1', name: 'Ada', Price: '2.5', 'Price currency': 'EUR' },
    ])
    const own = await columnsOf(db, 'pipedrive.contacts')
    const named = own
      .filter(({ name }) => name !== '_extra')
      .map(({ name, comment }) => ({
        name: name.replace('cf_price', 'Price').replace('Price_', 'Price '),
        comment,
      }))
    expect(await columnsOf(db)).toEqual(named)
    expect(await db.query(`select obj_description($1::regclass, 'pg_class') as about`, [VIEW])).toEqual([
      {
        about:
          'People, for these tests: the table "contacts" with the labels of today, without deleted records. Made by pipedrive-warehouse, and made anew when a label changes: build views of your own on the table.',
      },
    ])
  })

  test('shows a new label, and a new field while it stands', async () => {
    const { db, session } = await migratedWarehouse()
    await keep(session, [price])
    const size = customField('h2', 'cf_size', 'varchar', `The 'size', "so to say"`)
    expect(await keep(session, [{ ...price, label: 'Cost' }, size])).toBeNull()
    expect((await namesIn(db)).slice(6)).toEqual([
      'Cost',
      'Cost currency',
      `The 'size', "so to say"`,
      '_deleted_at',
      '_synced_at',
    ])
  })

  test('is made anew when two fields have changed their labels with one another', async () => {
    const { db, session } = await migratedWarehouse()
    const [one, other] = [
      customField('h1', 'cf_a', 'varchar', 'A'),
      customField('h2', 'cf_b', 'varchar', 'B'),
    ]
    const { load } = await openStream(session, contacts, [one, other])
    await load([{ id: 1, custom_fields: { h1: 'one', h2: 'other' } }])
    await keep(session, [one, other])
    await keep(session, [
      { ...one, label: 'B' },
      { ...other, label: 'A' },
    ])
    expect(await db.query(`select "A", "B" from ${VIEW}`)).toEqual([{ A: 'other', B: 'one' }])
  })

  test('stays the same where nothing has changed', async () => {
    const { db, session } = await migratedWarehouse()
    await keep(session, [price])
    const state = () =>
      db.query(`select oid, xmin::text from pg_class where relname ~ '^contacts' order by oid`)
    const before = await state()
    expect(await keep(session, [price])).toBeNull()
    expect(await state()).toEqual(before)
  })

  test('has a comment that has changed put in its place, whatever was built on it', async () => {
    const { db, session } = await migratedWarehouse()
    const option = { id: '1', label: 'Small', color: null, removed: false }
    const size = { ...customField('h1', 'cf_size', 'enum', 'Size'), options: [option] }
    await keep(session, [size])
    await db.query(`create view mine as select "Size" from ${VIEW}`)
    expect(await keep(session, [{ ...size, options: [{ ...option, label: 'Tiny' }] }])).toBeNull()
    const about = (await columnsOf(db)).filter(({ name }) => name.startsWith('Size'))
    expect(about).toEqual(['Size', 'Size id'].map((name) => ({ name, comment: 'Size (h1, enum): Tiny' })))
  })

  test('stays granted to whom it was granted, and to nobody else, with what was set on it', async () => {
    const { db, session } = await migratedWarehouse()
    const [reader, writer, late] = [
      await aRole(db, 'reader'),
      await aRole(db, 'writer'),
      await aRole(db, 'late'),
    ]
    await keep(session, [price])
    await db.query(
      `grant select on ${VIEW} to ${reader} with grant option; grant select on ${VIEW} to public`,
    )
    await db.query(`grant select (id, "Price"), update (name) on ${VIEW} to ${writer}`)
    await db.query(`alter view ${VIEW} set (security_barrier = true)`)
    await db.query(`alter default privileges in schema pipedrive grant select on tables to ${late}`)
    const acl = () =>
      db.query(
        `select relacl::text as all, reloptions as options,
                (select array_agg(attname || ' ' || attacl::text order by attnum) from pg_attribute
                 where attrelid = pg_class.oid and attacl is not null) as columns
         from pg_class where oid = $1::regclass`,
        [VIEW],
      )
    const [before] = await acl()
    expect(await keep(session, [customField('h2', 'cf_b', 'varchar', 'B'), price])).toBeNull()
    expect(await acl()).toEqual([before])
    await keep(session, [customField('h2', 'cf_b', 'varchar', 'B'), { ...price, label: 'Cost' }])
    const [after] = await acl()
    expect(after?.['all']).toEqual(before?.['all'])
    expect(String(after?.['columns'])).not.toContain('Cost')
  })

  test('is left as it is where something was built on it, and what stands in the way is named', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, contacts, [price])
    await load([{ id: 1, custom_fields: { h1: { value: 2.5 } } }])
    await keep(session, [price])
    await db.query(`create schema reports; create view reports.mine as select "Price" from ${VIEW}`)
    const renamed = { ...price, label: 'Cost' }
    const warning = await keep(session, [renamed])
    expect(warning).toBe(
      'contacts_labelled was left as it is: what was built on it would go with it (view reports.mine depends on view pipedrive.contacts_labelled). Build that on the table "contacts", or drop it.',
    )
    expect(await namesIn(db)).toContain('Price')
    expect(await db.query('select * from reports.mine')).toEqual([{ Price: '2.5' }])
    expect(await keep(session, [renamed], false)).toContain('reports.mine')
    await db.query('drop view reports.mine')
    expect(await keep(session, [renamed])).toBeNull()
    expect(await namesIn(db)).toContain('Cost')
  })

  test('is left as it is while a reader holds it, and made anew afterwards', async () => {
    const { db, session, open } = await migratedWarehouse()
    await keep(session, [price])
    const reader = await open('reader')
    await reader.client.query(`begin; select from ${VIEW}`)
    const renamed = { ...price, label: 'Cost' }
    expect(await keep(session, [renamed])).toBe(
      'contacts_labelled was left as it is: a reader has held it for 5s. The next run tries again.',
    )
    await reader.client.query('commit')
    expect(await keep(session, [renamed])).toBeNull()
    expect(await namesIn(db)).toContain('Cost')
  })

  test.each([
    ['table', 'create table', '(id int)'],
    ['view', 'create view', 'as select 1 as id'],
    ['type', 'create domain', 'as text'],
  ])('is not made where others have a %s of its name', async (_kind, before, behind) => {
    const { db, session } = await migratedWarehouse()
    await db.query(`${before} ${VIEW} ${behind}`)
    const state = () =>
      db.query(`select oid::text from pg_class where relname = 'contacts_labelled'
                union select oid::text from pg_type where typname = 'contacts_labelled'`)
    const found = await state()
    expect(await keep(session, [price])).toBe(
      'contacts_labelled was left as it is: its name belongs to something that is not ours. Rename that, or set LABELLED_VIEWS=off.',
    )
    expect(await keep(session, [price], false)).toBeNull()
    expect(await state()).toEqual(found)
  })

  test('is left as it is where another user has it', async () => {
    const { db, session } = await migratedWarehouse()
    const [owner, user] = [await aRole(db, 'owner'), await aRole(db, 'user')]
    await keep(session, [price])
    await db.query(`grant usage, create on schema pipedrive to ${owner}, ${user}`)
    await db.query(`alter view ${VIEW} owner to ${owner}`)
    await session.client.query(`set role ${user}`)
    const view = labelledView(layoutStream(contacts, []), [])
    expect(await keepLabelledView(session, view, true)).toMatch(
      /must be owner of view contacts_labelled\. Let/,
    )
    await session.client.query('reset role')
  })

  test('is removed where it is not wanted, and not made', async () => {
    const { db, session } = await migratedWarehouse()
    expect(await keep(session, [price], false)).toBeNull()
    expect(await isThere(db, VIEW)).toBe(false)
    await keep(session, [price])
    expect(await keep(session, [price], false)).toBeNull()
    expect(await isThere(db, VIEW)).toBe(false)
    expect(await isThere(db, 'pipedrive.contacts')).toBe(true)
  })

  test('leaves no transaction and no lock_timeout behind', async () => {
    const { session } = await migratedWarehouse()
    await keep(session, [price])
    const { rows } = await session.client.query('show lock_timeout')
    expect(rows).toEqual([{ lock_timeout: '0' }])
  })

  test('that PostgreSQL does not make is told of, and what stood stays', async () => {
    const { db, session } = await migratedWarehouse()
    await keep(session, [])
    const before = await namesIn(db)
    const view = labelledView(layoutStream(contacts, []), [])
    const [first] = view.columns
    const column = first?.column ?? { name: 'id', type: 'bigint', comment: null }
    const named = (labels: readonly string[]) => ({
      ...view,
      columns: labels.map((label) => ({ column, label })),
    })
    expect(await keepLabelledView(session, named(['Twice', 'Twice']), true)).toMatch(
      /^contacts_labelled was left as it is: .*"Twice" specified more than once.*Use the table "contacts"/,
    )
    const many = Array.from({ length: 1700 }, (_, index) => `Label ${index}`)
    expect(await keepLabelledView(session, named(many), true)).toMatch(/at most 16\d\d (entries|columns)/)
    expect(await namesIn(db)).toEqual(before)
  })

  test('gives on what PostgreSQL says of itself', async () => {
    const { db, session } = await migratedWarehouse()
    await keep(session, [])
    await db.query(`create function full_disk() returns event_trigger language plpgsql
      as $$ begin raise sqlstate '53100' using message = 'the disk is full'; end $$`)
    await db.query('create event trigger full_disk on ddl_command_start execute function full_disk()')
    const view = labelledView(layoutStream(contacts, [price]), [price])
    await expect(keepLabelledView(session, view, true)).rejects.toThrow('the disk is full')
  })
})

const binDirs = await olderPostgresBinDirs()

test.skipIf(binDirs.length === 0).each(binDirs)('the server of %s takes it too', async (binDir) => {
  const server = await startServer(binDir)
  onTestFinished(() => server.stop())
  const { db, session } = await migratedWarehouse(server.url)
  await keep(session, [price])
  await db.query(`grant select on ${VIEW} to public`)
  expect(await keep(session, [{ ...price, label: 'Cost' }])).toBeNull()
  expect(await namesIn(db)).toContain('Cost')
  expect(
    await db.query(`select relacl::text ~ ',=r/' as kept from pg_class where oid = $1::regclass`, [VIEW]),
  ).toEqual([{ kept: true }])
})
