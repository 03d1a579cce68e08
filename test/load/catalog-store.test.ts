import { describe, expect, test } from 'vitest'
import { readCatalog, writeCatalog } from '../../src/load/catalog-store.ts'
import { mergeCatalog, type CatalogField } from '../../src/transform/catalog.ts'
import { migrate } from '../../src/load/migrate.ts'
import type { FetchedField } from '../../src/streams/field.ts'
import type { Session } from '../../src/load/connection.ts'
import { migratedWarehouse } from './support/warehouse.ts'

const size: FetchedField = {
  code: 'hash1',
  label: 'Size',
  type: 'enum',
  description: 'How large',
  isCustom: true,
  options: [
    { id: '1', label: 'Small', color: null },
    { id: '2', label: 'Large', color: 'red' },
  ],
}
const title: FetchedField = {
  code: 'title',
  label: 'Title',
  type: 'varchar',
  description: null,
  isCustom: false,
  options: [],
}

/** One look at Pipedrive, as a run takes it. */
async function see(session: Session, fetched: readonly FetchedField[], entity = 'deals') {
  const merged = mergeCatalog(['id', 'title'], await readCatalog(session, entity), fetched)
  return writeCatalog(session, entity, merged)
}

async function byCode(session: Session, code: string): Promise<CatalogField | undefined> {
  return (await readCatalog(session, 'deals')).find((field) => field.code === code)
}

describe('the catalog', () => {
  test('says of its tables what they are, and does not say it again', async () => {
    const { db, session } = await migratedWarehouse()
    const comments = () =>
      db.query<{ about: string }>(
        `select obj_description(oid, 'pg_class') as about, pg_class.xmin::text from pg_class
         where oid in ('pipedrive.fields'::regclass, 'pipedrive.field_options'::regclass) order by relname`,
      )
    const before = await comments()
    expect(before.map(({ about }) => about.split(' ')[0])).toEqual(['Options', 'Fields'])
    await db.query(`comment on table pipedrive.fields is 'Old'`)
    await migrate(session)
    expect(await comments()).toEqual(before)
  })

  test('reads back what was written, options in the order of Pipedrive', async () => {
    const { session } = await migratedWarehouse()
    expect(await see(session, [title, size])).toEqual({ inserted: 2, updated: 0 })
    expect(await byCode(session, 'hash1')).toEqual({
      ...size,
      columnName: 'cf_size',
      removed: false,
      options: size.options.map((option) => ({ ...option, removed: false })),
    })
    expect(await byCode(session, 'title')).toEqual({ ...title, columnName: 'title', removed: false })
  })

  test('seen again unchanged is neither written nor locked', async () => {
    const { db, session } = await migratedWarehouse()
    const stamps = () =>
      db.query(
        `select xmin::text, xmax::text from pipedrive.fields
         union all select xmin::text, xmax::text from pipedrive.field_options`,
      )
    await see(session, [title, size])
    const before = await stamps()
    expect(before).toHaveLength(4)
    expect(await see(session, [title, size])).toEqual({ inserted: 0, updated: 0 })
    expect(await stamps()).toEqual(before)
  })

  test('keeps the column of the first day whatever the field is called', async () => {
    const { session } = await migratedWarehouse()
    await see(session, [size])
    const renamed = { ...size, label: 'Format', description: null }
    expect(await see(session, [renamed])).toEqual({ inserted: 0, updated: 1 })
    expect(await byCode(session, 'hash1')).toMatchObject({
      label: 'Format',
      description: null,
      type: 'enum',
      columnName: 'cf_size',
    })
    await see(session, [renamed, { ...size, code: 'hash2' }])
    expect(await byCode(session, 'hash2')).toMatchObject({ label: 'Size', columnName: 'cf_size_2' })
  })

  test('never moves the pin, even if asked to', async () => {
    const { session } = await migratedWarehouse()
    await see(session, [size])
    const [field] = await readCatalog(session, 'deals')
    await writeCatalog(session, 'deals', [{ ...field!, columnName: 'cf_other', label: 'Other' }])
    expect(await byCode(session, 'hash1')).toMatchObject({
      columnName: 'cf_size',
      type: 'enum',
      label: 'Other',
    })
  })

  test('has both columns of a field that has changed its type, and one list of its options', async () => {
    const { db, session } = await migratedWarehouse()
    await see(session, [size])
    const [, second] = size.options
    await see(session, [{ ...size, type: 'set', options: [second!] }])
    const fields = await db.query(
      `select field_type as type, column_name as name, removed_at is not null as gone
       from pipedrive.fields where field_code = 'hash1' order by first_seen_at, 1`,
    )
    expect(fields).toEqual([
      { type: 'enum', name: 'cf_size', gone: true },
      { type: 'set', name: 'cf_size__set', gone: false },
    ])
    const options = await db.query(
      `select option_id as id, removed_at is not null as gone from pipedrive.field_options order by 1`,
    )
    expect(options).toEqual(size.options.map(({ id }) => ({ id, gone: id !== second!.id })))
    await see(session, [size])
    const now = (await readCatalog(session, 'deals')).map(({ type, removed }) => [type, removed])
    expect(now).toEqual([
      ['enum', false],
      ['set', true],
    ])
  })

  test('of an earlier version is brought up to date, with what is in it', async () => {
    const { db, session } = await migratedWarehouse()
    await see(session, [size])
    await db.query(`alter table pipedrive.fields drop constraint fields_pkey, drop column labels_owed,
      add constraint fields_pkey primary key (entity, field_code)`)
    await migrate(session)
    await see(session, [{ ...size, type: 'set' }])
    const types = (await readCatalog(session, 'deals')).map(({ type, removed }) => [type, removed])
    expect(types.toSorted()).toEqual([
      ['enum', true],
      ['set', false],
    ])
  })

  test('shows the first column that a field really has, and reads the stem of its columns back', async () => {
    const { db, session } = await migratedWarehouse()
    const fields = ['user', 'varchar', 'monetary'].map((type) => ({ ...size, code: type, type, options: [] }))
    await see(session, fields)
    await see(session, fields)
    const shown = await db.query(
      'select field_code as code, column_name as name from pipedrive.fields order by 1',
    )
    expect(shown).toEqual([
      { code: 'monetary', name: 'cf_size_2' },
      { code: 'user', name: 'cf_size_id' },
      { code: 'varchar', name: 'cf_size' },
    ])
    expect((await readCatalog(session, 'deals')).map(({ code, columnName }) => [code, columnName])).toEqual([
      ['monetary', 'cf_size_2'],
      ['user', 'cf_size'],
      ['varchar', 'cf_size'],
    ])
  })

  test('follows the registry in the column of a native field', async () => {
    const { session } = await migratedWarehouse()
    await writeCatalog(session, 'deals', mergeCatalog([], [], [title]))
    expect(await byCode(session, 'title')).toMatchObject({ columnName: null })
    expect(await see(session, [title])).toEqual({ inserted: 0, updated: 1 })
    expect(await byCode(session, 'title')).toMatchObject({ columnName: 'title' })
    expect(await see(session, [title])).toEqual({ inserted: 0, updated: 0 })
  })

  test('keeps a field that has gone, with the time it was first missed, until it is back', async () => {
    const { db, session } = await migratedWarehouse()
    const removedAt = async () =>
      (
        await db.query<{ at: Date | null }>(
          `select removed_at as at from pipedrive.fields where field_code = 'hash1'`,
        )
      )[0]?.at
    await see(session, [title, size])
    expect(await see(session, [title])).toEqual({ inserted: 0, updated: 1 })
    const first = await removedAt()
    expect(first).toBeInstanceOf(Date)
    expect(await byCode(session, 'hash1')).toMatchObject({
      removed: true,
      columnName: 'cf_size',
      label: 'Size',
    })
    expect(await see(session, [title])).toEqual({ inserted: 0, updated: 0 })
    expect(await removedAt()).toEqual(first)
    expect(await see(session, [title, size])).toEqual({ inserted: 0, updated: 1 })
    expect(await removedAt()).toBeNull()
  })

  test('follows options that are renamed, moved, recoloured, removed and added', async () => {
    const { session } = await migratedWarehouse()
    await see(session, [size])
    const now = [
      { id: '3', label: 'Huge', color: null },
      { id: '2', label: 'Big', color: 'blue' },
    ]
    await see(session, [{ ...size, options: now }])
    expect((await byCode(session, 'hash1'))?.options).toEqual([
      { ...now[0], removed: false },
      { ...now[1], removed: false },
      { id: '1', label: 'Small', color: null, removed: true },
    ])
  })

  test('keeps the time at which an option was first missed', async () => {
    const { db, session } = await migratedWarehouse()
    const removed = () =>
      db.query(`select option_id, removed_at from pipedrive.field_options where removed_at is not null`)
    await see(session, [size])
    const smaller = { ...size, options: size.options.slice(0, 1) }
    await see(session, [smaller])
    const first = await removed()
    expect(first).toMatchObject([{ option_id: '2' }])
    await see(session, [{ ...smaller, options: [{ id: '1', label: 'Tiny', color: null }] }])
    expect(await removed()).toEqual(first)
    await see(session, [size])
    expect(await removed()).toEqual([])
  })

  test('takes a field with twelve thousand options', async () => {
    const { session } = await migratedWarehouse()
    const options = Array.from({ length: 12_000 }, (_, index) => ({
      id: String(index),
      label: `Option ${index}`,
      color: null,
    }))
    await see(session, [{ ...size, options }])
    const found = await byCode(session, 'hash1')
    expect(found?.options.map(({ id }) => id)).toEqual(options.map(({ id }) => id))
  })

  test('is one for each entity', async () => {
    const { session } = await migratedWarehouse()
    await see(session, [size])
    await see(session, [{ ...size, label: 'Of persons' }], 'persons')
    expect(await byCode(session, 'hash1')).toMatchObject({ label: 'Size', columnName: 'cf_size' })
    expect((await readCatalog(session, 'persons'))[0]).toMatchObject({ columnName: 'cf_of_persons' })
    expect(await writeCatalog(session, 'leads', [])).toEqual({ inserted: 0, updated: 0 })
  })
})
