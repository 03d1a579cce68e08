import { describe, expect, test } from 'vitest'
import { listFields } from '../../src/load/field-list.ts'
import { inTransaction, type Session } from '../../src/load/connection.ts'
import { writeCatalog } from '../../src/load/catalog-store.ts'
import type { CatalogField } from '../../src/transform/catalog.ts'
import { customField, emptyWarehouse, migratedWarehouse, openStream, contacts } from './support/warehouse.ts'

const option = (id: string, label: string, removed = false) => ({ id, label, color: null, removed })
const size: CatalogField = {
  ...customField('h1', 'cf_size', 'enum', 'Size'),
  options: [option('1', 'Small'), option('2', 'Large'), option('3', 'Gone', true)],
}
const name: CatalogField = { ...customField('name', 'name', 'varchar', 'Name'), isCustom: false }

async function know(session: Session, entity: string, fields: readonly CatalogField[]) {
  await inTransaction(session, () => writeCatalog(session, entity, fields))
}

describe('the fields as people read them', () => {
  test('are those of the entities asked for, native ones first', async () => {
    const { session } = await migratedWarehouse()
    await know(session, 'deals', [size, name])
    await know(session, 'persons', [name])
    const codes = async (entities: string[]) =>
      (await listFields(session, entities)).map(({ entity, field_code }) => `${entity}.${field_code}`)
    expect(await codes([])).toEqual(['deals.name', 'deals.h1', 'persons.name'])
    expect(await codes(['persons'])).toEqual(['persons.name'])
  })

  test('say what can be chosen, and how many of the live records have a value', async () => {
    const { db, session } = await migratedWarehouse()
    await know(session, contacts.name, [size, name])
    const stream = await openStream(session, contacts, [size, name])
    await stream.load([1, 2, 3, 4, 5].map((id) => ({ id, custom_fields: { h1: id === 1 ? 2 : null } })))
    await db.query('update pipedrive.contacts set _deleted_at = now() where id = 5')
    expect(await listFields(session, [])).toMatchObject([
      { field_code: 'name', column_name: 'name', options: [], filled: 0 },
      {
        field_code: 'h1',
        column_name: 'cf_size',
        options: ['Small', 'Large'],
        filled: 0.25,
        removed_at: null,
      },
    ])
  })

  test('have no share where there is no column, or no record', async () => {
    const { session } = await migratedWarehouse()
    await know(session, contacts.name, [size, { ...name, columnName: null }])
    await openStream(session, contacts, [])
    expect((await listFields(session, [])).map(({ filled }) => filled)).toEqual([null, null])
  })

  test('have no share where a column of another type has the name', async () => {
    const { db, session } = await migratedWarehouse()
    await know(session, contacts.name, [size])
    await (await openStream(session, contacts, [])).load([{ id: 1 }])
    await db.query('alter table pipedrive.contacts add column cf_size integer default 1')
    expect((await listFields(session, [])).map(({ filled }) => filled)).toEqual([null])
  })

  test('are none in a database that was never synced', async () => {
    const { session } = await emptyWarehouse()
    expect(await listFields(session, [])).toEqual([])
  })
})
