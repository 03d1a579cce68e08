/** The API orders and filters by whole seconds: within one, records may come in any order. */
function secondOf(cursor: number): number {
  return Math.floor(cursor / 1000)
}

/**
 * Follows the cursor field through one walk. While values arrive in ascending order, what has been loaded is
 * complete up to the highest of them and the bookmark may move there; after the first descent only the end of the
 * walk tells, so until then the bookmark goes back to where the walk began.
 */
export class HighWater {
  readonly #start: number | null
  #highest: number | null
  #first: number | null = null
  #last = -Infinity
  #ascending: boolean
  /** Of the page that was added last: its first and its last value, and whether it descends. */
  #pageFirst: number | null = null
  #pageLast: number | null = null
  #pageDescends = true

  /** `start` is the bookmark before the walk, in epoch milliseconds; `isOrdered`: ascending order is asked for. */
  constructor(start: number | null, isOrdered = true) {
    this.#start = start
    this.#highest = start
    this.#ascending = isOrdered
  }

  /** Values at `until` or later are of records that another walk reads: they tell how far this one has come, and no more. */
  add(cursors: readonly (number | null)[], until: number | null = null): void {
    this.#pageFirst = null
    this.#pageLast = null
    this.#pageDescends = true
    for (const cursor of cursors) {
      if (cursor === null) continue
      if (this.#pageLast !== null && secondOf(cursor) > secondOf(this.#pageLast)) this.#pageDescends = false
      this.#pageFirst ??= cursor
      this.#pageLast = cursor
      if (secondOf(cursor) < secondOf(this.#last)) this.#ascending = false
      this.#last = cursor
      if (until !== null && cursor >= until) continue
      this.#first ??= cursor
      if (this.#highest === null || cursor > this.#highest) this.#highest = cursor
    }
  }

  /** Whether all that follows is at or past `until`; never while the order is in doubt. */
  hasPassed(until: number | null): boolean {
    return until !== null && this.#ascending && this.#last >= until
  }

  /**
   * Whether all that follows, in a walk from the newest on, is before `since`, as the last page tells: a list that moves
   * may show a page once more.
   */
  hasFallenBelow(since: number | null): boolean {
    return since !== null && this.#pageLast !== null && this.#pageDescends && this.#pageLast < since
  }

  get isAscending(): boolean {
    return this.#ascending
  }

  /** The first value that was seen; null where none was. */
  get first(): number | null {
    return this.#first
  }

  /** How far the walk has come; null where nothing tells. */
  get reached(): number | null {
    return this.#highest
  }

  /**
   * Milliseconds of the cursor field that the last page covered; null where it tells nothing. A company grows: what a page
   * covered long ago says less.
   */
  get pace(): number | null {
    return this.#pageFirst === null || this.#pageLast === null ? null : this.#pageLast - this.#pageFirst
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
