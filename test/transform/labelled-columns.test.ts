import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CatalogField } from '../../src/transform/catalog.ts'
import { labelColumns } from '../../src/transform/labelled-columns.ts'
import { customColumns, type Column } from '../../src/transform/layout.ts'

const column = (name: string): Column => ({ name, type: 'text', comment: null })
const NATIVE = ['id', 'value', 'status', '_deleted_at']

function field(columnName: string | null, label: string, type = 'varchar', removed = false): CatalogField {
  const code = `code of ${columnName}`
  return { code, label, type, columnName, removed, description: null, isCustom: true, options: [] }
}

function native(code: string, label: string): CatalogField {
  return { ...field(code, label), code, isCustom: false }
}

/** What each column is called, in the order of the columns. */
function labels(catalog: readonly CatalogField[]): Record<string, string> {
  const columns = [...NATIVE.map(column), ...catalog.flatMap((each) => customColumns(each))]
  return Object.fromEntries(labelColumns(columns, catalog).map(({ column, label }) => [column.name, label]))
}

describe('what columns are called', () => {
  test('is the label of their field, with a word for what else it has; without a field their name', () => {
    expect(
      labels([
        native('value', 'Deal value'),
        field('cf_size', 'Size'),
        field('cf_budget', 'Budget', 'monetary'),
        field('cf_region', 'Region', 'enum'),
        field('cf_tags', 'Tags', 'set'),
        field('cf_deadline', 'Deadline', 'daterange'),
        field('cf_shift', 'Shift', 'timerange'),
        field('cf_partner', 'Partner', 'people'),
      ]),
    ).toEqual({
      id: 'id',
      value: 'Deal value',
      status: 'status',
      _deleted_at: '_deleted_at',
      cf_size: 'Size',
      cf_budget: 'Budget',
      cf_budget_currency: 'Budget currency',
      cf_region: 'Region',
      cf_region_id: 'Region id',
      cf_tags: 'Tags',
      cf_tags_ids: 'Tags ids',
      cf_deadline: 'Deadline',
      cf_deadline_until: 'Deadline until',
      cf_shift: 'Shift',
      cf_shift_until: 'Shift until',
      cf_shift_timezone: 'Shift timezone',
      cf_shift_timezone_id: 'Shift timezone id',
      cf_partner_id: 'Partner id',
    })
  })

  test('holds nothing that is not seen, but what emoji and joined letters are made of', () => {
    const [zeroWidth, mark, joiner, nonJoiner] = ['\u200b', '\u200e', '\u200d', '\u200c']
    const named = [
      ...['Region', `Region${zeroWidth}`, `${mark}Re\u00adgion\ufe0f`, `Re${joiner}gion`, zeroWidth],
      ...[`👩${joiner}💻`, '❤\ufe0f', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
      ...[`می${nonJoiner}خواهم`, `क्${joiner}ष`],
    ]
    const shown = labels(named.map((label, index) => field(`cf_${index}`, label)))
    expect(named.map((_, index) => shown[`cf_${index}`])).toEqual([
      ...['Region', 'Region (2)', 'Region (3)', 'Region (4)', 'cf_4'],
      ...named.slice(5),
    ])
  })

  test('has a number behind it where others came first, the same for all columns of a field', () => {
    expect(
      labels([
        field('cf_one', 'Price'),
        field('cf_two', 'PRICE', 'monetary'),
        field('cf_three', 'Price (2)'),
        field('cf_four', 'Price currency'),
        field('cf_five', '_deleted_at'),
        native('status', 'price'),
      ]),
    ).toMatchObject({
      status: 'price',
      cf_one: 'Price (2)',
      cf_two: 'PRICE (3)',
      cf_two_currency: 'PRICE currency (3)',
      cf_three: 'Price (2) (2)',
      cf_four: 'Price currency',
      _deleted_at: '_deleted_at',
      cf_five: '_deleted_at (2)',
    })
  })

  test('says that a field was removed, and leaves its bare label to another', () => {
    expect(labels([field('cf_old', 'Fee', 'monetary', true), field('cf_new', 'Fee')])).toMatchObject({
      cf_old: 'Fee (removed)',
      cf_old_currency: 'Fee currency (removed)',
      cf_new: 'Fee',
    })
  })

  test('is that of the type that a field has now, and its earlier type is a removed field', () => {
    const retyped = [
      native('status', 'State'),
      { ...native('status', 'State'), type: 'enum', removed: true },
      { ...field('cf_fee', 'Fee'), code: 'fee', removed: true },
      { ...field('cf_fee__monetary', 'Fee', 'monetary'), code: 'fee' },
    ]
    expect(labels(retyped)).toMatchObject({
      status: 'State',
      cf_fee: 'Fee (removed)',
      cf_fee__monetary: 'Fee',
      cf_fee__monetary_currency: 'Fee currency',
    })
  })

  test.each([
    ['', 'cf_x'],
    [' \n\t', 'cf_x'],
    ['  Net\n\tworth\u0007 ', 'Net worth'],
    ['Say "hi"', 'Say "hi"'],
    ['Ka\u0308rg', 'K\u00e4rg'],
    ['ä'.repeat(40), 'ä'.repeat(31)],
    [`${'x'.repeat(61)}😀`, 'x'.repeat(61)],
  ])('%j is shown as %j', (label, shown) => {
    expect(labels([field('cf_x', label)])).toMatchObject({ cf_x: shown })
  })

  test('keeps its ending where the label is cut', () => {
    const long = 'Õ'.repeat(70)
    expect(labels([field('cf_a', long, 'monetary'), field('cf_b', long, 'monetary', true)])).toMatchObject({
      cf_a: 'Õ'.repeat(31),
      cf_a_currency: `${'Õ'.repeat(27)} currency`,
      cf_b: `${'Õ'.repeat(26)} (removed)`,
      cf_b_currency: `${'Õ'.repeat(22)} currency (removed)`,
    })
  })

  test('is at most 63 bytes and never the same twice, and does not change when a field is added', () => {
    const label = fc.oneof(
      fc.constantFrom('A', 'a', 'A (2)', 'A currency', 'id', '', 'Õ'.repeat(40)),
      // As long as a name may be, with the word at its end that another column of the field has.
      fc.constantFrom(
        ...['currency', 'id', 'country'].map((word) => `${'x'.repeat(62 - word.length)} ${word}`),
      ),
      fc.string({ unit: 'binary' }),
    )
    const type = fc.constantFrom('varchar', 'monetary', 'enum', 'address', 'odd')
    const catalogs = fc
      .array(fc.tuple(label, type, fc.boolean()), { minLength: 1, maxLength: 12 })
      .map((all) => all.map(([label, type, removed], n) => field(`cf_${n}`, label, type, removed)))
    fc.assert(
      fc.property(catalogs, (catalog) => {
        const shown = labels(catalog)
        const names = Object.values(shown)
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
        expect(names.filter((name) => name === '' || Buffer.byteLength(name) > 63)).toEqual([])
        expect(shown).toMatchObject(labels(catalog.slice(0, -1)))
      }),
    )
  })
})
