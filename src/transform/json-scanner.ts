export const QUOTE = 34
export const COMMA = 44
export const COLON = 58
export const OPEN_LIST = 91
export const CLOSE_LIST = 93
export const OPEN_OBJECT = 123
export const CLOSE_OBJECT = 125
export const BACKSLASH = 92

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

  open(bytes: Uint8Array): void {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = 0
  }

  /** The next byte that is not white space, not yet passed; 0 at the end of the text. */
  peek(): number {
    const { bytes } = this
    let at = this.at
    while (at < bytes.length && isSpace(bytes[at] as number)) at++
    this.at = at
    return at < bytes.length ? (bytes[at] as number) : 0
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

  /** Passes these bytes if they are what comes next. */
  passIf(expected: Uint8Array): boolean {
    const { bytes, at } = this
    const { length } = expected
    if (at + length > bytes.length) return false
    for (let index = 0; index < length; index++) if (bytes[at + index] !== expected[index]) return false
    this.at = at + length
    return true
  }

  skipValue(): void {
    const byte = this.peek()
    if (byte === QUOTE) this.#skipString()
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#skipNested()
    else this.#skipWord()
  }

  /** The value that stands from `start` to `end`. */
  value(start: number, end: number): unknown {
    return JSON.parse(this.bytes.toString('utf8', start, end))
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
    while (at < bytes.length) {
      const byte = bytes[at] as number
      if (byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_LIST || isSpace(byte)) break
      at++
    }
    if (at === this.at) throw this.wrong()
    this.at = at
  }
}
