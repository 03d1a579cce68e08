/**
 * Follows the cursor field through one walk. While values arrive in ascending order, what has been loaded is
 * complete up to the highest of them and the bookmark may move there; after the first descent only the end of the
 * walk tells, so until then the bookmark goes back to where the walk began.
 */
export class HighWater {
  readonly #start: number | null
  #highest: number | null
  #last = -Infinity
  #ascending = true

  /** `start` is the bookmark before the walk, in epoch milliseconds. */
  constructor(start: number | null) {
    this.#start = start
    this.#highest = start
  }

  add(cursors: readonly (number | null)[]): void {
    for (const cursor of cursors) {
      if (cursor === null) continue
      if (cursor < this.#last) this.#ascending = false
      this.#last = cursor
      if (this.#highest === null || cursor > this.#highest) this.#highest = cursor
    }
  }

  /** Whether all that follows is at or past `until`; never while the order is in doubt. */
  hasPassed(until: number | null): boolean {
    return until !== null && this.#ascending && this.#last >= until
  }

  /** The bookmark that may be committed with the rows seen so far. */
  get checkpoint(): number | null {
    return this.#ascending ? this.#highest : this.#start
  }

  /** The bookmark once the walk has ended. */
  get end(): number | null {
    return this.#highest
  }
}
