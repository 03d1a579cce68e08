/** Fewer are passed as fast one by one. */
const SHORTEST = 16

/** Members that came one behind the other, each with null. */
export interface NullRun<Key> {
  /** As they stood in JSON text, from the first key to the last null. */
  readonly text: Buffer
  /** Where the places of their values are kept. */
  readonly slots: readonly number[]
  readonly last: Key
}

/** Follows the members of an object, to know the runs of nulls among them. */
export class NullRunFinder<Key extends { readonly slot: number }> {
  readonly #slots: number[] = []
  #first: Key | null = null
  #last: Key | null = null
  #start = 0
  #end = 0

  /** A text that broke off is no part of the next. */
  reset(): void {
    this.#slots.length = 0
  }

  /** The next member is null; it stands from `start` to `end`. */
  add(key: Key, start: number, end: number): void {
    if (this.#slots.length === 0) {
      this.#first = key
      this.#start = start
    }
    this.#slots.push(key.slot)
    this.#last = key
    this.#end = end
  }

  /** The run is over; gives it, and its first key, where it is long enough to be remembered. */
  take(bytes: Buffer): { readonly first: Key; readonly run: NullRun<Key> } | null {
    if (this.#slots.length === 0) return null
    const [first, last] = [this.#first, this.#last]
    const slots = this.#slots.length < SHORTEST ? [] : [...this.#slots]
    this.#slots.length = 0
    if (first === null || last === null || slots.length === 0) return null
    return { first, run: { text: Buffer.from(bytes.subarray(this.#start, this.#end)), slots, last } }
  }
}
