import type { Exploded } from '../streams/stream.ts'
import type { Key } from './key-table.ts'
import type { CopyText } from './copy-text.ts'
import { CLOSE_LIST, LETTER_N, OPEN_LIST, OPEN_OBJECT } from '../json/bytes.ts'
import type { JsonScanner } from '../json/scanner.ts'
import { Leftovers } from './leftovers.ts'
import { RecordShape, addNativeFields, placeOf } from './record-fields.ts'
import { NOWHERE } from './record-keys.ts'
import { TableReader } from './table-reader.ts'

const VALUE = 'value'

/** Writes a row for each element of an array: the parent's key, the position, the element's cells, `_extra`. */
export class ExplodedReader {
  readonly leftovers: Leftovers
  readonly #reader: TableReader
  readonly #parent: string
  readonly #parentSlot: number
  /** Where an element that is no object stands: it is read as `{"value": …}`. */
  readonly #valueSlot: number
  /** Of the column whose empty text says that an element stands for none. */
  readonly #blankSlot: number

  constructor({ columns, from, parent, blank = '' }: Exploded) {
    this.leftovers = new Leftovers(`${from}.`)
    const shape = new RecordShape()
    const slots = addNativeFields(shape, columns)
    const value = Object.keys(columns).find((column) => placeOf(columns, column) === VALUE)
    this.#valueSlot = slots.get(value ?? '') ?? NOWHERE
    this.#blankSlot = slots.get(blank) ?? NOWHERE
    this.#parent = parent
    this.#parentSlot = shape.newSlot()
    shape.keys.add(parent, this.#parentSlot)
    this.#reader = new TableReader(shape)
  }

  /** Reads the list that comes next. */
  read(scanner: JsonScanner, key: Key, out: CopyText): void {
    scanner.pass(OPEN_LIST)
    if (scanner.peek() === CLOSE_LIST) {
      scanner.at++
      return
    }
    let position = 0
    do {
      const before = out.length
      out.cell(key)
      out.cell(position)
      const counts = this.#element(scanner, key, out)
      out.cell(this.leftovers.takeExtra())
      out.endRow()
      if (counts) position++
      else out.length = before
    } while (scanner.more(CLOSE_LIST))
  }

  /** Whether the element stands for anything. */
  #element(scanner: JsonScanner, key: Key, out: CopyText): boolean {
    if (scanner.peek() !== OPEN_OBJECT) return this.#bareElement(scanner, out)
    this.#reader.scan(scanner)
    this.#reader.write(scanner, out, this.leftovers)
    // An element that repeats its parent's key says nothing new; one with another key does.
    const said = this.#reader.valueAt(this.#parentSlot, scanner)
    if (said !== undefined && said !== key) this.leftovers.keep(null, this.#parent, said, 'unknown')
    return this.#saysSomething(scanner)
  }

  #bareElement(scanner: JsonScanner, out: CopyText): boolean {
    scanner.peek()
    const start = scanner.at
    scanner.skipValue()
    const { at: end } = scanner
    this.#reader.takeOne(this.#valueSlot, start, end, scanner)
    this.#reader.write(scanner, out, this.leftovers)
    if (this.#valueSlot === NOWHERE && !isNull(scanner, start))
      this.leftovers.keep(null, VALUE, scanner.value(start, end), 'unknown')
    return this.#saysSomething(scanner)
  }

  #saysSomething(scanner: JsonScanner): boolean {
    return this.#reader.valueAt(this.#blankSlot, scanner) !== ''
  }
}

function isNull({ bytes }: JsonScanner, start: number): boolean {
  return bytes[start] === LETTER_N
}

/** The keys under one of which an array comes that becomes rows, and who reads it. */
export interface ExplodedField {
  readonly places: readonly {
    readonly name: string
    readonly slot: number
    readonly isColumn: boolean
  }[]
  readonly reader: ExplodedReader
}

/** A list that is a column too is noted once. */
export function explodedField(
  shape: RecordShape,
  spec: Exploded,
  slots: ReadonlyMap<string, number>,
): ExplodedField {
  const names = [...new Set([spec.from, spec.orFrom ?? spec.from])]
  const places = names.map((name) => ({
    name,
    slot: slots.get(name) ?? shape.newSlot(),
    isColumn: slots.has(name),
  }))
  for (const { name, slot } of places) shape.keys.add(name, slot)
  return { places, reader: new ExplodedReader(spec) }
}
