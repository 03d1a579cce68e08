import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { connect, inTransaction, type Session } from '../../src/load/connection.ts'
import { makeStages } from '../../src/load/make-work-tables.ts'
import { copyIntoStage, stageName } from '../../src/load/stage.ts'
import type { Cell } from '../../src/transform/cells.ts'
import type { Column, TableLayout } from '../../src/transform/layout.ts'
import { copyRows, type Row } from '../support/copy-rows.ts'
import { migratedDatabase } from '../support/database.ts'
import { SCHEMAS } from './support/warehouse.ts'

let session: Session

beforeAll(async () => {
  const db = await migratedDatabase()
  session = await connect(db.url, SCHEMAS, 'copy-text')
  return async () => {
    await session[Symbol.asyncDispose]()
    await db.drop()
  }
})

function column(name: string, type: Column['type']): Column {
  return { name, type, comment: null }
}

function layoutOf(columns: readonly Column[]): TableLayout {
  return { table: 'texts', comment: '', key: ['place'], cursor: null, columns }
}

const layout = layoutOf([
  column('place', 'bigint'),
  column('text', 'text'),
  column('texts', 'text[]'),
  column('numbers', 'bigint[]'),
  column('count', 'bigint'),
  column('amount', 'numeric'),
  column('flag', 'boolean'),
  column('json', 'jsonb'),
])

const STAGE = `pipedrive_sync."${stageName({ schemas: SCHEMAS }, layout)}"`

/** What PostgreSQL holds after a COPY, in the order of the rows; numbers as their text. */
async function roundTrip(rows: readonly Row[]): Promise<unknown[]> {
  return inTransaction(session, async () => {
    await makeStages(session, [layout])
    await copyIntoStage(session, layout, copyRows(rows))
    const { rows: found } = await session.client.query<Record<string, unknown>>(
      `select text, texts, numbers::text[], count::text, amount::text, flag, json from ${STAGE} order by place`,
    )
    await session.client.query(`delete from ${STAGE}`)
    return found.map(Object.values)
  })
}

/** Pieces that mean something to COPY, to an array literal or to JSON. */
const PIECES = [
  '\\',
  '\t',
  '\n',
  '\r',
  '"',
  "'",
  '\\.',
  '\\N',
  '{',
  '}',
  ',',
  ' ',
  'NULL',
  '\b',
  '\v',
  '😀',
  'é',
]
/** Any text that PostgreSQL can hold: no NUL, and no half of a surrogate pair (fast-check makes none here). */
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 })
  .map((pieces) => pieces.join('').replaceAll('\u0000', ''))
  .filter((value) => value.isWellFormed())
const json = fc
  .jsonValue({ stringUnit: 'grapheme' })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)

interface Given {
  readonly text: string | null
  readonly texts: readonly string[] | null
  readonly numbers: readonly number[] | null
  readonly count: number | null
  readonly amount: number | null
  readonly flag: boolean | null
  readonly json: unknown
}

const given: fc.Arbitrary<Given> = fc.record({
  text: fc.option(text),
  texts: fc.option(fc.array(text, { maxLength: 5 })),
  numbers: fc.option(fc.array(fc.maxSafeInteger(), { maxLength: 5 })),
  count: fc.option(fc.maxSafeInteger()),
  amount: fc.option(fc.double({ noDefaultInfinity: true, noNaN: true })),
  flag: fc.option(fc.boolean()),
  json,
})

function cellsOf({ json, ...others }: Given, place: number): Row {
  return [place, ...(Object.values(others) as Cell[]), JSON.stringify(json)]
}

function expected({ numbers, count, amount, json, ...others }: Given): unknown[] {
  const asNumbers = (values: readonly number[] | null) => values?.map((value) => String(value + 0)) ?? null
  return [
    others.text,
    others.texts,
    asNumbers(numbers),
    count === null ? null : String(count + 0),
    amount === null ? null : amount + 0,
    others.flag,
    json,
  ]
}

describe('a row in the text format of COPY', () => {
  test('reads back the same whatever its cells hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(given, { minLength: 1, maxLength: 10 }), async (rows) => {
        const found = await roundTrip(rows.map((row, place) => cellsOf(row, place)))
        // numeric keeps every digit and writes no exponent, so its text is compared as a number.
        const read = found.map((row) =>
          (row as unknown[]).map((cell, index) => (index === 4 && cell !== null ? Number(cell) + 0 : cell)),
        )
        expect(read).toEqual(rows.map(expected))
      }),
      { numRuns: 150 },
    )
  })

  test.each([
    ['a backslash', 'C:\\new\\table'],
    ['a line that ends a COPY', 'before\n\\.\nafter'],
    ['the mark of a null', '\\N'],
    ['nothing at all', ''],
    ['spaces only', '   '],
    ['every kind of line end', 'a\r\nb\rc\nd\u2028e\u0085f'],
    ['an emoji made of five characters', '👨‍👩‍👧'],
  ])('keeps text with %s', async (_what, value) => {
    expect(await roundTrip([[0, value, [value], null, null, null, null, JSON.stringify({ value })]])).toEqual(
      [[value, [value], null, null, null, null, { value }]],
    )
  })

  test.each<[string, readonly string[]]>([
    ['no element', []],
    ['an empty element', ['']],
    ['the word NULL', ['NULL', 'null']],
    ['commas, braces and quotes', ['a,b', '{c}', '"d"', "'e'"]],
    ['backslashes and tabs', ['\\', '\\\\', '\t', '\\t']],
    ['outer spaces', [' a ', ' ']],
  ])('keeps an array with %s', async (_what, values) => {
    const [row] = await roundTrip([[0, null, values, null, null, null, null, null]])
    expect(row).toEqual([null, values, null, null, null, null, null])
  })

  test('keeps null, the empty text and the empty array apart', async () => {
    const rows = await roundTrip([
      [0, null, null, null, null, null, null, null],
      [1, '', [], [], 0, 0, false, 'null'],
    ])
    expect(rows).toEqual([
      [null, null, null, null, null, null, null],
      ['', [], [], '0', '0', false, null],
    ])
  })

  test('keeps the largest and the smallest numbers', async () => {
    const most = Number.MAX_SAFE_INTEGER
    const [row] = await roundTrip([[0, null, null, [most, -most], most, 1e21, true, null]])
    expect(row).toEqual([
      null,
      null,
      [String(most), String(-most)],
      String(most),
      '1000000000000000000000',
      true,
      null,
    ])
    // Digits beyond a JavaScript number come as text.
    const [precise] = await roundTrip([
      [0, null, null, null, null, '0.1234567890123456789012345', null, null],
    ])
    expect(precise).toMatchObject({ 4: '0.1234567890123456789012345' })
  })

  test('is one line that ends with a line end', () => {
    const [line = ''] = copyRows([['a\tb', null, 1, true, ['x', 'y"z']]])
    expect(Buffer.from(line).toString()).toBe('a\\tb\t\\N\t1\tt\t{"x","y\\\\"z"}\n')
  })
})

describe('many rows', () => {
  test('arrive whole through a COPY of several chunks', async () => {
    const long = 'x'.repeat(50_000)
    const rows = Array.from({ length: 50 }, (_, place): Row => [
      place,
      long,
      null,
      null,
      place,
      null,
      null,
      null,
    ])
    const found = await roundTrip(rows)
    expect(found.map((row) => (row as unknown[])[3])).toEqual(rows.map((_row, place) => String(place)))
    expect(found.every((row) => (row as unknown[])[0] === long)).toBe(true)
  })

  test('of which one does not fit its column are refused as a whole, and the connection goes on', async () => {
    await inTransaction(session, () => makeStages(session, [layout]))
    const bad = inTransaction(session, () =>
      copyIntoStage(
        session,
        layout,
        copyRows([
          [0, 'good', null, null, 1, null, null, null],
          [1, 'bad', null, null, 'not a number', null, null, null],
        ]),
      ),
    )
    await expect(bad).rejects.toThrow('invalid input syntax for type bigint: "not a number"')
    const { rows } = await session.client.query(`select from ${STAGE}`)
    expect(rows).toEqual([])
  })
})
