import { LETTER_N } from '../json/bytes.ts'
import type { CopyText } from './copy-text.ts'
import type { JsonScanner } from '../json/scanner.ts'
import type { Leftovers } from './leftovers.ts'
import type { RecordShape } from './record-fields.ts'
import { NOWHERE, Places } from './record-keys.ts'
import { CELLS_THAT_FIT, RowRoom } from './row-size.ts'

/** Reads objects of one shape: notes first where each value stands, then writes the cells in the order of the columns. */
export class TableReader {
  readonly places: Places
  readonly #shape: RecordShape
  /** Whether a row may have more than fits into it; what does not is kept with the leftovers. */
  readonly #isWide: boolean
  readonly #others: number

  /** `others`: columns of the table that the reader does not write, but that may hold something. */
  constructor(shape: RecordShape, others = 0) {
    this.#shape = shape
    this.#others = others
    this.places = new Places(shape.slots)
    const cells = shape.fields.reduce((total, { types }) => total + types.length, others)
    this.#isWide = cells > CELLS_THAT_FIT
  }

  /** Notes where the values of the object stand that comes next. */
  scan(scanner: JsonScanner): void {
    this.places.clear()
    const { starts, ends } = this.places
    this.#shape.keys.scan(scanner, this.places)
    for (const [slot, other] of this.#shape.fallbacks)
      if (!this.places.has(slot)) {
        starts[slot] = starts[other] as number
        ends[slot] = ends[other] as number
      }
  }

  /** Takes one value, at this slot, for an object that has nothing else; a null is nowhere. */
  takeOne(slot: number, start: number, end: number, { bytes }: JsonScanner): void {
    this.places.clear()
    if (slot !== NOWHERE && bytes[start] !== LETTER_N) this.places.note(slot, start, end)
  }

  /** Writes the cells of the object that was scanned last. */
  write(scanner: JsonScanner, out: CopyText, leftovers: Leftovers): void {
    const { starts, ends, strays } = this.places
    const room = this.#isWide ? new RowRoom(this.#others) : null
    let empty = 0
    for (const { slot, types, under, name, isCustom, write } of this.#shape.fields) {
      const start = starts[slot] as number
      if (start < 0) {
        empty += types.length
        continue
      }
      if (empty > 0) out.nulls(empty)
      empty = 0
      const end = ends[slot] as number
      const before = out.length
      const fits = write(scanner, start, end, out)
      const hasRoom = room === null || room.take(out, before, types) || !isCustom
      if (!hasRoom) {
        out.length = before
        out.nulls(types.length)
      }
      if (!fits || !hasRoom) leftovers.keep(under, name, scanner.value(start, end), 'unfit')
    }
    out.nulls(empty)
    for (const { under, name, reason, start, end } of strays)
      leftovers.keep(under, name, scanner.value(start, end), reason)
  }

  /** What stands at a slot; undefined when nothing does. */
  valueAt(slot: number, scanner: JsonScanner): unknown {
    const { places } = this
    return places.has(slot)
      ? scanner.value(places.starts[slot] as number, places.ends[slot] as number)
      : undefined
  }
}
