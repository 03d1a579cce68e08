import type { ColumnType } from '../streams/stream.ts'

/** A value in the form the load stage takes: JSON text for `jsonb`, an array for array types, else a scalar. */
export type Cell = string | number | boolean | null | readonly (string | number)[]

/** Returned by a decoder for a value that does not fit its column. */
export const UNFIT = Symbol('unfit')

export type Decode = (value: unknown) => Cell | typeof UNFIT

const INTEGER = /^-?\d{1,15}$/
/** PostgreSQL's numeric takes 131,072 digits before the point and 16,383 behind it; nobody means that many. */
const NUMBER = /^-?\d{1,1000}(\.\d{1,1000})?([eE][+-]?\d{1,2})?$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$/
const DURATION = /^\d{1,5}:[0-5]\d(:[0-5]\d)?$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
/** PostgreSQL takes offsets below 16 hours. */
const TIMESTAMP =
  /^\d{4}-\d{2}-\d{2}[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-5]):?[0-5]\d)?$/
/** What a time ends with that has one. */
const ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/
/** PostgreSQL's text holds neither NUL nor half of a surrogate pair. */
const SUSPECT = /[\u0000\ud800-\udfff]/
/** The same two inside JSON text, where they stand escaped; the first alternative steps over escaped backslashes. */
const SUSPECT_ESCAPE = /\\\\|\\u(?:0000|d[89a-f][0-9a-f]{2})/g

/** Text as PostgreSQL can hold it: NUL and lone surrogates become U+FFFD. */
export function storableText(text: string): string {
  return SUSPECT.test(text) ? text.toWellFormed().replaceAll('\u0000', '\ufffd') : text
}

/** JSON has no Infinity or NaN (1e400 is read as one) and would write null for them: as text they stay readable. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** JSON text that `jsonb` accepts: escaped NUL and lone surrogates become U+FFFD. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value, finite)
  return json.includes('\\u')
    ? json.replace(SUSPECT_ESCAPE, (escape) => (escape === '\\\\' ? escape : '\\ufffd'))
    : json
}

function isRealDate(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** Whether the `YYYY-MM-DD` that a text begins with is a day of the calendar. */
function beginsWithRealDate(text: string): boolean {
  return isRealDate(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10)))
}

function decodeDate(value: unknown): Cell | typeof UNFIT {
  if (value === '') return null
  return typeof value === 'string' && DATE.test(value) && beginsWithRealDate(value) ? value : UNFIT
}

/** v1 sends `YYYY-MM-DD HH:MM:SS` in UTC, and `0000-00-00 00:00:00` or nothing for "never" (recorded answers). */
function decodeTimestamp(value: unknown): Cell | typeof UNFIT {
  if (value === '' || value === '0000-00-00 00:00:00') return null
  if (typeof value !== 'string' || !TIMESTAMP.test(value) || !beginsWithRealDate(value)) return UNFIT
  const text = value[10] === 'T' ? value : value.replace(' ', 'T')
  return ZONE.test(text) ? text : `${text}Z`
}

function decodeInteger(value: unknown): Cell | typeof UNFIT {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : UNFIT
  if (typeof value === 'boolean') return Number(value)
  if (value === '') return null
  return typeof value === 'string' && INTEGER.test(value) ? Number(value) : UNFIT
}

function decodeNumeric(value: unknown): Cell | typeof UNFIT {
  if (typeof value === 'number') return Number.isFinite(value) ? value : UNFIT
  if (value === '') return null
  return typeof value === 'string' && NUMBER.test(value) ? value : UNFIT
}

/** v1 mixes `1`, `"1"`, `true` and `"true"` for the same flag (recorded answers). */
const BOOLEANS = new Map<unknown, boolean | null>([
  [true, true],
  [1, true],
  ['1', true],
  ['true', true],
  [false, false],
  [0, false],
  ['0', false],
  ['false', false],
  ['', null],
])

function decodeText(value: unknown): Cell | typeof UNFIT {
  if (typeof value === 'string') return storableText(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : UNFIT
}

function matching(pattern: RegExp): Decode {
  return (value) => {
    if (value === '') return null
    return typeof value === 'string' && pattern.test(value) ? value : UNFIT
  }
}

/** In lower case, as PostgreSQL writes it, so that one id is one key. */
function decodeUuid(value: unknown): Cell | typeof UNFIT {
  if (value === '') return null
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : UNFIT
}

function arrayOf(decode: Decode): Decode {
  return (value) => {
    if (!Array.isArray(value)) return UNFIT
    const cells: (string | number)[] = []
    for (const item of value) {
      const cell = decode(item)
      if (typeof cell !== 'string' && typeof cell !== 'number') return UNFIT
      cells.push(cell)
    }
    return cells
  }
}

/** v1 sends a list as one number, or as several separated by commas. */
function orJoined(list: Decode): Decode {
  return (value) => {
    if (value === '') return []
    if (typeof value === 'number') return list([value])
    return list(typeof value === 'string' ? value.split(',') : value)
  }
}

const decoders: Readonly<Record<ColumnType, Decode>> = {
  bigint: decodeInteger,
  numeric: decodeNumeric,
  boolean: (value) => BOOLEANS.get(value) ?? (BOOLEANS.has(value) ? null : UNFIT),
  text: decodeText,
  timestamptz: decodeTimestamp,
  date: decodeDate,
  time: matching(TIME),
  interval: matching(DURATION),
  uuid: decodeUuid,
  jsonb: storableJson,
  'text[]': arrayOf(decodeText),
  'bigint[]': orJoined(arrayOf(decodeInteger)),
  'uuid[]': arrayOf(decodeUuid),
}

/** The decoder of a column type. It is never given null or undefined: those are null in every column. */
export function decoderOf(type: ColumnType): Decode {
  return decoders[type]
}
