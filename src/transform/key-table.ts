import { Numbers } from './numbers.ts'

/** What identifies a record: a number or a text, as its key column holds it; of several columns, their JSON. */
export type Key = number | string

/** A power of two. */
const FIRST_SLOTS = 1024
/** 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1

function product(key: Key): number {
  if (typeof key === 'number') return Math.imul(key, SPREAD)
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), SPREAD)
  return hash
}

/** The lower bits of a product know only the lower bits of the key: the upper ones are brought down. */
function hashOf(key: Key): number {
  const hash = product(key)
  return hash ^ (hash >>> 15)
}

/**
 * A number for each key. Unlike a Map it keeps its memory when it is emptied: what a Map leaves behind with each batch has
 * lived long enough to be moved into the old generation of the heap, where it stays until that has grown by half.
 */
export class KeyTable {
  /** One more than the place of a key in the lists, at or behind the slot that its hash gives; 0: none. */
  #slots = new Int32Array(FIRST_SLOTS)
  /** Those behind `size` are of earlier. */
  readonly #keys: Key[] = []
  readonly #values = new Numbers()

  get size(): number {
    return this.#values.length
  }

  /** NaN where there is none. */
  get(key: Key): number {
    return this.#values.at((this.#slots[this.#slotOf(key)] as number) - 1)
  }

  set(key: Key, value: number): void {
    const slot = this.#slotOf(key)
    const place = this.#slots[slot] as number
    if (place > 0) return this.#values.set(place - 1, value)
    this.#keys[this.size] = key
    this.#values.push(value)
    this.#slots[slot] = this.size
    if (this.size * 2 > this.#slots.length) this.#widen()
  }

  clear(): void {
    this.#slots.fill(0)
    this.#values.clear()
  }

  /** Where the key is, or would be. */
  #slotOf(key: Key): number {
    const slots = this.#slots
    const last = slots.length - 1
    let slot = hashOf(key) & last
    for (let place = slots[slot] as number; place > 0; place = slots[slot] as number) {
      if (this.#keys[place - 1] === key) break
      slot = (slot + 1) & last
    }
    return slot
  }

  #widen(): void {
    this.#slots = new Int32Array(this.#slots.length * 2)
    for (let place = 1; place <= this.size; place++)
      this.#slots[this.#slotOf(this.#keys[place - 1] as Key)] = place
  }
}
