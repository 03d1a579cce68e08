import type { ColumnType } from '../streams/stream.ts'
import { TAB, type CopyText } from './copy-text.ts'

/**
 * A row has to fit in a page of 8 kB, or PostgreSQL refuses it: 8,160 bytes, of which the header takes up to 230. Long
 * values are moved out of the row, but each leaves 18 bytes behind, and those of up to 24 stay (manual, "TOAST").
 */
const MOST_BYTES = 7900
const LONGEST_INSIDE = 24

/** Bytes of a value with the padding before it; null: as many as its text has, and one. */
const SIZES: Readonly<Record<ColumnType, number | null>> = {
  bigint: 15,
  timestamptz: 15,
  time: 15,
  interval: LONGEST_INSIDE,
  date: 7,
  boolean: 1,
  uuid: 16,
  jsonb: LONGEST_INSIDE,
  'text[]': LONGEST_INSIDE,
  'bigint[]': LONGEST_INSIDE,
  'uuid[]': LONGEST_INSIDE,
  text: null,
  // Four digits take two bytes, behind a header of at most five.
  numeric: null,
}

/** Rows of no more cells than this always fit. */
export const CELLS_THAT_FIT = Math.floor(MOST_BYTES / LONGEST_INSIDE)

/** How much room is left in a row, as its cells are written. */
export class RowRoom {
  #left: number

  /** `others`: cells that the row may have besides, of which nothing is known. */
  constructor(others: number) {
    this.#left = MOST_BYTES - others * LONGEST_INSIDE
  }

  /** Takes the room of the cells from `start` on; false, and nothing taken, when they do not fit any more. */
  take(out: CopyText, start: number, types: readonly ColumnType[]): boolean {
    let bytes = 0
    let from = start
    for (const type of types) {
      const end = out.bytes.indexOf(TAB, from)
      bytes += SIZES[type] ?? Math.min(Math.max(end - from + 1, 8), LONGEST_INSIDE)
      from = end + 1
    }
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }
}
