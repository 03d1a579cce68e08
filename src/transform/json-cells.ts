import type { ColumnType } from '../streams/stream.ts'
import { TAB, type CopyText } from './copy-text.ts'
import { digits, eachInteger, integerEnd, isDigit, booleanAt } from '../json/literals.ts'
import { BACKSLASH, COLON, MINUS, POINT, QUOTE, ZERO } from '../json/bytes.ts'

/**
 * Writes a value as it stands in JSON text, without making one of it. It knows only the common form of its type; false,
 * and nothing written, means that the value has another form and is to be decoded.
 */
export type CopyJson = (bytes: Uint8Array, start: number, end: number, out: CopyText) => boolean

export function copyInteger(bytes: Uint8Array, start: number, end: number, out: CopyText): boolean {
  if (integerEnd(bytes, start, end) !== end) return false
  out.raw(bytes, start, end)
  return true
}

/** Up to 15 digits before the point and behind it: PostgreSQL's numeric reads what JSON's number is, where that has no exponent. */
function copyDecimal(bytes: Uint8Array, start: number, end: number, out: CopyText): boolean {
  const whole = integerEnd(bytes, start, end)
  if (whole === 0) return false
  if (whole !== end) {
    const places = bytes[whole] === POINT ? digits(bytes, whole + 1, end) : 0
    if (places === 0 || places > 15 || whole + 1 + places !== end) return false
  }
  out.raw(bytes, start, end)
  return true
}

function copyBoolean(bytes: Uint8Array, start: number, end: number, out: CopyText): boolean {
  if (booleanAt(bytes, start, end) === null) return false
  out.raw(bytes, start, start + 1)
  return true
}

/** A string without escapes: nothing in it is special to COPY either. */
function copyString(bytes: Uint8Array, start: number, end: number, out: CopyText): boolean {
  if (bytes[start] !== QUOTE) return false
  out.reserve(end - start)
  const to = out.bytes
  let at = out.length
  for (let from = start + 1; from < end - 1; from++) {
    const byte = bytes[from] as number
    if (byte === BACKSLASH || byte < 32) return false
    to[at++] = byte
  }
  to[at++] = TAB
  out.length = at
  return true
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [bytes[at] as number, bytes[at + 1] as number]
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : 100
}

/** `YYYY-MM-DD`, of a year after 999 and a day that every month has. */
function isDate(bytes: Uint8Array, at: number): boolean {
  const month = twoDigits(bytes, at + 5)
  const day = twoDigits(bytes, at + 8)
  return (
    digits(bytes, at, at + 4) === 4 &&
    bytes[at] !== ZERO &&
    bytes[at + 4] === MINUS &&
    bytes[at + 7] === MINUS &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= 28
  )
}

function isTime(bytes: Uint8Array, at: number): boolean {
  return (
    twoDigits(bytes, at) < 24 &&
    bytes[at + 2] === COLON &&
    twoDigits(bytes, at + 3) < 60 &&
    bytes[at + 5] === COLON &&
    twoDigits(bytes, at + 6) < 60
  )
}

const TIME_LENGTH = '"10:09:46"'.length
const DATE_LENGTH = '"2026-05-15"'.length
const TIMESTAMP_LENGTH = '"2026-05-15T10:09:46Z"'.length

function copyDate(bytes: Uint8Array, start: number, end: number, out: CopyText): boolean {
  if (end - start !== DATE_LENGTH || bytes[start] !== QUOTE || !isDate(bytes, start + 1)) return false
  out.raw(bytes, start + 1, end - 1)
  return true
}

function copyTime(bytes: Uint8Array, start: number, end: number, out: CopyText): boolean {
  if (end - start !== TIME_LENGTH || bytes[start] !== QUOTE || !isTime(bytes, start + 1)) return false
  out.raw(bytes, start + 1, end - 1)
  return true
}

/** v2's form: `YYYY-MM-DDTHH:MM:SSZ`. */
function isTimestamp(bytes: Uint8Array, start: number, end: number): boolean {
  const first = start + 1
  if (end - start !== TIMESTAMP_LENGTH || bytes[start] !== QUOTE) return false
  return (
    bytes[first + 10] === 84 && bytes[first + 19] === 90 && isDate(bytes, first) && isTime(bytes, first + 11)
  )
}

function copyTimestamp(bytes: Uint8Array, start: number, end: number, out: CopyText): boolean {
  if (!isTimestamp(bytes, start, end)) return false
  out.raw(bytes, start + 1, end - 1)
  return true
}

/** `[1,2]` becomes `{1,2}`. */
export function copyIntegers(bytes: Uint8Array, start: number, end: number, out: CopyText): boolean {
  if (!eachInteger(bytes, start, end, () => true)) return false
  const before = out.length
  out.raw(bytes, start, end)
  out.bytes[before] = 123
  out.bytes[out.length - 2] = 125
  return true
}

/** The column types whose common form is copied as it stands. */
const copiers: Partial<Readonly<Record<ColumnType, CopyJson>>> = {
  bigint: copyInteger,
  numeric: copyDecimal,
  boolean: copyBoolean,
  text: copyString,
  timestamptz: copyTimestamp,
  date: copyDate,
  time: copyTime,
  'bigint[]': copyIntegers,
}

/** Epoch milliseconds of a time in v2's form; null where it has another. */
export function timestampAt(bytes: Uint8Array, start: number, end: number): number | null {
  if (!isTimestamp(bytes, start, end)) return null
  const at = start + 1
  return Date.UTC(
    twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2),
    twoDigits(bytes, at + 5) - 1,
    twoDigits(bytes, at + 8),
    twoDigits(bytes, at + 11),
    twoDigits(bytes, at + 14),
    twoDigits(bytes, at + 17),
  )
}

export function copierOf(type: ColumnType): CopyJson | null {
  return copiers[type] ?? null
}
