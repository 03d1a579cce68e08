import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnType } from '../../src/streams/stream.ts'
import { UNFIT, decoderOf } from '../../src/transform/cells.ts'
import { CopyText } from '../../src/transform/copy-text.ts'
import { copierOf } from '../../src/transform/json-cells.ts'
import { integerAt } from '../../src/json/literals.ts'

/** What the copier writes for this JSON text in the middle of a page; null when it leaves it to the decoder. */
function copied(type: ColumnType, json: string): string | null {
  const out = new CopyText()
  const bytes = Buffer.from(`,${json},`)
  const taken = copierOf(type)?.(bytes, 1, bytes.length - 1, out) === true
  const text = Buffer.from(out.bytes.subarray(0, out.length)).toString()
  if (!taken) expect(text).toBe('')
  return taken ? text : null
}

/** What is written for a value that was decoded. */
function decoded(type: ColumnType, json: string): string {
  const cell = decoderOf(type)(JSON.parse(json))
  if (cell === UNFIT) return 'unfit'
  const out = new CopyText()
  out.cell(cell)
  return Buffer.from(out.bytes.subarray(0, out.length)).toString()
}

const TYPES = ['bigint', 'numeric', 'boolean', 'text', 'timestamptz', 'date', 'bigint[]'] as const

describe('a value copied from JSON text', () => {
  test.each<[ColumnType, string, string]>([
    ['bigint', '7', '7\t'],
    ['bigint', '-12', '-12\t'],
    ['bigint', '0', '0\t'],
    ['bigint', '999999999999999', '999999999999999\t'],
    ['numeric', '10', '10\t'],
    ['numeric', '15680.85', '15680.85\t'],
    ['numeric', '10.50', '10.50\t'],
    ['boolean', 'true', 't\t'],
    ['boolean', 'false', 'f\t'],
    ['text', '""', '\t'],
    ['text', '"a, {b}: [c]"', 'a, {b}: [c]\t'],
    ['text', '"भारत 😀"', 'भारत 😀\t'],
    ['timestamptz', '"2024-02-25T14:33:03Z"', '2024-02-25T14:33:03Z\t'],
    ['date', '"2024-02-25"', '2024-02-25\t'],
    ['bigint[]', '[]', '{}\t'],
    ['bigint[]', '[1,20,3]', '{1,20,3}\t'],
  ])('%s %s is written as %j', (type, json, text) => {
    expect(copied(type, json)).toBe(text)
  })

  test.each<[ColumnType, string]>([
    ['bigint', '01'],
    ['bigint', '-0'],
    ['bigint', '-'],
    ['bigint', '1.0'],
    ['bigint', '1e3'],
    ['bigint', '9999999999999999'],
    ['bigint', '"7"'],
    ['numeric', '1.'],
    ['numeric', '.5'],
    ['numeric', '1e3'],
    ['numeric', '00.5'],
    ['boolean', 'tru'],
    ['boolean', 'truer'],
    ['text', '"a\\nb"'],
    ['text', '"a\u0001b"'],
    ['text', '7'],
    ['timestamptz', '"2024-02-30T14:33:03Z"'],
    ['timestamptz', '"2024-13-25T14:33:03Z"'],
    ['timestamptz', '"2024-02-25T24:00:00Z"'],
    ['timestamptz', '"2024-02-25 14:33:03Z"'],
    ['timestamptz', '"0000-00-00T00:00:00Z"'],
    ['date', '"2024-02-29"'],
    ['date', '"2024-2-029"'],
    ['bigint[]', '[1,]'],
    ['bigint[]', '[,1]'],
    ['bigint[]', '[1 2]'],
    ['bigint[]', '[01]'],
    ['bigint[]', '[[1]]'],
    ['bigint[]', '["1"]'],
  ])('%s %s is left to the decoder', (type, json) => {
    expect(copied(type, json)).toBeNull()
  })

  const likely = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer({ min: -20, max: 20 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Number(value.toFixed(2))),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().replace(/\.\d+Z/, 'Z')),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
    fc.array(fc.oneof(fc.nat(), fc.maxSafeInteger()), { maxLength: 4 }),
    fc.jsonValue(),
  )

  test.each(TYPES)('%s is the same as decoded, whatever it is', (type) => {
    const isTaken = { count: 0 }
    fc.assert(
      fc.property(likely, (value) => {
        const json = JSON.stringify(value)
        const text = copied(type, json)
        if (text === null) return
        isTaken.count++
        expect(text).toBe(decoded(type, json))
      }),
      { numRuns: 2000 },
    )
    expect(isTaken.count).toBeGreaterThan(0)
  })
})

describe('an integer read from JSON text', () => {
  test.each([
    ['0', 0],
    ['42', 42],
    ['-7', -7],
    ['999999999999999', 999_999_999_999_999],
    ['-0', null],
    ['1.5', null],
    ['"1"', null],
    ['9999999999999999', null],
  ])('%j is %j', (json, value) => {
    const bytes = Buffer.from(json)
    expect(integerAt(bytes, 0, bytes.length)).toBe(value)
  })
})
