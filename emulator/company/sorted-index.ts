import type { Id } from '../json.ts'

/** Slots in order of a key, ties by id, nulls (NaN) first: the order of v2 lists (recorded 2026-05-15). */
export interface SortedIndex {
  readonly slots: readonly number[]
  add(slot: number): void
  remove(slot: number): void
  /** How many slots come before (key, id); with `inclusive`, or are it. */
  rank(key: Id, id: Id, inclusive: boolean): number
}

type Key = number | string

export function compareKeys(a: Key, b: Key): number {
  const noA = Number.isNaN(a)
  const noB = Number.isNaN(b)
  if (noA || noB) return Number(noB) - Number(noA)
  if (typeof a === 'string' || typeof b === 'string') {
    const [left, right] = [String(a), String(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }
  return a === b ? 0 : a > b ? 1 : -1
}

export function sortedIndex(
  initial: Iterable<number>,
  keyAt: (slot: number) => Key,
  idAt: (slot: number) => Id,
): SortedIndex {
  const slots = [...initial].sort((a, b) => compareKeys(keyAt(a), keyAt(b)) || compareKeys(idAt(a), idAt(b)))

  function rank(key: Key, id: Id, inclusive: boolean): number {
    let low = 0
    let high = slots.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const slot = slots[middle] as number
      const order = compareKeys(keyAt(slot), key) || compareKeys(idAt(slot), id)
      if (order < 0 || (inclusive && order === 0)) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    slots,
    rank,
    add: (slot) => void slots.splice(rank(keyAt(slot), idAt(slot), false), 0, slot),
    remove: (slot) => void slots.splice(rank(keyAt(slot), idAt(slot), false), 1),
  }
}
