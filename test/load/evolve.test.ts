import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { inTransaction, type Session } from '../../src/load/connection.ts'
import { evolveTables, type Contract } from '../../src/load/evolve.ts'
import { layoutStream, type StreamLayout } from '../../src/transform/layout.ts'
import type { CatalogField } from '../../src/transform/catalog.ts'
import type { TestDatabase } from '../support/database.ts'
import { ACCOUNT, contacts, customField, migratedWarehouse, openStream } from './support/warehouse.ts'

function evolve(
  session: Session,
  catalog: readonly CatalogField[] = [],
  stream = contacts,
  contract: Contract = 'evolve',
) {
  const layout = layoutStream(stream, catalog)
  return inTransaction(session, () =>
    evolveTables(session, ACCOUNT, stream.name, [layout, ...layout.children], contract),
  )
}

const NOTHING = { made: [], waiting: [] }

function columnsOf(
  db: TestDatabase,
  table: string,
): Promise<{ name: string; type: string; comment: string | null }[]> {
  return db.query(
    `select attname as name, format_type(atttypid, atttypmod) as type, col_description(attrelid, attnum) as comment
     from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  )
}

function asPlanned(layout: StreamLayout) {
  return layout.columns.map(({ name, type, comment }) => ({
    name,
    type: type.replace('timestamptz', 'timestamp with time zone'),
    comment,
  }))
}

describe('evolving the tables of a stream', () => {
  test('makes the stream and its children as they are laid out, comments included', async () => {
    const { db, session } = await migratedWarehouse()
    const { made } = await evolve(session)
    expect(made.map(({ table, reason }) => [table, reason])).toEqual([
      ['contacts', 'new table'],
      ['contact_emails', 'new table'],
    ])
    const found = await columnsOf(db, 'pipedrive.contacts')
    expect(found.filter(({ name }) => name !== '_synced_at')).toEqual(asPlanned(layoutStream(contacts, [])))
    expect(found.at(-1)).toMatchObject({ name: '_synced_at', type: 'timestamp with time zone' })
    expect(
      await db.query(`select obj_description('pipedrive.contact_emails'::regclass, 'pg_class') as about`),
    ).toEqual([{ about: 'Their addresses' }])
  })

  test('twice does nothing the second time', async () => {
    const { db, session } = await migratedWarehouse()
    const catalog = [customField('h1', 'cf_it_s', 'monetary', `It's "50 %" \\ of\nall`)]
    await evolve(session, catalog)
    const state = () =>
      db.query(`select oid, xmin::text from pg_class where relname like 'contact%' order by oid`)
    const before = await state()
    expect(await evolve(session, catalog)).toEqual(NOTHING)
    expect(await state()).toEqual(before)
    expect(await db.query('select from pipedrive_sync.schema_changes')).toHaveLength(2)
  })

  test('adds the columns of a new field and records each, but not the comments', async () => {
    const { db, session } = await migratedWarehouse()
    await evolve(session)
    const field = customField('h1', 'cf_price', 'monetary', 'Price')
    await evolve(session, [field])
    await evolve(session, [{ ...field, label: 'List price' }])
    const added = (await columnsOf(db, 'pipedrive.contacts')).filter(({ name }) => name.startsWith('cf_'))
    expect(added).toEqual([
      { name: 'cf_price', type: 'numeric', comment: 'List price (h1, monetary)' },
      { name: 'cf_price_currency', type: 'text', comment: 'List price (h1, monetary)' },
    ])
    const recorded = await db.query(
      'select account, stream, table_name, column_name, reason, ddl from pipedrive_sync.schema_changes order by id offset 2',
    )
    expect(recorded).toEqual(
      ['"cf_price" numeric', '"cf_price_currency" text'].map((definition) => ({
        account: ACCOUNT,
        stream: 'contacts',
        table_name: 'contacts',
        column_name: /cf_\w+/.exec(definition)?.[0],
        reason: 'new column: Price (h1, monetary)',
        ddl: `alter table "pipedrive"."contacts" add column ${definition}`,
      })),
    )
  })

  test('gives a table that has become wide its settings, once, and as no change of shape', async () => {
    const { db, session } = await migratedWarehouse()
    await evolve(session)
    const options = () =>
      db.query(`select reloptions from pg_class where oid = 'pipedrive.contacts'::regclass`)
    expect(await options()).toEqual([{ reloptions: null }])
    const catalog = Array.from({ length: 200 }, (_, index) =>
      customField(`h${index}`, `cf_${index}`, 'varchar', `Field ${index}`),
    )
    const { made } = await evolve(session, catalog)
    expect(new Set(made.map(({ reason }) => reason))).toEqual(new Set(['new column']))
    expect(await options()).toEqual([{ reloptions: ['toast_tuple_target=8160'] }])
    expect(await evolve(session, catalog)).toEqual(NOTHING)
  })

  test('keeps the column and the data of a field that has gone', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, contacts, [customField('h1', 'cf_note', 'text')])
    await load([{ id: 1, custom_fields: { h1: 'kept' } }])
    expect(await evolve(session, [])).toEqual(NOTHING)
    expect(await db.query('select cf_note from pipedrive.contacts')).toEqual([{ cf_note: 'kept' }])
  })

  test('leaves views, grants, indexes and rows as they are', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([{ id: 1, name: 'Ada' }])
    const reader = `reader_${process.pid}`
    await db.query(`create role ${reader}`)
    try {
      await db.query(`grant usage on schema pipedrive to ${reader}`)
      await db.query(`grant select on pipedrive.contacts to ${reader}`)
      await db.query('create view people as select * from pipedrive.contacts')
      await db.query('create index by_name on pipedrive.contacts (name)')
      await evolve(session, [customField('h1', 'cf_x', 'double')])
      expect(await db.query('select name from people')).toEqual([{ name: 'Ada' }])
      const [kept] = await db.query(
        `select has_table_privilege($1, 'pipedrive.contacts', 'select') as granted,
                has_column_privilege($1, 'pipedrive.contacts', 'cf_x', 'select') as granted_new,
                to_regclass('pipedrive.by_name') is not null as indexed`,
        [reader],
      )
      expect(kept).toEqual({ granted: true, granted_new: true, indexed: true })
    } finally {
      await db.query(`drop owned by ${reader}`)
      await db.query(`drop role ${reader}`)
    }
  })

  test('keeps a column that an analyst has added, and goes on without it', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await db.query(`alter table pipedrive.contacts add column mine text default 'x'`)
    expect(await evolve(session)).toEqual(NOTHING)
    expect(await load([{ id: 1, name: 'Ada' }])).toMatchObject({ inserted: 1 })
    expect(await db.query('select mine from pipedrive.contacts')).toEqual([{ mine: 'x' }])
  })

  test('under a contract to freeze changes nothing, and says what waits', async () => {
    const { db, session } = await migratedWarehouse()
    await evolve(session)
    const field = customField('h1', 'cf_x', 'double', 'X')
    const stream = { ...contacts, exploded: [{ ...contacts.exploded![0]!, table: 'contact_phones' }] }
    const before = await columnsOf(db, 'pipedrive.contacts')
    const { made, waiting } = await evolve(session, [field], stream, 'freeze')
    expect(made).toEqual([])
    expect(waiting.map(({ table, column, why }) => [table, column, why])).toEqual([
      ['contacts', 'cf_x', 'frozen'],
      ['contact_phones', undefined, 'frozen'],
    ])
    expect(await columnsOf(db, 'pipedrive.contacts')).toEqual(before)
    await expect(evolve(session, [], { ...contacts, name: 'others' }, 'freeze')).rejects.toMatchObject({
      code: 'E_SCHEMA',
      message:
        'others: it has no table yet, and the schema contract is to freeze. Run it once with --schema-contract evolve.',
    })
  })

  test('makes as many columns as PostgreSQL has room for, and says which of them wait', async () => {
    const { db, session } = await migratedWarehouse()
    const held = customField('h0', 'cf_held', 'double', 'Before')
    await evolve(session, [held])
    const [{ had } = { had: 0 }] = await db.query<{ had: number }>(
      `select max(attnum)::int as had from pg_attribute where attrelid = 'pipedrive.contacts'::regclass`,
    )
    // Dropped columns count, too.
    const each = (what: string) =>
      Array.from({ length: 1600 - 1 - had }, (_, index) => what.replace('x', `x${index}`)).join(', ')
    await db.query(`alter table pipedrive.contacts ${each('add column x int')}`)
    await db.query(`alter table pipedrive.contacts ${each('drop column x')}`)
    const fields = ['cf_one', 'cf_two'].map((name) => customField(name, name, 'double', name))
    const catalog = [{ ...held, label: 'After' }, ...fields]
    expect(await evolve(session, catalog)).toMatchObject({
      made: [{ column: 'cf_one' }],
      waiting: [{ table: 'contacts', column: 'cf_two', why: 'full' }],
    })
    const ours = (await columnsOf(db, 'pipedrive.contacts')).filter(({ name }) => name.startsWith('cf_'))
    expect(ours.map(({ name, comment }) => [name, comment])).toEqual([
      ['cf_held', 'After (h0, double)'],
      ['cf_one', 'cf_one (cf_one, double)'],
    ])
  })

  test('gives on a failure of PostgreSQL as it is', async () => {
    const { db, session } = await migratedWarehouse()
    await db.query('create view pipedrive.contacts as select 1 as id')
    await expect(evolve(session)).rejects.toThrow(pg.DatabaseError)
  })
})

describe('a reader that holds the table', () => {
  async function holdTable(url: string, table: string): Promise<pg.Client> {
    const reader = new pg.Client({ connectionString: url })
    reader.on('error', () => undefined)
    await reader.connect()
    onTestFinished(() => reader.end())
    await reader.query('begin')
    await reader.query(`select from ${table}`)
    return reader
  }

  test('too long leaves the table as it is, and what else there is to make is made; when it has gone the change goes through', async () => {
    const { db, session } = await migratedWarehouse()
    await evolve(session)
    const reader = await holdTable(db.url, 'pipedrive.contacts')
    const stream = { ...contacts, exploded: [{ ...contacts.exploded![0]!, table: 'contact_phones' }] }
    const before = await columnsOf(db, 'pipedrive.contacts')
    const change = { table: 'contacts', column: 'cf_x', reason: 'new column' }
    expect(await evolve(session, [customField('h1', 'cf_x', 'double')], stream)).toMatchObject({
      made: [{ table: 'contact_phones', reason: 'new table' }],
      waiting: [{ ...change, why: 'held' }],
    })
    expect(await columnsOf(db, 'pipedrive.contacts')).toEqual(before)
    expect(await db.query('select from pipedrive_sync.schema_changes')).toHaveLength(3)

    await reader.query('commit')
    expect(await evolve(session, [customField('h1', 'cf_x', 'double')], stream)).toMatchObject({
      made: [change],
      waiting: [],
    })
  })

  test('is no hindrance where there is nothing to change', async () => {
    const { db, session } = await migratedWarehouse()
    await evolve(session)
    await holdTable(db.url, 'pipedrive.contacts')
    expect(await evolve(session)).toEqual(NOTHING)
  })

  test('leaves no lock_timeout behind', async () => {
    const { session } = await migratedWarehouse()
    await evolve(session)
    const { rows } = await session.client.query('show lock_timeout')
    expect(rows).toEqual([{ lock_timeout: '0' }])
  })
})
