import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { streams } from '../../src/streams/index.ts'
import { columnType, type ColumnType, type Stream } from '../../src/streams/stream.ts'
import { Batch } from '../../src/transform/batch.ts'
import { mergeCatalog, type CatalogField } from '../../src/transform/catalog.ts'
import { layoutStream } from '../../src/transform/layout.ts'
import { compileTransform } from '../../src/transform/records.ts'
import { pageOf, transformPage, type Row } from '../support/copy-rows.ts'

const things: Stream = {
  name: 'things',
  description: 'Things',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  columns: {
    id: 'bigint',
    title: 'text',
    price: { type: 'numeric', from: 'value.amount' },
    currency: { type: 'text', from: 'value.currency' },
    update_time: 'timestamptz',
    is_deleted: 'boolean',
  },
  exploded: [
    {
      table: 'thing_parts',
      from: 'parts',
      parent: 'thing_id',
      description: 'Parts of things',
      columns: { name: 'text', weight: 'numeric', value: 'text' },
    },
  ],
  partitions: [],
  catalogs: [],
}

const SIZE = 'a'.repeat(40)
const BUDGET = 'b'.repeat(40)
const UNNAMED = 'd'.repeat(40)
const field = (code: string, label: string, type: string) => ({
  code,
  label,
  type,
  description: null,
  isCustom: true,
  options: [],
})
const catalog: readonly CatalogField[] = [
  ...mergeCatalog(
    Object.keys(things.columns),
    [],
    [field(SIZE, 'Size', 'double'), field(BUDGET, 'Budget', 'monetary')],
  ),
  { ...field(UNNAMED, 'One too many', 'text'), columnName: null, removed: false },
]
const layout = layoutStream(things, catalog)
const transform = compileTransform(things, catalog)

function named(columns: readonly { readonly name: string }[], row: Row | undefined): Record<string, unknown> {
  return Object.fromEntries(
    columns.flatMap(({ name }, index) => {
      const cell = row?.[index] ?? null
      return cell === null ? [] : [[name, name === '_extra' ? (JSON.parse(cell as string) as unknown) : cell]]
    }),
  )
}

/** Rows by column name; the parts of all records together. */
function read(...records: unknown[]) {
  const { rows, children, cursors, drift } = transformPage(transform, layout, records)
  return {
    rows: rows.map((row) => named(layout.columns, row)),
    parts: (children[0] ?? []).map((row) => named(layout.children[0]?.columns ?? [], row)),
    cursors,
    drift,
  }
}

describe('a record', () => {
  test('has a cell for each column of its table, in the order of the columns', () => {
    const { rows } = transformPage(transform, layout, [
      { title: 'A', id: 1, value: { amount: 2, currency: 'EUR' } },
    ])
    expect(rows[0]).toEqual([1, 'A', 2, 'EUR', null, null, null, null, null, null, null])
    expect(layout.columns.map(({ name }) => name)).toEqual([
      'id',
      'title',
      'price',
      'currency',
      'update_time',
      'is_deleted',
      'cf_size',
      'cf_budget',
      'cf_budget_currency',
      '_deleted_at',
      '_extra',
    ])
  })

  test('gives its key, and its cursor in epoch milliseconds', () => {
    const batch = new Batch(2)
    const page = [{ id: '7', update_time: '2026-05-15 10:09:46' }, { id: 8, update_time: null }, { id: 9 }]
    const cursors = transform(pageOf(page), batch)
    expect(cursors).toEqual([Date.UTC(2026, 4, 15, 10, 9, 46), null, null])
    expect(batch.size).toBe(3)
    transform(pageOf([{ id: 7 }, { id: '8' }]), batch)
    expect(batch.size).toBe(3)
  })

  test.each([
    ['a key nobody knows', { colour: 'red' }, { colour: 'red' }, ['colour unknown']],
    ['a value that does not fit', { title: { rich: true } }, { title: { rich: true } }, ['title unfit']],
    [
      'a number past the largest',
      { price: JSON.parse('1e400') as unknown },
      { price: 'Infinity' },
      ['price unknown'],
    ],
    ['a member nobody knows', { value: { amount: 1, vat: 2 } }, { value: { vat: 2 } }, ['value.vat unknown']],
    ['a member that does not fit', { value: { amount: 'x' } }, { value: { amount: 'x' } }, ['value unfit']],
    ['a bare value for an object', { value: 5 }, { value: 5 }, ['value unfit']],
    ['a list for an object', { value: [5] }, { value: [5] }, ['value unfit']],
    ['an object for a list', { parts: { name: 'x' } }, { parts: { name: 'x' } }, ['parts unfit']],
    ['a cursor that is no moment', { update_time: 'soon' }, { update_time: 'soon' }, ['update_time unfit']],
    ['a custom field nobody knows yet', { custom_fields: { ffff: 1 } }, { ffff: 1 }, ['ffff unknown']],
    [
      'a custom field without a column',
      { custom_fields: { [UNNAMED]: 1 } },
      { [UNNAMED]: 1 },
      [`${UNNAMED} unknown`],
    ],
    ['custom fields that are none', { custom_fields: [1] }, { custom_fields: [1] }, ['custom_fields unfit']],
    [
      'a key that is a word of JavaScript',
      JSON.parse('{"__proto__":1,"constructor":2}') as object,
      JSON.parse('{"__proto__":1,"constructor":2}'),
      ['__proto__ unknown', 'constructor unknown'],
    ],
    [
      'a key with our own name',
      { _extra: 'x', _deleted_at: 'y', cf_size: 3 },
      { _extra: 'x', _deleted_at: 'y', cf_size: 3 },
      ['_extra unknown', '_deleted_at unknown', 'cf_size unknown'],
    ],
    [
      'a false and a zero',
      { no: false, zero: 0, empty: '' },
      { no: false, zero: 0, empty: '' },
      ['no unknown', 'zero unknown', 'empty unknown'],
    ],
  ])('keeps %s under its own key, and tells it', (_what, more, extra, drift) => {
    const found = read({ id: 1, ...more })
    expect(found.rows[0]?.['_extra']).toEqual(extra)
    expect(found.drift.map(({ key, reason }) => `${key} ${reason}`)).toEqual(drift)
  })

  test('is silent about null, whatever its key', () => {
    expect(read({ id: 1, colour: null, value: { vat: null }, custom_fields: null, parts: null })).toEqual({
      rows: [{ id: 1 }],
      parts: [],
      cursors: [null],
      drift: [],
    })
  })

  test('does not hand its leftovers to the next', () => {
    const { rows, drift } = read({ id: 1, colour: 'red' }, { id: 2 }, { id: 3, colour: 'blue' })
    expect(rows).toEqual([
      { id: 1, _extra: { colour: 'red' } },
      { id: 2 },
      { id: 3, _extra: { colour: 'blue' } },
    ])
    expect(drift).toEqual([{ key: 'colour', reason: 'unknown', count: 2 }])
  })

  test.each([
    ['no key', {}],
    ['a null key', { id: null }],
    ['an empty key', { id: '' }],
    ['a key that does not fit', { id: 'seven' }],
    ['no object', null],
    ['a text', 'deal'],
    ['a list', [1]],
  ])('with %s stops its page with E_RECORD', (_what, record) => {
    expect(() => transform(pageOf([{ id: 1 }, record]), new Batch(2))).toThrowError(
      expect.objectContaining({
        code: 'E_RECORD',
        recovery: 'skip-stream',
        message: expect.stringContaining('things') as string,
      }) as Error,
    )
  })
})

describe('an element of a list that lacks what its stream takes only elements with', () => {
  const priced: Stream = { ...things, onlyWith: ['price'] }
  const readPriced = compileTransform(priced, [])
  const at = (second: number): string => `2026-05-15T10:00:0${second}Z`

  test.each([
    ['is not sent', {}],
    ['is null', { value: { amount: null } }],
    ['is 0', { value: { amount: 0 } }],
    ['stands in what is null', { value: null }],
  ])('where it %s is passed over, with a key and without, and only its cursor is told', (_how, without) => {
    const records = [
      { id: 1, ...without, update_time: at(1), odd: 1, parts: [{ name: 'x' }] },
      { id: 2, value: { amount: 5 }, update_time: at(2), parts: [{ name: 'y' }] },
      { ...without, update_time: at(3) },
    ]
    const page = transformPage(readPriced, layoutStream(priced, []), records)
    expect(page.rows.map(([id]) => id)).toEqual([2])
    expect(page.children.flat()).toHaveLength(1)
    expect(page.drift).toEqual([])
    expect(page.cursors).toEqual([1, 2, 3].map((second) => Date.parse(at(second))))
  })
})

describe('a deletion', () => {
  test.each([
    [
      'at the time of the last change',
      { is_deleted: true, update_time: '2026-05-15T10:00:00Z' },
      '2026-05-15T10:00:00Z',
    ],
    ['now, where the record has no time', { is_deleted: true }, 'now'],
    ['said as 1', { is_deleted: 1 }, 'now'],
    ['not said', {}, undefined],
    ['denied', { is_deleted: false }, undefined],
    ['said as nothing', { is_deleted: null }, undefined],
    ['said in a word nobody knows', { is_deleted: 'perhaps' }, undefined],
  ])('%s', (_what, more, deletedAt) => {
    expect(read({ id: 1, ...more }).rows[0]?.['_deleted_at']).toBe(deletedAt)
  })

  test('can be the absence of a flag that says active', () => {
    const notes: Stream = { ...things, deletedWhen: { field: 'is_deleted', is: false } }
    const { rows } = transformPage(compileTransform(notes, catalog), layout, [
      { id: 1, is_deleted: false },
      { id: 2, is_deleted: true },
      { id: 3 },
    ])
    const at = layout.columns.findIndex(({ name }) => name === '_deleted_at')
    expect(rows.map((row) => row[at])).toEqual(['now', null, null])
  })
})

describe('an array that becomes rows', () => {
  test.each([
    ['under its first key', { parts: [{ name: 'one' }] }, ['one'], null],
    ['under its other key', { pieces: [{ name: 'two' }] }, ['two'], null],
    [
      'under both, which are never mixed',
      { parts: [{ name: 'one' }], pieces: [{ name: 'two' }] },
      ['one'],
      { pieces: [{ name: 'two' }] },
    ],
    ['under neither', { parts: 'one', pieces: 'two' }, [], { parts: 'one', pieces: 'two' }],
  ])('comes %s, and nothing of it is lost', (_where, arrays, names, extra) => {
    const exploded = (things.exploded ?? []).map((spec) => ({ ...spec, orFrom: 'pieces' }))
    const either = compileTransform({ ...things, exploded }, catalog)
    const { rows, children } = transformPage(either, layout, [{ id: 1, ...arrays }])
    const [child] = layout.children
    expect(children[0]?.map((row) => named(child?.columns ?? [], row)['name'])).toEqual(names)
    expect(named(layout.columns, rows[0])['_extra'] ?? null).toEqual(extra)
  })

  test('gives one row an element, keyed by the parent and the place', () => {
    const { parts, rows, drift } = read({ id: 5, parts: [{ name: 'a', weight: 1 }, { name: 'b' }] })
    expect(parts).toEqual([
      { thing_id: 5, position: 0, name: 'a', weight: 1 },
      { thing_id: 5, position: 1, name: 'b' },
    ])
    expect(rows).toEqual([{ id: 5 }])
    expect(drift).toEqual([])
  })

  test.each([
    ['a key nobody knows', { colour: 'red' }, { colour: 'red' }],
    ['a value that does not fit', { weight: 'heavy' }, { weight: 'heavy' }],
    ["another parent's key", { thing_id: 6 }, { thing_id: 6 }],
    ['a place of its own', { position: 9 }, { position: 9 }],
    ['its own parent once more', { thing_id: 5 }, undefined],
  ])('keeps of an element %s in the element’s own row', (_what, element, extra) => {
    const { parts, rows } = read({ id: 5, parts: [element] })
    expect(parts[0]).toEqual({
      thing_id: 5,
      position: 0,
      ...(extra === undefined ? {} : { _extra: extra }),
    })
    expect(rows).toEqual([{ id: 5 }])
  })

  test('takes a bare element as its value, and an empty one as a row', () => {
    const { parts } = read({ id: 5, parts: ['x', null, {}] })
    expect(parts).toEqual([
      { thing_id: 5, position: 0, value: 'x' },
      { thing_id: 5, position: 1 },
      { thing_id: 5, position: 2 },
    ])
  })
})

describe('column or _extra, never neither', () => {
  /** Names that mean something to a stream, and names that mean nothing. */
  const keys = (stream: Stream): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constantFrom(
        ...Object.keys(stream.columns),
        'custom_fields',
        'value',
        SIZE,
        BUDGET,
        `${BUDGET}_currency`,
        '__proto__',
      ),
      fc.string({ maxLength: 8 }),
    )
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(
      '2026-05-15T10:00:00Z',
      '2026-05-15',
      7,
      '7',
      true,
      [],
      [1],
      { value: 1 },
      { amount: 1 },
    ),
  )

  /** The columns without which there is no record. */
  function neededBy({ key, onlyWith = [] }: Stream): readonly string[] {
    return [...new Set([...key, ...onlyWith])]
  }

  /** A record with nothing but those. */
  function bareRecord(stream: Stream): Record<string, unknown> {
    const { columns } = stream
    const values: Readonly<Partial<Record<ColumnType, unknown>>> = {
      uuid: '1bce0200-5044-11f1-8f4f-d7944c9e4f3a',
      timestamptz: '2026-05-15T10:00:00Z',
    }
    const record: Record<string, unknown> = {}
    for (const column of neededBy(stream)) {
      const spec = columns[column] ?? 'bigint'
      const value = values[columnType(spec)] ?? 1
      const [root = column, member] = (typeof spec === 'string' ? column : (spec.from ?? column)).split('.')
      record[root] = member === undefined ? value : { [member]: value }
    }
    return record
  }

  function isEmpty(sent: unknown): boolean {
    if (sent === null || sent === undefined || sent === '' || sent === '0000-00-00 00:00:00') return true
    return typeof sent === 'object' && !Array.isArray(sent) && Object.values(sent).every(isEmpty)
  }

  test.each(
    streams.filter(({ partitions }) => partitions.length > 0).map((stream) => [stream.name, stream] as const),
  )(
    '%s: every key of any record that says something has a cell of its own or is in _extra',
    (_name, stream) => {
      const known = mergeCatalog(
        Object.keys(stream.columns),
        [],
        [field(SIZE, 'Size', 'double'), field(BUDGET, 'Budget', 'monetary')],
      )
      const tables = layoutStream(stream, known)
      const read = compileTransform(stream, known)
      const bare = bareRecord(stream)
      // One key at a time: what it fills can then only come from it.
      fc.assert(
        fc.property(keys(stream), value, (key, sent) => {
          if (Object.hasOwn(bare, key) || stream.leftOut?.includes(key) === true || isEmpty(sent)) return
          const record: Record<string, unknown> = { ...bare }
          Object.defineProperty(record, key, { value: sent, enumerable: true })
          const { rows, children } = transformPage(read, tables, [record])
          const filled = (rows[0] ?? []).filter((cell) => cell !== null).length + children.flat().length
          const emptyList = Array.isArray(sent) && sent.length === 0
          const exploded = (stream.exploded ?? []).some(({ from, orFrom }) => from === key || orFrom === key)
          if (!(emptyList && exploded))
            expect(filled, JSON.stringify(record)).toBeGreaterThan(neededBy(stream).length)
        }),
        { numRuns: 300 },
      )
    },
  )

  test('every key of any record nobody has described is in _extra with the very value that was sent', () => {
    const unknown = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 6 }).map((key) => `x_${key}`),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(unknown, (sent) => {
        const text = JSON.stringify(sent)
        if (/\\u(0000|d[89a-f])/.test(text)) return
        const kept = Object.entries(JSON.parse(text) as object).filter(([, each]) => each !== null)
        const extra = read({ id: 1, ...sent }).rows[0]?.['_extra'] ?? {}
        expect(extra).toEqual(Object.fromEntries(kept))
      }),
    )
  })
})
