import { beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/load/connection.ts'
import { migrate } from '../../src/load/migrate.ts'
import { ADDRESS_PARTS } from '../../src/streams/address.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { mergeCatalog } from '../../src/transform/catalog.ts'
import { fieldColumns } from '../../src/transform/custom-fields.ts'
import { testDatabase } from '../support/database.ts'
import { SCHEMAS, openStream } from './support/warehouse.ts'

const things: Stream = {
  name: 'things',
  description: 'Records with custom fields',
  key: ['id'],
  cursorField: null,
  columns: { id: 'bigint' },
  partitions: [],
  catalogs: [],
}
const OPTIONS = [
  { id: '11', label: 'Cold, "dry"', color: null },
  { id: '12', label: 'Hot', color: 'red' },
]

const zone = { timezone_id: 199 }
const named = { ...zone, timezone_name: 'Europe/Warsaw' }
const parts = Object.fromEntries(ADDRESS_PARTS.map((part) => [part, `${part} of Nowy Świat\t24\\4`]))
const UUID = '8f4c2e1a-0b5d-4c7e-9a3f-6d2b1e0c9f8a'
const PERSON = { active_flag: true, name: 'Ada', email: [], phone: [] }

/** The values of one field in the forms that Pipedrive sends it in, and what the columns hold of each, as PostgreSQL writes it. */
interface Case {
  readonly type: string
  /** Inside `custom_fields` (v2). */
  readonly nested: unknown
  /** At the root (v1), and the members beside it. */
  readonly flat: unknown
  readonly beside?: Readonly<Record<string, unknown>>
  /** Inside `custom_fields` (webhooks), without the `type` beside it. */
  readonly webhook: Readonly<Record<string, unknown>>
  /** Inside `custom_fields` with `include_option_labels` (v2), where that is another form. */
  readonly labelled?: unknown
  /** By the columns' suffixes. */
  readonly held: Readonly<Record<string, string>>
  /** Only in the columns of the nested form. */
  readonly nestedOnly?: Readonly<Record<string, string>>
}

function simple(type: string, value: unknown, held: string, flat: unknown = value): Case {
  return { type, nested: value, flat, webhook: { value }, held: { '': held } }
}

function reference(type: string, id: number | string = 7): Case {
  return { type, nested: id, flat: String(id), webhook: { id }, held: { _id: String(id) } }
}

const cases: readonly Case[] = [
  simple('varchar', 'a "b" \\N\té', 'a "b" \\N\té'),
  simple('varchar_auto', '', ''),
  simple('text', 'a\nb\r\n{c}', 'a\nb\r\n{c}'),
  simple('phone', '+48 22 000', '+48 22 000'),
  simple('double', 0.1234567890123456, '0.1234567890123456', '0.1234567890123456'),
  simple('date', '2024-02-29', '2024-02-29'),
  {
    type: 'monetary',
    nested: { value: 10.5, currency: 'EUR' },
    flat: '10.5',
    beside: { currency: 'EUR' },
    webhook: { value: 10.5, currency: 'EUR' },
    held: { '': '10.5', _currency: 'EUR' },
  },
  {
    type: 'daterange',
    nested: { value: '2026-05-15', until: '2026-05-31' },
    flat: '2026-05-15',
    beside: { until: '2026-05-31' },
    webhook: { from: '2026-05-15', until: '2026-05-31' },
    held: { '': '2026-05-15', _until: '2026-05-31' },
  },
  {
    type: 'time',
    nested: { value: '09:30:00', ...named },
    flat: '09:30:00',
    beside: zone,
    webhook: { value: '09:30:00', ...zone },
    held: { '': '09:30:00', _timezone_id: '199' },
    nestedOnly: { _timezone: 'Europe/Warsaw' },
  },
  {
    type: 'timerange',
    nested: { value: '09:30:00', until: '00:15:00', ...named },
    flat: '09:30:00',
    beside: { until: '00:15:00', ...zone },
    webhook: { from: '09:30:00', until: '00:15:00', ...zone },
    held: { '': '09:30:00', _until: '00:15:00', _timezone_id: '199' },
    nestedOnly: { _timezone: 'Europe/Warsaw' },
  },
  {
    type: 'address',
    nested: { value: 'Nowy Świat 24', ...parts },
    flat: 'Nowy Świat 24',
    beside: parts,
    webhook: { value: 'Nowy Świat 24', ...parts },
    held: {
      '': 'Nowy Świat 24',
      ...Object.fromEntries(Object.entries(parts).map(([part, value]) => [`_${part}`, value])),
    },
  },
  {
    type: 'enum',
    nested: 11,
    flat: '11',
    webhook: { id: 11 },
    labelled: { id: 11, label: 'Cold, "dry"' },
    held: { '': 'Cold, "dry"', _id: '11' },
  },
  {
    type: 'set',
    nested: [12, 11],
    flat: '12,11',
    webhook: { values: [{ id: 12 }, { id: 11 }] },
    labelled: [
      { id: 12, label: 'Hot' },
      { id: 11, label: 'Cold, "dry"' },
    ],
    held: { '': '{Hot,"Cold, \\"dry\\""}', _ids: '{12,11}' },
  },
  ...['user', 'org', 'people'].map((type) => reference(type)),
  // Those of Pipedrive's own fields.
  simple('int', 42, '42', '42'),
  simple('boolean', true, 'true', 1),
  simple('varchar_options', 'Too dear', 'Too dear'),
  simple('status', 'open', 'open'),
  simple('billing_frequency', 'monthly', 'monthly'),
  simple('visible_to', 3, '3', '3'),
  ...['deal', 'product', 'project', 'pipeline', 'activity', 'stage'].map((type) => reference(type)),
  ...['picture', 'projects_board', 'projects_phase'].map((type) => reference(type)),
  reference('lead', UUID),
  {
    type: 'deals',
    nested: [3, 1],
    flat: '3,1',
    webhook: { values: [{ id: 3 }, { id: 1 }] },
    held: { _ids: '{3,1}' },
  },
]

/** Kept whole, whatever form it comes in. */
const whole = ['json', 'price_list', 'hologram'] as const

interface Read {
  readonly held: Readonly<Record<string, string>>
  readonly extra: Readonly<Record<string, unknown>> | null
}

interface Load {
  readonly rows: readonly Read[]
  readonly drift: readonly unknown[]
}

type Form = (code: string) => Readonly<Record<string, unknown>>

const nested =
  (value: unknown): Form =>
  (code) => ({ custom_fields: { [code]: value } })
const flat =
  (value: unknown, beside: Readonly<Record<string, unknown>> = {}): Form =>
  (code) => ({
    [code]: value,
    ...Object.fromEntries(Object.entries(beside).map(([part, each]) => [`${code}_${part}`, each])),
  })
const unset: Form = () => ({})

/** Fields, each with the records that hold it and no other: all are loaded at once. */
const loads: { readonly type: string; readonly forms: readonly Form[] }[] = []
const results: Load[] = []

const codeOf = (load: number): string => String(load).padStart(40, 'c')
const MOST_RECORDS = 100

/** Plans to load a field of this type in these forms; gives what is to be read back. */
function plan(type: string, forms: readonly Form[]): () => Load {
  const load = loads.push({ type, forms }) - 1
  return () => {
    const result = results[load]
    if (result === undefined) throw new Error(`${type} was not loaded`)
    return result
  }
}

function selectOf(load: number, type: string): string {
  const pairs = fieldColumns(type).map(({ suffix }) => `'${suffix}', cf_f${load}${suffix}::text`)
  return `select json_strip_nulls(json_build_object(${pairs.join(', ')})) as held, _extra as extra
    from pipedrive.things where id / ${MOST_RECORDS} = ${load} order by id`
}

beforeAll(async () => {
  await using db = await testDatabase()
  await using session = await connect(db.url, SCHEMAS, 'test')
  await migrate(session)
  const fields = loads.map(({ type }, load) => ({
    ...{ code: codeOf(load), label: `F${load}`, type },
    ...{ description: null, isCustom: true, options: OPTIONS },
  }))
  const stream = await openStream(session, things, mergeCatalog(['id'], [], fields))
  await stream.load(
    loads.flatMap(({ forms }, load) =>
      forms.map((form, index) => ({ id: load * MOST_RECORDS + index, ...form(codeOf(load)) })),
    ),
  )
  for (const [load, { type }] of loads.entries())
    results.push({
      rows: await db.query<Read & Record<string, unknown>>(selectOf(load, type)),
      drift: await db.query(
        'select key, reason, seen from pipedrive_sync.drift where starts_with(key, $1) order by 1, 2',
        [codeOf(load)],
      ),
    })
}, 60_000)

const quiet = (held: Readonly<Record<string, string>>): Read => ({ held, extra: null })
const NOTHING = quiet({})

describe('the value of a custom field', () => {
  const loaded = cases.map((one) => {
    const { type, beside, webhook, labelled = one.nested } = one
    const forms = [
      ...[nested(one.nested), nested(labelled)],
      ...[flat(one.flat, beside), nested({ type, ...webhook }), nested({ ...webhook, type })],
      ...[nested(null), flat(null), unset],
    ]
    return { ...one, read: plan(type, forms) }
  })

  test.each(loaded)('of type $type is the same in PostgreSQL in every form', ({ held, nestedOnly, read }) => {
    const inNested = quiet({ ...held, ...nestedOnly })
    const others = [held, held, held].map(quiet)
    expect(read()).toEqual({
      rows: [inNested, inNested, ...others, NOTHING, NOTHING, NOTHING],
      drift: [],
    })
  })

  const values = [{ b: [1, null] }, [1], 'text', 1.5, true]
  const kept = whole.map((type) => ({
    type,
    read: plan(
      type,
      values.flatMap((value) => [nested(value), flat(value)]),
    ),
  }))
  test.each(kept)('of type $type is kept as it came', ({ read }) => {
    const texts = ['{"b": [1, null]}', '[1]', '"text"', '1.5', 'true']
    const rows = texts.flatMap((text) => [quiet({ '': text }), quiet({ '': text })])
    expect(read()).toEqual({ rows, drift: [] })
  })

  const cleared = [
    { type: 'varchar', value: { value: null } },
    { type: 'monetary', value: { value: null, currency: null } },
    { type: 'timerange', value: { from: null, until: null, timezone_id: null } },
    { type: 'enum', value: { id: null } },
    { type: 'set', value: { values: null } },
    { type: 'user', value: { id: null } },
    { type: 'deals', value: { values: null } },
  ].map(({ type, value }) => ({ type, read: plan(type, [nested({ type, ...value })]) }))
  test.each(cleared)('of type $type is nothing where a webhook says so', ({ read }) => {
    expect(read()).toEqual({ rows: [NOTHING], drift: [] })
  })

  const people = plan('people', [
    flat({ ...PERSON, value: 7 }),
    flat({ value: 7 }),
    flat({ id: 7, value: 7 }),
  ])
  test('that refers to a record by the record itself has its id in the column; the rest is kept', () => {
    const { rows } = people()
    expect(rows.map(({ held }) => held)).toEqual([{ _id: '7' }, { _id: '7' }, { _id: '7' }])
    expect(rows.map(({ extra }) => Object.values(extra ?? {}))).toEqual([[{ ...PERSON, value: 7 }], [], []])
  })

  const more = { lat: 52.23, long: 21.02, country_code: 'PL' }
  const place = plan('address', [flat('Here', more), nested({ value: 'Here', ...more })])
  test('of a place keeps what is said beyond the ten parts', () => {
    const [inFlat, inNested] = place().rows
    expect([inFlat?.held, inNested?.held]).toEqual([{ '': 'Here' }, { '': 'Here' }])
    expect(Object.values(inFlat?.extra ?? {})).toEqual(expect.arrayContaining(Object.values(more)))
    expect(Object.values(inNested?.extra ?? {})).toEqual([more])
  })
})

/** What is sent, and what the columns hold of it. */
type Misfit = readonly [what: string, type: string, value: unknown, held: Readonly<Record<string, string>>]

const misfits: readonly Misfit[] = [
  ['a text in a number', 'double', 'ten', {}],
  ['a number with a comma', 'double', '1,5', {}],
  ['a number past the largest', 'double', Infinity, {}],
  ['more digits than a number may have', 'double', '9'.repeat(1001), {}],
  ['an integer out of range', 'int', 2 ** 53, {}],
  ['a fraction in an integer', 'int', 1.5, {}],
  ['an impossible date', 'date', '2026-02-30', {}],
  ['a date before all dates', 'date', '0000-00-00', {}],
  ['an impossible time', 'time', '25:00:00', {}],
  ['a word for a flag', 'boolean', 'maybe', {}],
  ['an option that nobody knows', 'enum', 99, { _id: '99' }],
  ['an option by its label', 'enum', 'Hot', {}],
  ['a set with an option that nobody knows', 'set', [12, 99], { '': '{Hot}', _ids: '{12,99}' }],
  ['a name for a user', 'user', 'Ada', {}],
  ['a number for a lead', 'lead', 7, {}],
  ['a list with a hole', 'deals', [1, null], {}],
]

describe('a value that does not fit its column', () => {
  const loaded = misfits.map(([what, type, value, held]) => ({
    ...{ what, value, held },
    read: plan(type, [nested(value), flat(value), nested(null)]),
  }))

  test.each(loaded)('$what leaves it empty, stands in _extra and is counted', ({ value, held, read }) => {
    const { rows, drift } = read()
    expect(rows.map((row) => row.held)).toEqual([held, held, {}])
    const kept = JSON.stringify(value === Infinity ? 'Infinity' : value)
    for (const { extra } of rows.slice(0, 2)) expect(JSON.stringify(extra)).toContain(kept)
    expect(rows[2]?.extra).toBeNull()
    expect(drift).toEqual([expect.objectContaining({ reason: 'unfit', seen: '2' })])
  })
})
