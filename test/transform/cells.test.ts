import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnType } from '../../src/streams/stream.ts'
import { UNFIT, decoderOf, storableJson, storableText, type Cell } from '../../src/transform/cells.ts'

const EVERY_TYPE = [
  'bigint',
  'numeric',
  'boolean',
  'text',
  'timestamptz',
  'date',
  'time',
  'interval',
  'uuid',
  'jsonb',
  'text[]',
  'bigint[]',
  'uuid[]',
] as const satisfies readonly ColumnType[]

const ID = '1bce0200-5044-11f1-8f4f-d7944c9e4f3a'

const accepted: readonly [ColumnType, string, unknown, Cell][] = [
  ['bigint', 'an integer', 7, 7],
  ['bigint', 'a negative integer', -7, -7],
  ['bigint', 'the largest integer that JSON carries exactly', Number.MAX_SAFE_INTEGER, 9007199254740991],
  ['bigint', 'digits in a string, as v1 sends them', '42', 42],
  ['bigint', 'a flag where v1 counts', true, 1],
  ['bigint', 'an empty string, as v1 says nothing', '', null],
  ['numeric', 'a fraction', 10.25, 10.25],
  ['numeric', 'zero', 0, 0],
  [
    'numeric',
    'a number in a string, to its last digit',
    '12345678901234567890.12',
    '12345678901234567890.12',
  ],
  ['numeric', 'an exponent in a string', '1e5', '1e5'],
  ['numeric', 'the largest number', Number.MAX_VALUE, Number.MAX_VALUE],
  ['numeric', 'an empty string', '', null],
  ['boolean', 'true', true, true],
  ['boolean', 'false', false, false],
  ['boolean', '1', 1, true],
  ['boolean', '0', 0, false],
  ['boolean', '"1"', '1', true],
  ['boolean', '"0"', '0', false],
  ['boolean', '"true"', 'true', true],
  ['boolean', '"false"', 'false', false],
  ['boolean', 'an empty string', '', null],
  ['text', 'a string', 'Zażółć 🦆', 'Zażółć 🦆'],
  ['text', 'an empty string as itself', '', ''],
  ['text', 'a number', 1.5, '1.5'],
  ['text', 'a flag', false, 'false'],
  ['text', 'NUL as U+FFFD', 'a\u0000b', 'a\ufffdb'],
  ['text', 'half of a surrogate pair as U+FFFD', 'a\ud83db', 'a\ufffdb'],
  ['timestamptz', 'v2 form', '2026-05-15T09:58:01Z', '2026-05-15T09:58:01Z'],
  ['timestamptz', 'milliseconds', '2026-05-15T09:54:47.968Z', '2026-05-15T09:54:47.968Z'],
  ['timestamptz', 'v1 form, in UTC', '2026-05-15 10:09:46', '2026-05-15T10:09:46Z'],
  ['timestamptz', 'an offset', '2026-05-15T10:09:46+03:00', '2026-05-15T10:09:46+03:00'],
  ['timestamptz', 'the farthest offset there is', '2026-05-15T10:09:46+14:00', '2026-05-15T10:09:46+14:00'],
  ['timestamptz', "v1's never", '0000-00-00 00:00:00', null],
  ['timestamptz', 'an empty string', '', null],
  ['date', 'a day', '2026-02-28', '2026-02-28'],
  ['date', 'a leap day', '2024-02-29', '2024-02-29'],
  ['date', 'the first year', '0001-01-01', '0001-01-01'],
  ['date', 'an empty string', '', null],
  ['time', 'hours and minutes', '09:30', '09:30'],
  ['time', 'seconds', '23:59:59', '23:59:59'],
  ['time', 'an empty string', '', null],
  ['interval', 'hours and minutes', '01:30', '01:30'],
  ['interval', 'more hours than a day has', '100:00:00', '100:00:00'],
  ['interval', 'an empty string', '', null],
  ['uuid', 'an id', ID, ID],
  ['uuid', 'capitals, as one id in lower case', ID.toUpperCase(), ID],
  ['uuid', 'an empty string', '', null],
  ['jsonb', 'an object', { a: [1, null] }, '{"a":[1,null]}'],
  ['jsonb', 'a text', 'x', '"x"'],
  ['text[]', 'texts', ['a', 'b'], ['a', 'b']],
  ['text[]', 'nothing', [], []],
  ['text[]', 'NUL inside', ['\u0000'], ['\ufffd']],
  ['bigint[]', 'ids', [1, '2'], [1, 2]],
  ['bigint[]', 'ids joined', '1,2', [1, 2]],
  ['bigint[]', 'one id', 1, [1]],
  ['bigint[]', 'one id as text', '1', [1]],
  ['bigint[]', 'no ids joined', '', []],
  ['uuid[]', 'ids', [ID.toUpperCase()], [ID]],
]

const refused: readonly [ColumnType, string, unknown][] = [
  ['bigint', 'a fraction', 1.5],
  ['bigint', 'an integer that JSON has rounded', 2 ** 53],
  ['bigint', 'digits past what a number holds', '9223372036854775808'],
  ['bigint', 'NaN', Number.NaN],
  ['bigint', '1e400', JSON.parse('1e400')],
  ['bigint', 'a word', 'seven'],
  ['bigint', 'an object', { id: 7 }],
  ['bigint', 'a list', [7]],
  ['numeric', 'NaN', Number.NaN],
  ['numeric', '1e400', JSON.parse('1e400')],
  ['numeric', '-1e400', JSON.parse('-1e400')],
  ['numeric', 'a word that PostgreSQL would take for a number', 'Infinity'],
  ['numeric', 'an exponent out of range', '1e400'],
  ['numeric', 'a thousands separator', '1,000'],
  ['numeric', 'a flag', true],
  ['boolean', 'another number', 2],
  ['boolean', 'a word', 'yes'],
  ['boolean', 'an object', {}],
  ['text', 'an object', { value: 'x' }],
  ['text', 'a list', ['x']],
  ['timestamptz', 'a day alone', '2026-05-15'],
  ['timestamptz', 'a day that is not', '2026-02-30T00:00:00Z'],
  ['timestamptz', 'an hour that is not', '2026-05-15T24:00:00Z'],
  ['timestamptz', 'a minute that is not', '2026-05-15T10:60:00Z'],
  ['timestamptz', 'an offset that PostgreSQL refuses', '2026-05-15T10:09:46+16:00'],
  ['timestamptz', 'an offset of 99 minutes', '2026-05-15T10:09:46+03:99'],
  ['timestamptz', 'seconds since 1970', 1763370000],
  ['timestamptz', "PostgreSQL's own word", 'now'],
  ['date', 'a moment', '2026-05-15T00:00:00Z'],
  ['date', 'the 29th of a common February', '2025-02-29'],
  ['date', 'the 31st of a short month', '2026-04-31'],
  ['date', 'month 13', '2026-13-01'],
  ['date', 'day 0', '2026-01-00'],
  ['date', 'year 0', '0000-01-01'],
  ['date', "PostgreSQL's own word", 'infinity'],
  ['time', 'hour 24', '24:00'],
  ['time', 'minute 60', '10:60'],
  ['time', 'a zone', '10:00:00+02'],
  ['time', 'more digits than PostgreSQL reads', `10:00:00.${'1'.repeat(200)}`],
  ['time', 'a number', 930],
  ['interval', 'minute 60', '01:60'],
  ['interval', 'a word', '1 day'],
  ['interval', 'a number', 90],
  ['uuid', 'a word', 'lead'],
  ['uuid', 'an id and more', `${ID}0`],
  ['uuid', 'a number', 7],
  ['text[]', 'a text', 'a'],
  ['text[]', 'an object inside', [{}]],
  ['bigint[]', 'a word inside', [1, 'x']],
  ['bigint[]', 'a hole between commas', '1,,2'],
  ['bigint[]', 'a hole inside', [1, null]],
  ['bigint[]', 'nothing said inside', ['']],
  ['bigint[]', 'a list inside', [[1]]],
  ['uuid[]', 'a word inside', [ID, 'x']],
]

describe('a cell', () => {
  test.each(accepted)('%s takes %s', (type, _what, value, cell) => {
    expect(decoderOf(type)(value)).toEqual(cell)
  })

  test.each(refused)('%s refuses %s', (type, _what, value) => {
    expect(decoderOf(type)(value)).toBe(UNFIT)
  })

  test.each(EVERY_TYPE)(
    '%s has cases that are taken here, and refused unless it takes everything',
    (type) => {
      expect(accepted.filter((row) => row[0] === type).length).toBeGreaterThan(0)
      expect(refused.some((row) => row[0] === type)).toBe(type !== 'jsonb')
    },
  )

  test.each(EVERY_TYPE)(
    '%s is never undefined, never what PostgreSQL cannot hold, whatever is sent',
    (type) => {
      const decode = decoderOf(type)
      const value = fc.oneof(
        fc.jsonValue(),
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          '\u0000',
          '\ud800',
          '\udc00x',
          '',
          '1e400',
          Infinity,
          -Infinity,
          2 ** 60,
          [''],
          ['\u0000'],
        ),
      )
      fc.assert(
        fc.property(value, (sent) => {
          if (sent === null) return
          const cell = decode(sent)
          if (cell === UNFIT) return
          expect(cell).not.toBeUndefined()
          for (const one of Array.isArray(cell) ? (cell as readonly unknown[]) : [cell]) {
            if (typeof one === 'number') expect(Number.isFinite(one)).toBe(true)
            if (typeof one !== 'string') continue
            expect(one.isWellFormed()).toBe(true)
            expect(one).not.toContain('\u0000')
          }
        }),
      )
    },
  )

  test('of type timestamptz is a moment that JavaScript reads as well, so that it can be a bookmark', () => {
    const pad = (value: number, width: number): string => String(value).padStart(width, '0')
    const part = fc.tuple(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 31 }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      fc.constantFrom('', '.5', '.968', '.123456', '.123456789'),
      fc.constantFrom('', 'Z', '+03:00', '-0330', '+1400'),
      fc.constantFrom(' ', 'T'),
    )
    fc.assert(
      fc.property(part, ([year, month, day, hour, minute, fraction, zone, separator]) => {
        const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}${separator}${pad(hour, 2)}:${pad(minute, 2)}:07${fraction}${zone}`
        const cell = decoderOf('timestamptz')(text)
        if (cell === UNFIT) expect(day).toBeGreaterThan(28)
        else expect(Date.parse(String(cell)), text).not.toBeNaN()
      }),
    )
  })
})

describe('text and JSON for PostgreSQL', () => {
  test('text that it can hold is left as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        if (!text.includes('\u0000')) expect(storableText(text)).toBe(text)
      }),
    )
  })

  test.each([
    ['NUL', { a: 'x\u0000y' }, { a: 'x\ufffdy' }],
    ['NUL in a key', { 'a\u0000': 1 }, { 'a\ufffd': 1 }],
    ['the first half of a pair', ['\ud83d'], ['\ufffd']],
    ['the second half of a pair', ['\ude00'], ['\ufffd']],
    ['a whole pair', ['😀'], ['😀']],
    ['a backslash before the letters u0000', ['\\u0000'], ['\\u0000']],
    ['a backslash before NUL', ['\\\u0000'], ['\\\ufffd']],
    ['a number past the largest', [{ a: JSON.parse('1e400') as number }], [{ a: 'Infinity' }]],
    ['a number below the least', { a: -Infinity }, { a: '-Infinity' }],
  ])('JSON with %s', (_what, value, stored) => {
    expect(JSON.parse(storableJson(value))).toEqual(stored)
  })

  test('JSON without NUL, lone surrogates and infinities comes back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        if (/\\u(0000|d[89a-f])/.test(text)) return
        expect(storableJson(value)).toBe(text)
      }),
    )
  })
})
