import { BACKSLASH, CLOSE_LIST, CLOSE_OBJECT, COMMA, OPEN_LIST, OPEN_OBJECT, QUOTE } from './bytes.ts'
import { booleanAt, integerAt } from './literals.ts'

/** A text of at least four bytes that is looked for, as the fours of bytes that are compared; the last four may overlap. */
export interface Word {
  readonly length: number
  readonly quads: Int32Array
  readonly last: number
}

/** A shorter text is never found. */
export function wordOf(text: string): Word {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length < 4) return { length: Infinity, quads: new Int32Array(0), last: 0 }
  const view = new DataView(bytes.buffer)
  const quads = Int32Array.from({ length: (bytes.length - 1) >> 2 }, (_, quad) => view.getInt32(quad * 4))
  return { length: bytes.length, quads, last: view.getInt32(bytes.length - 4) }
}

export const END = -1
const SPACE = 32

/** Whether a byte ends a number or a word. */
const IS_END = new Uint8Array(256)
for (const byte of [COMMA, CLOSE_OBJECT, CLOSE_LIST, 32, 10, 13, 9]) IS_END[byte] = 1

/** JSON.stringify and PostgreSQL's jsonb both give up some thousand levels down. */
const MOST_DEPTH = 1000

/** How deep the brackets of a value are nested, at most; those within texts count too. */
function depthOf(bytes: Uint8Array, start: number, end: number): number {
  let depth = 0
  let deepest = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) deepest = Math.max(deepest, ++depth)
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--
  }
  return deepest
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9
}

/**
 * Walks over JSON text, given as UTF-8 bytes, without making values of it. It checks the structure that it walks over;
 * what stands within a value that it skips is checked by whoever reads the value. Throws SyntaxError.
 */
export class JsonScanner {
  bytes: Buffer = Buffer.alloc(0)
  at = 0
  #view: DataView = new DataView(new ArrayBuffer(0))

  open(bytes: Uint8Array): void {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = 0
  }

  /** The next byte that is not white space, not yet passed; END at the end of the text. */
  peek(): number {
    const byte = this.bytes[this.at] as number
    return byte > SPACE ? byte : this.#peekBehindSpace()
  }

  #peekBehindSpace(): number {
    const { bytes } = this
    let at = this.at
    while (at < bytes.length && isSpace(bytes[at] as number)) at++
    this.at = at
    return at < bytes.length ? (bytes[at] as number) : END
  }

  /** Passes the byte that must come next. */
  pass(byte: number): void {
    if (this.peek() !== byte) throw this.wrong()
    this.at++
  }

  /** Passes `,` and says that there is more, or passes `close` and says that there is not. */
  more(close: number): boolean {
    const byte = this.peek()
    if (byte !== COMMA && byte !== close) throw this.wrong()
    this.at++
    return byte === COMMA
  }

  /** Passes this word if it is what comes next. */
  passIf({ length, quads, last }: Word): boolean {
    const at = this.at
    const end = at + length
    const view = this.#view
    if (end > view.byteLength || view.getInt32(end - 4) !== last) return false
    for (let quad = 0; quad < quads.length; quad++)
      if (view.getInt32(at + quad * 4) !== quads[quad]) return false
    this.at = end
    return true
  }

  /** Passes a longer text if it is what comes next. */
  passAll(text: Uint8Array): boolean {
    const end = this.at + text.length
    if (end > this.bytes.length || this.bytes.compare(text, 0, text.length, this.at, end) !== 0) return false
    this.at = end
    return true
  }

  skipValue(): void {
    const byte = this.peek()
    if (byte === QUOTE) this.#skipString()
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#skipNested()
    else this.#skipWord()
  }

  /** The value that stands from `start` to `end`; one that is nested too deep to be handled is its own text. */
  value(start: number, end: number): unknown {
    const { bytes } = this
    const common = integerAt(bytes, start, end) ?? booleanAt(bytes, start, end)
    if (common !== null) return common
    const text = bytes.toString('utf8', start, end)
    const value: unknown = JSON.parse(text)
    return end - start > MOST_DEPTH && depthOf(bytes, start, end) > MOST_DEPTH ? text : value
  }

  wrong(): SyntaxError {
    return new SyntaxError(`Not JSON at byte ${this.at}`)
  }

  #skipString(): void {
    const { bytes } = this
    let at = this.at + 1
    while (at < bytes.length) {
      const byte = bytes[at] as number
      if (byte === QUOTE) {
        this.at = at + 1
        return
      }
      at += byte === BACKSLASH ? 2 : 1
    }
    throw this.wrong()
  }

  #skipNested(): void {
    const { bytes } = this
    let depth = 0
    while (this.at < bytes.length) {
      const byte = bytes[this.at] as number
      if (byte === QUOTE) {
        this.#skipString()
        continue
      }
      this.at++
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && --depth === 0) return
    }
    throw this.wrong()
  }

  /** A number, `true`, `false` or `null`. */
  #skipWord(): void {
    const { bytes } = this
    let at = this.at
    while (at < bytes.length && IS_END[bytes[at] as number] === 0) at++
    if (at === this.at) throw this.wrong()
    this.at = at
  }
}
