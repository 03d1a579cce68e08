import { expect, test } from 'vitest'
import { mergeCatalog } from '../../src/transform/catalog.ts'
import { contacts, migratedWarehouse, openStream } from './support/warehouse.ts'

/** What people call their fields, and the column as they would type it, without quotes. */
const labels: readonly (readonly [label: string, column: string])[] = [
  ['Möödumine', 'cf_moodumine'],
  ['北京', 'cf_beijing'],
  ['Сумма сделки', 'cf_summa_sdelki'],
  ['רחוב', 'cf_rhvv'],
  ['\u202eعقد\u202c', 'cf_qd'],
  ['🦆', 'cf_duck'],
  ['👨‍👩‍👧‍👦', 'cf_man_woman_girl_boy'],
  ['🇪🇪', 'cf_ee'],
  ['Z̸̢͓a̷l̶g̵o', 'cf_zalgo'],
  ['\u0301\u0302', 'cf_field'],
  ['', 'cf_field_2'],
  ['\ue000\u0000\ud800', 'cf_field_3'],
  ['select', 'cf_select'],
  ['Order', 'cf_order'],
  ['"; drop table contacts; --', 'cf_drop_table_contacts'],
  ["'); delete from contacts; --", 'cf_delete_from_contacts'],
  ['${x}`$$', 'cf_x'],
  ['50 % off', 'cf_50_off'],
  ['id', 'cf_id'],
  ['Name', 'cf_name'],
  ['_extra', 'cf_extra'],
  ['cf_id', 'cf_cf_id'],
  ['Size', 'cf_size'],
  ['SIZE', 'cf_size_2'],
  ['Sïze', 'cf_size_3'],
  ['Size 2', 'cf_size_2_2'],
  ['x'.repeat(255), `cf_${'x'.repeat(60)}`],
  [`${'x'.repeat(254)}y`, `cf_${'x'.repeat(58)}_2`],
  ['京'.repeat(255), `cf_${'jing'.repeat(15)}`],
]

test('whatever a field is called, its column can be written, read and commented under a name that a person can type', async () => {
  const { db, session } = await migratedWarehouse()
  const fields = labels.map(([label], index) => ({
    ...{ code: `code${index}`, label, type: 'varchar' },
    ...{ description: label, isCustom: true, options: [] },
  }))
  const catalog = mergeCatalog(['id', 'name'], [], fields)
  expect(catalog.map(({ columnName }) => columnName)).toEqual(labels.map(([, column]) => column))
  const { load } = await openStream(session, contacts, catalog)
  await load([{ id: 1, custom_fields: Object.fromEntries(fields.map(({ code, label }) => [code, label])) }])
  const [row] = await db.query(
    `select ${labels.map(([, column]) => column).join(', ')} from pipedrive.contacts`,
  )
  const held = labels.map(([label, column]) => [column, label.toWellFormed().replaceAll('\0', '\ufffd')])
  expect(row).toEqual(Object.fromEntries(held))
  const comments = await db.query<{ comment: string }>(
    `select col_description('pipedrive.contacts'::regclass, attnum) as comment from pg_attribute
     where attrelid = 'pipedrive.contacts'::regclass and attname like 'cf\\_%' order by attnum`,
  )
  expect(comments.map(({ comment }) => comment)).toEqual(
    held.map(([, label], index) => `${label} (code${index}, varchar)`),
  )
})

test('a field that takes the name of another one’s derived column makes way, whichever comes first', async () => {
  const field = (code: string, label: string, type: string) => ({
    ...{ code, label, type },
    ...{ description: null, isCustom: true, options: [] },
  })
  const budget = field('a', 'Budget', 'monetary')
  const currency = field('b', 'Budget currency', 'varchar')
  const values = { a: { value: 5, currency: 'EUR' }, b: 'text' }
  for (const [fields, columns] of [
    [
      [budget, currency],
      ['cf_budget', 'cf_budget_currency', 'cf_budget_currency_2'],
    ],
    [
      [currency, budget],
      ['cf_budget_2', 'cf_budget_2_currency', 'cf_budget_currency'],
    ],
  ] as const) {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, contacts, mergeCatalog(['id'], [], fields))
    await load([{ id: 1, custom_fields: values }])
    const rows = await db.query(`select ${columns.join(', ')} from pipedrive.contacts`)
    expect(rows.map((row) => columns.map((column) => row[column]))).toEqual([['5', 'EUR', 'text']])
  }
})
