import { isUtf8 } from 'node:buffer'

/**
 * The JSON of a 2xx answer. `data` stays text, as UTF-8: it is most of the answer, and is read where rows are made of
 * it. `envelope` is all the rest.
 */
export interface Body {
  readonly data: Uint8Array
  readonly envelope: unknown
}

/** How both versions of the API begin a list, and what follows it (recorded answers). */
const BEFORE = Buffer.from('{"success":true,"data":')
const BEHIND = Buffer.from(',"additional_data":')
const OPEN_LIST = 91
const CLOSE_LIST = 93

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

/** Reads an answer of any form. Throws SyntaxError where it is not JSON. */
function splitAny(text: Buffer): Body {
  const body: unknown = JSON.parse(text.toString())
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { data: new Uint8Array(), envelope: body }
  const { data, ...envelope } = body as { readonly data?: unknown }
  return { data: data === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(data)), envelope }
}

/** Takes an answer apart. What is not UTF-8 in it becomes U+FFFD. Throws SyntaxError where it is not JSON. */
export function parseBody(bytes: Uint8Array): Body {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = isUtf8(given) ? given : Buffer.from(given.toString())
  return splitList(text) ?? splitAny(text)
}

/** The value that `data` is the text of; undefined where there is none. */
export function readData({ data }: Body): unknown {
  return data.length === 0 ? undefined : JSON.parse(Buffer.from(data).toString())
}
