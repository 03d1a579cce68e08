import { isUtf8 } from 'node:buffer'
import { CLOSE_LIST, CLOSE_OBJECT, COLON, OPEN_LIST, OPEN_OBJECT } from '../json/bytes.ts'
import { JsonScanner } from '../json/scanner.ts'

/**
 * The JSON of a 2xx answer. `data` stays text, as UTF-8, since it is most of the answer and is read where rows are made
 * of it: it is not known yet to be JSON. `envelope` is the answer without it.
 */
export interface Body {
  readonly data: Uint8Array
  readonly envelope: unknown
}

/** How both versions of the API begin a list, and what follows it (recorded answers). */
const BEFORE = Buffer.from('{"success":true,"data":')
const BEHIND = Buffer.from(',"additional_data":')
const NOTHING: Uint8Array = new Uint8Array()

/** Takes an answer of the usual form apart without reading the list; null where it has another form. */
function splitList(text: Buffer): Body | null {
  const end = text.lastIndexOf(BEHIND)
  const data = text.subarray(BEFORE.length, end)
  if (end < BEFORE.length || data[0] !== OPEN_LIST || data.at(-1) !== CLOSE_LIST) return null
  if (!text.subarray(0, BEFORE.length).equals(BEFORE)) return null
  try {
    // Where the same words stand within the list, what follows them is not the end of an object: not JSON, then.
    const envelope = JSON.parse(`{${text.toString('utf8', end + 1)}`) as object
    return 'data' in envelope ? null : { data, envelope: { success: true, ...envelope } }
  } catch {
    return null
  }
}

/** Where the value of `data` stands in an object; the last of several, as JSON.parse has it. */
function placeOfData(text: Buffer): { readonly start: number; readonly end: number } | null {
  const scanner = new JsonScanner()
  scanner.open(text)
  let place = null
  if (scanner.peek() !== OPEN_OBJECT) return null
  scanner.at++
  if (scanner.peek() === CLOSE_OBJECT) return null
  do {
    scanner.peek()
    const key = scanner.at
    scanner.skipValue()
    const name = scanner.value(key, scanner.at)
    scanner.pass(COLON)
    scanner.peek()
    const start = scanner.at
    scanner.skipValue()
    if (name === 'data') place = { start, end: scanner.at }
  } while (scanner.more(CLOSE_OBJECT))
  return place
}

/** Takes an answer of any form apart. Throws SyntaxError where it is not JSON. */
function splitAny(text: Buffer): Body {
  const place = placeOfData(text)
  if (place === null) return { data: NOTHING, envelope: JSON.parse(text.toString()) }
  const { start, end } = place
  const rest = `${text.toString('utf8', 0, start)}null${text.toString('utf8', end)}`
  const { data: _data, ...envelope } = JSON.parse(rest) as { readonly data: unknown }
  return { data: text.subarray(start, end), envelope }
}

/** Takes an answer apart. What is not UTF-8 in it becomes U+FFFD. Throws SyntaxError where its envelope is not JSON. */
export function parseBody(bytes: Uint8Array): Body {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = isUtf8(given) ? given : Buffer.from(given.toString())
  return splitList(text) ?? splitAny(text)
}

/** The value that `data` is the text of; undefined where there is none. Throws SyntaxError. */
export function readData({ data }: Body): unknown {
  return data.length === 0 ? undefined : JSON.parse(Buffer.from(data).toString())
}
