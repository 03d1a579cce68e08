const FIRST_ROOM = 1024

/** A list of numbers that keeps its memory when it is emptied, outside of the heap. */
export class Numbers {
  #items = new Float64Array(FIRST_ROOM)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const larger = new Float64Array(this.#length * 2)
      larger.set(this.#items)
      this.#items = larger
    }
    this.#items[this.#length++] = value
  }

  /** NaN where there is none. */
  at(index: number): number {
    return index >= 0 && index < this.#length ? (this.#items[index] as number) : Number.NaN
  }

  set(index: number, value: number): void {
    this.#items[index] = value
  }

  clear(): void {
    this.#length = 0
  }
}
