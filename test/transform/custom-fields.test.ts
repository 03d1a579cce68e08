import { describe, expect, test } from 'vitest'
import type { Stream } from '../../src/streams/stream.ts'
import { mergeCatalog } from '../../src/transform/catalog.ts'
import type { Cell } from '../../src/transform/cells.ts'
import { layoutStream } from '../../src/transform/layout.ts'
import { compileTransform } from '../../src/transform/records.ts'
import { transformPage } from '../support/copy-rows.ts'

const HASH = 'c'.repeat(40)

const stream: Stream = {
  name: 'things',
  description: 'Things',
  key: ['id'],
  cursorField: null,
  columns: { id: 'bigint' },
  partitions: [],
  catalogs: [],
}

const options = [
  { id: '1', label: 'Cold', color: null },
  { id: '2', label: 'Hot', color: null },
]

/** The cells of one custom field of this type, and what was left over, after a record was read. */
function read(type: string, record: Readonly<Record<string, unknown>>) {
  const catalog = mergeCatalog(
    ['id'],
    [],
    [{ code: HASH, label: 'X', type, description: null, isCustom: true, options }],
  )
  const layout = layoutStream(stream, catalog)
  const { rows, drift } = transformPage(compileTransform(stream, catalog), layout, [{ id: 1, ...record }])
  const row = rows[0] ?? []
  const cells: Record<string, Cell> = {}
  for (const [index, column] of layout.columns.entries())
    if (column.name.startsWith('cf_') && row[index] !== null) cells[column.name] = row[index] ?? null
  const extra = row.at(-1) ?? null
  return { cells, extra: extra === null ? null : (JSON.parse(extra as string) as unknown), drift }
}

const v2 = (value: unknown) => ({ custom_fields: { [HASH]: value } })
const v1 = (value: unknown, parts: Readonly<Record<string, unknown>> = {}) => ({
  [HASH]: value,
  ...Object.fromEntries(Object.entries(parts).map(([part, each]) => [`${HASH}_${part}`, each])),
})

const place = {
  subpremise: '4',
  street_number: '24',
  route: 'Nowy Świat',
  sublocality: 'Śródmieście',
  locality: 'Warszawa',
  admin_area_level_1: 'Mazowieckie',
  admin_area_level_2: 'Warszawa',
  country: 'Poland',
  postal_code: '00-373',
  formatted_address: 'Nowy Świat 24/4, Warszawa',
}
const zone = { timezone_id: 199, timezone_name: 'Europe/Warsaw' }
const inZone = { cf_x_timezone: 'Europe/Warsaw', cf_x_timezone_id: 199 }

type Case = readonly [
  string,
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, Cell>>,
]

const sixteen: readonly Case[] = [
  ['varchar', v2('a'), v1('a'), { cf_x: 'a' }],
  ['varchar_auto', v2('a'), v1('a'), { cf_x: 'a' }],
  ['text', v2('a\nb'), v1('a\nb'), { cf_x: 'a\nb' }],
  ['phone', v2('+48 22 000'), v1('+48 22 000'), { cf_x: '+48 22 000' }],
  ['double', v2(1.5), v1(1.5), { cf_x: 1.5 }],
  [
    'monetary',
    v2({ value: 10, currency: 'EUR' }),
    v1(10, { currency: 'EUR' }),
    { cf_x: 10, cf_x_currency: 'EUR' },
  ],
  ['date', v2('2026-05-15'), v1('2026-05-15'), { cf_x: '2026-05-15' }],
  [
    'daterange',
    v2({ value: '2026-05-15', until: '2026-05-16' }),
    v1('2026-05-15', { until: '2026-05-16' }),
    { cf_x: '2026-05-15', cf_x_until: '2026-05-16' },
  ],
  ['time', v2({ value: '09:30:00', ...zone }), v1('09:30:00', zone), { cf_x: '09:30:00', ...inZone }],
  [
    'timerange',
    v2({ value: '09:30:00', until: '10:00:00', ...zone }),
    v1('09:30:00', { until: '10:00:00', ...zone }),
    { cf_x: '09:30:00', cf_x_until: '10:00:00', ...inZone },
  ],
  ['enum', v2(2), v1('2'), { cf_x: 'Hot', cf_x_id: 2 }],
  ['set', v2([2, 1]), v1('2,1'), { cf_x: ['Hot', 'Cold'], cf_x_ids: [2, 1] }],
  ['user', v2(7), v1(7), { cf_x_id: 7 }],
  ['org', v2(7), v1(7), { cf_x_id: 7 }],
  ['people', v2(7), v1('7'), { cf_x_id: 7 }],
  [
    'address',
    v2({ value: 'Nowy Świat 24', ...place }),
    v1('Nowy Świat 24', place),
    {
      cf_x: 'Nowy Świat 24',
      ...Object.fromEntries(Object.entries(place).map(([part, value]) => [`cf_x_${part}`, value])),
    },
  ],
]

describe('the sixteen types of custom field', () => {
  test('are sixteen', () => {
    expect(new Set(sixteen.map(([type]) => type)).size).toBe(16)
  })

  test.each(sixteen)(
    '%s comes out the same of v2’s nested and of v1’s flat form',
    (type, nested, flat, cells) => {
      const whole = { cells, extra: null, drift: [] }
      expect(read(type, nested)).toEqual(whole)
      expect(read(type, flat)).toEqual(whole)
    },
  )

  test.each(sixteen)('%s that is not set leaves its columns empty, in silence', (type) => {
    const nothing = { cells: {}, extra: null, drift: [] }
    expect(read(type, v2(null))).toEqual(nothing)
    expect(read(type, v1(null, { currency: null, until: null, timezone_id: null, route: null }))).toEqual(
      nothing,
    )
    expect(read(type, { custom_fields: null })).toEqual(nothing)
    expect(read(type, {})).toEqual(nothing)
  })

  test.each(sixteen)('%s of a wrong shape is kept under its own key and told', (type) => {
    const odd = { surprise: { deep: true } }
    for (const form of [v2(odd), v1(odd)]) {
      const { cells, extra, drift } = read(type, form)
      expect({ cells, extra }).toEqual({ cells: {}, extra: { [HASH]: odd } })
      expect(drift.map(({ key, count }) => [key.split('.')[0], count])).toEqual([[HASH, 1]])
    }
  })
})

describe('what does not fit whole', () => {
  test.each([
    [
      'monetary with a part nobody knows',
      'monetary',
      v2({ value: 1, currency: 'EUR', vat: 2 }),
      { cf_x: 1, cf_x_currency: 'EUR' },
      { vat: 2 },
    ],
    [
      'monetary whose amount is a word',
      'monetary',
      v2({ value: 'ten', currency: 'EUR' }),
      { cf_x_currency: 'EUR' },
      { value: 'ten' },
    ],
    [
      'a range whose end is no day',
      'daterange',
      v2({ value: '2026-05-15', until: '2026-02-30' }),
      { cf_x: '2026-05-15' },
      { until: '2026-02-30' },
    ],
    ['an option that is not in the catalog', 'enum', v2(9), { cf_x_id: 9 }, 9],
    [
      'a set with one option that is not in the catalog',
      'set',
      v2([2, 9]),
      { cf_x: ['Hot'], cf_x_ids: [2, 9] },
      [2, 9],
    ],
    ['a set with a word in it', 'set', v1('2,x'), {}, '2,x'],
    [
      'an option with another label than the catalog has',
      'enum',
      v2({ id: 2, label: 'Boiling' }),
      { cf_x: 'Hot', cf_x_id: 2 },
      { id: 2, label: 'Boiling' },
    ],
    [
      'options of which one has another label than the catalog has',
      'set',
      v2([
        { id: 1, label: 'Cold' },
        { id: 2, label: 'Boiling' },
      ]),
      { cf_x: ['Cold', 'Hot'], cf_x_ids: [1, 2] },
      [
        { id: 1, label: 'Cold' },
        { id: 2, label: 'Boiling' },
      ],
    ],
    [
      'a list of a webhook that has more than values',
      'set',
      v2({ type: 'set', values: [{ id: 1 }], total: 9 }),
      {},
      { type: 'set', values: [{ id: 1 }], total: 9 },
    ],
    ['a user with two ids', 'user', v1({ id: 7, value: 8 }), { cf_x_id: 7 }, { id: 7, value: 8 }],
    ['a webhook’s number that is a word', 'double', v2({ type: 'double', value: 'ten' }), {}, 'ten'],
    [
      'a webhook’s text with more than a text',
      'varchar',
      v2({ type: 'varchar', value: 'a', language: 'et' }),
      { cf_x: 'a' },
      { language: 'et' },
    ],
    [
      'a user with its name, as v1 may send it',
      'user',
      v1({ id: 7, name: 'Ada' }),
      { cf_x_id: 7 },
      { id: 7, name: 'Ada' },
    ],
    [
      'an organization by its value',
      'org',
      v1({ value: 7, name: 'Acme' }),
      { cf_x_id: 7 },
      { value: 7, name: 'Acme' },
    ],
    ['a number past the largest', 'double', v2(JSON.parse('1e400')), {}, 'Infinity'],
    ['a day that is not', 'date', v2('2026-02-30'), {}, '2026-02-30'],
  ])('%s: what fits has its column, and what does not is kept', (_what, type, record, cells, kept) => {
    const found = read(type, record)
    expect(found.cells).toEqual(cells)
    expect(found.extra).toEqual({ [HASH]: kept })
    expect(found.drift.map(({ key, count }) => [key.split('.')[0], count])).toEqual([[HASH, 1]])
  })

  test('a field of a type nobody has described is kept as JSON in a column of its own', () => {
    expect(read('hologram', v2({ depth: 3 }))).toEqual({
      cells: { cf_x: '{"depth":3}' },
      extra: null,
      drift: [],
    })
    expect(read('constructor', v2(1)).cells).toEqual({ cf_x: '1' })
  })

  test('an empty string in v1 is nothing', () => {
    for (const type of ['double', 'date', 'enum', 'set', 'user', 'time'])
      expect(read(type, v1('')), type).toEqual({ cells: {}, extra: null, drift: [] })
  })

  test('an empty set of v2 is an empty list, not nothing', () => {
    expect(read('set', v2([])).cells).toEqual({ cf_x: [], cf_x_ids: [] })
  })

  test('a part whose field is not set has its column all the same', () => {
    expect(read('monetary', v1(null, { currency: 'EUR' }))).toEqual({
      cells: { cf_x_currency: 'EUR' },
      extra: null,
      drift: [],
    })
  })

  test('a flat part that no column takes is kept under its own key', () => {
    expect(read('address', v1('Here', { lat: 52.2 }))).toEqual({
      cells: { cf_x: 'Here' },
      extra: { [`${HASH}_lat`]: 52.2 },
      drift: [{ key: `${HASH}_lat`, reason: 'unknown', count: 1 }],
    })
  })

  test('a removed option keeps its last label', () => {
    const field = { code: HASH, label: 'X', type: 'enum', description: null, isCustom: true }
    const catalog = mergeCatalog(['id'], mergeCatalog(['id'], [], [{ ...field, options }]), [
      { ...field, options: [] },
    ])
    const layout = layoutStream(stream, catalog)
    const page = transformPage(compileTransform(stream, catalog), layout, [{ id: 1, ...v2(2) }])
    expect(page.rows).toEqual([[1, 'Hot', 2, null, null]])
    expect(page.drift).toEqual([])
  })
})
