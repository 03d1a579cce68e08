import { CLOSE_LIST, COMMA, MINUS, OPEN_LIST, ZERO } from './bytes.ts'

/** What stands at a place of JSON text, read from its bytes. */

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 57
}

/** How many digits follow, from `at` to `end` at most. */
export function digits(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end && isDigit(bytes[next] as number)) next++
  return next - at
}

/** Where the integer that begins at `start` ends, when it has 15 digits at most and is written as JSON writes it; else 0. */
export function integerEnd(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start
  const count = digits(bytes, first, end)
  const tame = count === 1 ? bytes[first] !== ZERO || first === start : bytes[first] !== ZERO
  return count > 0 && count <= 15 && tame ? first + count : 0
}

function isWord(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false
  for (let index = 0; index < word.length; index++)
    if (bytes[start + index] !== word.charCodeAt(index)) return false
  return true
}

/** null where it is neither `true` nor `false`. */
export function booleanAt(bytes: Uint8Array, start: number, end: number): boolean | null {
  if (isWord(bytes, start, end, 'true')) return true
  return isWord(bytes, start, end, 'false') ? false : null
}

/** The integer that stands there, null where there is none of at most 15 digits. */
export function integerAt(bytes: Uint8Array, start: number, end: number): number | null {
  if (integerEnd(bytes, start, end) !== end) return null
  const negative = bytes[start] === MINUS
  let value = 0
  for (let at = negative ? start + 1 : start; at < end; at++)
    value = value * 10 + (bytes[at] as number) - ZERO
  return negative ? -value : value
}
/** Calls `each` with the place of every integer of a list like `[1,2]`; false where it is another kind of list. */
export function eachInteger(
  bytes: Uint8Array,
  start: number,
  end: number,
  each: (start: number, end: number) => boolean,
): boolean {
  if (bytes[start] !== OPEN_LIST) return false
  let at = start + 1
  while (at < end - 1) {
    const next = integerEnd(bytes, at, end - 1)
    if (next === 0 || !each(at, next)) return false
    at = next
    if (at < end - 1 && bytes[at++] !== COMMA) return false
  }
  return bytes[at] === CLOSE_LIST && (end - start === 2 || bytes[at - 1] !== COMMA)
}
