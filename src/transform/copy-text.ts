import type { Cell } from './cells.ts'

export const TAB = 9
const LINE_FEED = 10
const BACKSLASH = 92
const FIRST_SIZE = 64 * 1024
/** Characters that are escaped by a backslash and this letter (PostgreSQL manual, "COPY", text format). */
const ESCAPES = new Uint8Array(128)
for (const [character, letter] of ['\\\\', '\nn', '\rr', '\tt'])
  ESCAPES[(character ?? '').charCodeAt(0)] = (letter ?? '').charCodeAt(0)

const encoder = new TextEncoder()

/** An element of an array literal. */
export function arrayElement(item: string | number): string {
  return typeof item === 'number' ? String(item) : `"${item.replaceAll(/["\\]/g, '\\$&')}"`
}

function arrayLiteral(items: readonly (string | number)[]): string {
  return `{${items.map(arrayElement).join(',')}}`
}

/**
 * Rows in the text format of COPY, as bytes. They are written cell by cell, each with a tab behind it; `endRow` turns
 * the last tab into the line's end. Whoever writes to `bytes` directly calls `reserve` first and moves `length`.
 */
export class CopyText {
  bytes: Uint8Array = Buffer.allocUnsafeSlow(FIRST_SIZE)
  length = 0

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }

  /** Copies bytes that need no escape. */
  raw(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start + 1)
    const to = this.bytes
    let at = this.length
    for (let from = start; from < end; from++) to[at++] = bytes[from] as number
    to[at++] = TAB
    this.length = at
  }

  /** A whole number from 0 to 2^31 - 1. */
  count(value: number): void {
    let digits = 1
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits++
    this.reserve(digits + 1)
    const to = this.bytes
    let at = (this.length += digits)
    for (let rest = value; digits > 0; digits--) {
      const shorter = (rest / 10) | 0
      to[--at] = 48 + rest - shorter * 10
      rest = shorter
    }
    to[this.length++] = TAB
  }

  /** An array of elements that are written as they are to stand there. */
  array(elements: readonly Uint8Array[]): void {
    this.reserve(elements.reduce((length, element) => length + element.length + 1, 3))
    const to = this.bytes
    let at = this.length
    to[at++] = 123
    for (const [index, element] of elements.entries()) {
      if (index > 0) to[at++] = 44
      to.set(element, at)
      at += element.length
    }
    to[at++] = 125
    to[at++] = TAB
    this.length = at
  }

  nulls(count: number): void {
    this.reserve(count * 3)
    const to = this.bytes
    let at = this.length
    for (let left = count; left > 0; left--) {
      to[at] = BACKSLASH
      to[at + 1] = 78
      to[at + 2] = TAB
      at += 3
    }
    this.length = at
  }

  cell(cell: Cell): void {
    if (cell === null) this.nulls(1)
    else if (typeof cell === 'string') this.#text(cell)
    else if (typeof cell === 'number') this.#number(cell)
    else if (typeof cell === 'boolean') this.#text(cell ? 't' : 'f')
    else this.#text(arrayLiteral(cell))
  }

  #number(value: number): void {
    if (value >= 0 && (value | 0) === value) this.count(value)
    else this.#text(String(value))
  }

  endRow(): void {
    this.bytes[this.length - 1] = LINE_FEED
  }

  /** Backslash, tab and line ends are escaped; nothing else is special. A well-formed string of UTF-16, as UTF-8. */
  #text(text: string): void {
    // A character takes three bytes at most, and half of a pair of them two.
    this.reserve(text.length * 3 + 1)
    const to = this.bytes
    let at = this.length
    for (let from = 0; from < text.length; from++) {
      const code = text.charCodeAt(from)
      if (code >= 128) return this.#textBeyondAscii(text)
      const letter = ESCAPES[code] as number
      if (letter !== 0) to[at++] = BACKSLASH
      to[at++] = letter === 0 ? code : letter
    }
    to[at++] = TAB
    this.length = at
  }

  #textBeyondAscii(text: string): void {
    const escaped = text.replaceAll(
      /[\\\n\r\t]/g,
      (found) => `\\${String.fromCharCode(ESCAPES[found.charCodeAt(0)] ?? 0)}`,
    )
    this.reserve(escaped.length * 3 + 1)
    this.length += encoder.encodeInto(escaped, this.bytes.subarray(this.length)).written
    this.bytes[this.length++] = TAB
  }
}

/** A text as it stands in a row, without the tab behind it. */
export function copyTextOf(text: string): Uint8Array {
  const row = new CopyText()
  row.cell(text)
  return row.bytes.slice(0, row.length - 1)
}
