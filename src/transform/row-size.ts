import { TAB, type CopyText } from './copy-text.ts'

/**
 * A row has to fit in a page of 8 kB, or PostgreSQL refuses it. Long values are moved out of the row, but each leaves
 * up to 24 bytes behind, and shorter ones stay where they are (PostgreSQL manual, "TOAST").
 */
const MOST_BYTES = 7000
const LEAST_CELL = 8
const MOST_CELL = 24

/** Rows of no more cells than this always fit. */
export const CELLS_THAT_FIT = Math.floor(MOST_BYTES / MOST_CELL)

/** How much room is left in a row, as its cells are written. */
export class RowRoom {
  #left = MOST_BYTES

  /** Takes the room of the cells from `start` on; false, and nothing taken, when they do not fit any more. */
  take(out: CopyText, start: number): boolean {
    let bytes = 0
    let from = start
    for (let at = start; at < out.length; at++) {
      if (out.bytes[at] !== TAB) continue
      bytes += Math.min(Math.max(at - from, LEAST_CELL), MOST_CELL)
      from = at + 1
    }
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }
}
