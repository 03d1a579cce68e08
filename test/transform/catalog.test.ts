import { describe, expect, test } from 'vitest'
import type { FetchedField } from '../../src/streams/field.ts'
import {
  MOST_COLUMNS,
  mergeCatalog,
  stemOf,
  unknownTypes,
  type CatalogField,
} from '../../src/transform/catalog.ts'

const NATIVE = ['id', 'title', 'update_time']

function fetched(code: string, more: Partial<FetchedField> = {}): FetchedField {
  return { code, label: code, type: 'varchar', description: null, isCustom: true, options: [], ...more }
}

const option = (id: string, label: string) => ({ id, label, color: null })

/** The catalog after Pipedrive was looked at several times. */
function after(...looks: readonly (readonly FetchedField[])[]): readonly CatalogField[] {
  return looks.reduce<readonly CatalogField[]>((known, look) => mergeCatalog(NATIVE, known, look), [])
}

function field(catalog: readonly CatalogField[], code: string): CatalogField {
  const found = catalog.find((one) => one.code === code)
  if (found === undefined) throw new Error(`${code} is not in the catalog`)
  return found
}

describe('the catalog', () => {
  test('names a custom field after its label, and a native one after its column', () => {
    const catalog = after([
      fetched('a1', { label: 'Deal size' }),
      fetched('title', { isCustom: false }),
      fetched('weighted_value', { isCustom: false }),
    ])
    expect(catalog.map(({ columnName }) => columnName)).toEqual(['cf_deal_size', 'title', null])
  })

  test('keeps the column of a field that is renamed, and shows the new label', () => {
    const catalog = after([fetched('a1', { label: 'Size' })], [fetched('a1', { label: 'Headcount' })])
    expect(field(catalog, 'a1')).toMatchObject({ columnName: 'cf_size', label: 'Headcount', removed: false })
  })

  test('does not give the name of a renamed field to a new one', () => {
    const catalog = after(
      [fetched('a1', { label: 'Size' })],
      [fetched('a2', { label: 'Size' }), fetched('a1', { label: 'Headcount' })],
    )
    expect(field(catalog, 'a1').columnName).toBe('cf_size')
    expect(field(catalog, 'a2').columnName).toBe('cf_size_2')
  })

  test('does not give the name of a removed field to a new one', () => {
    const catalog = after([fetched('a1', { label: 'Size' })], [], [fetched('a2', { label: 'Size' })])
    expect(field(catalog, 'a2').columnName).toBe('cf_size_2')
  })

  test('does not give a name that a derived column of another field has', () => {
    const catalog = after([
      fetched('a1', { label: 'Budget', type: 'monetary' }),
      fetched('a2', { label: 'Budget currency' }),
    ])
    expect(field(catalog, 'a2').columnName).toBe('cf_budget_currency_2')
  })

  test('tells two fields with one label apart', () => {
    const catalog = after([fetched('a1', { label: 'Size' }), fetched('a2', { label: 'size!' })])
    expect(catalog.map(({ columnName }) => columnName)).toEqual(['cf_size', 'cf_size_2'])
  })

  test('gives a field that has changed its type another column, and keeps the one that it had', () => {
    const [double, money] = ['double', 'monetary'].map((type) => [fetched('a1', { label: 'Size', type })])
    const names = (...looks: readonly FetchedField[][]) =>
      after(...looks).map(({ type, columnName, removed }) => [type, columnName, removed])
    expect(names(double!, money!)).toEqual([
      ['monetary', 'cf_size__monetary', false],
      ['double', 'cf_size', true],
    ])
    expect(names(double!, money!, double!)).toEqual([
      ['double', 'cf_size', false],
      ['monetary', 'cf_size__monetary', true],
    ])
  })

  test('keeps a removed field with its column, and unmarks it when it is back', () => {
    const looks = [[fetched('a1', { label: 'Size' })], []]
    expect(after(...looks)).toEqual([expect.objectContaining({ columnName: 'cf_size', removed: true })])
    const back = after(...looks, [fetched('a1', { label: 'Size' })])
    expect(back).toEqual([expect.objectContaining({ columnName: 'cf_size', removed: false })])
  })

  test('keeps a removed option with its last label, and takes the new label of one that is renamed', () => {
    const catalog = after(
      [fetched('a1', { type: 'enum', options: [option('1', 'Cold'), option('2', 'Warm')] })],
      [fetched('a1', { type: 'enum', options: [option('2', 'Hot')] })],
    )
    expect(field(catalog, 'a1').options).toEqual([
      { id: '2', label: 'Hot', color: null, removed: false },
      { id: '1', label: 'Cold', color: null, removed: true },
    ])
  })

  test('unmarks an option that is back', () => {
    const [full, empty] = [[option('1', 'Cold')], []].map((options) => [
      fetched('a1', { type: 'enum', options }),
    ])
    expect(field(after(full ?? [], empty ?? [], full ?? []), 'a1').options).toEqual([
      { id: '1', label: 'Cold', color: null, removed: false },
    ])
  })

  test('changes nothing when Pipedrive has not changed', () => {
    const look = [fetched('a1', { label: 'Budget', type: 'monetary' }), fetched('title', { isCustom: false })]
    expect(after(look, look)).toEqual(after(look))
  })

  test('gives no column to fields past what a table holds, and never takes one away again', () => {
    const many = Array.from({ length: MOST_COLUMNS }, (_, index) =>
      fetched(`f${index}`, { label: `Field ${index}` }),
    )
    const catalog = after(many)
    const named = catalog.filter(({ columnName }) => columnName !== null)
    expect(named).toHaveLength(MOST_COLUMNS - NATIVE.length)
    expect(new Set(named.map(({ columnName }) => columnName)).size).toBe(named.length)
    const more = after(many, [...many, fetched('late', { label: 'Late' })])
    expect(field(more, 'late').columnName).toBeNull()
    expect(more.slice(0, many.length)).toEqual(catalog)
  })

  test('tells of custom fields that are there whose type nobody has described', () => {
    const look = [
      fetched('a1', { type: 'hologram' }),
      fetched('a2', { type: 'toString' }),
      fetched('a3', { type: 'varchar' }),
      fetched('visible_to', { type: 'visibility', isCustom: false }),
    ]
    const catalog = after(look)
    expect(unknownTypes(catalog)).toEqual(['a1', 'a2'])
    const retyped = [fetched('a1', { type: 'varchar' }), ...look.slice(2)]
    expect(unknownTypes(after(look, retyped))).toEqual([])
  })

  test('counts every column of a field against what a table holds', () => {
    const addresses = Array.from({ length: 200 }, (_, index) => fetched(`f${index}`, { type: 'address' }))
    const named = after(addresses).filter(({ columnName }) => columnName !== null)
    expect(named).toHaveLength(Math.floor((MOST_COLUMNS - NATIVE.length) / 11))
  })

  test('holds texts that PostgreSQL can hold', () => {
    const look = [
      fetched('a\u00001', {
        label: 'Si\u0000ze',
        description: 'a\ud83d',
        type: 'en\u0000um',
        options: [{ id: '\u00001', label: 'Co\u0000ld', color: 'r\u0000d' }],
      }),
    ]
    expect(field(after(look), 'a\ufffd1')).toMatchObject({
      label: 'Si\ufffdze',
      type: 'en\ufffdum',
      description: 'a\ufffd',
      options: [{ id: '\ufffd1', label: 'Co\ufffdld', color: 'r\ufffdd' }],
    })
    expect(after(look, look)).toEqual(after(look))
  })

  test('holds once what Pipedrive says twice: the first of two fields, or options, with one code', () => {
    const options = [option('1', 'Cold'), option('2', 'Warm'), option('1', 'Hot')]
    const look = [
      fetched('a1', { label: 'Size', type: 'enum', options }),
      fetched('a1', { label: 'Again' }),
      fetched('a2'),
    ]
    for (const catalog of [after(look), after(look, look)]) {
      expect(catalog.map(({ code, label }) => [code, label])).toEqual([
        ['a1', 'Size'],
        ['a2', 'a2'],
      ])
      expect(field(catalog, 'a1').options.map(({ id, label }) => [id, label])).toEqual([
        ['1', 'Cold'],
        ['2', 'Warm'],
      ])
    }
  })
})

test('the stem of a column is what the field is called, where the column has the ending of its type and where not', () => {
  const reference = { type: 'org', isCustom: true }
  expect(stemOf('cf_partner_id', reference)).toBe('cf_partner')
  expect(stemOf('cf_partner', reference)).toBe('cf_partner')
  expect(stemOf('cf_partner_id', { type: 'varchar', isCustom: true })).toBe('cf_partner_id')
  expect(stemOf(null, reference)).toBeNull()
})
