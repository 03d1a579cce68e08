import type { Collection } from '../company/collection.ts'
import { compareKeys, sortedIndex, type SortedIndex } from '../company/sorted-index.ts'
import type { Id } from '../json.ts'
import { timeOf } from '../time.ts'
import type { PageEnd } from './page-token.ts'

/** The stored indexes by the API's name of the field; any other field is sorted when asked for. */
const stored: Readonly<Record<string, 'id' | 'added' | 'updated'>> = {
  id: 'id',
  add_time: 'added',
  update_time: 'updated',
}

const sortedOnce = new WeakMap<Collection, Map<string, { revision: number; index: SortedIndex }>>()

export function indexBy(held: Collection, field: string): SortedIndex {
  const known = stored[field]
  if (known) return held.index(known)
  const made = sortedOnce.get(held) ?? new Map<string, { revision: number; index: SortedIndex }>()
  sortedOnce.set(held, made)
  const last = made.get(field)
  if (last?.revision === held.revision()) return last.index
  const keys = new Map([...held.slots()].map((slot) => [slot, sortKey(held.coreAt(slot)[field])] as const))
  const index = sortedIndex(keys.keys(), (slot) => keys.get(slot) ?? NaN, held.idAt)
  made.set(field, { revision: held.revision(), index })
  return index
}

const isStamp = (field: string): boolean => field === 'add_time' || field === 'update_time'

/** Some records in the order of one field; for so few that no index of them is worth keeping. */
export function indexOfSome(held: Collection, slots: readonly number[], field: string): SortedIndex {
  const keyAt = (slot: number): Id => {
    if (field === 'id') return held.idAt(slot)
    const value = held.coreAt(slot)[field]
    return isStamp(field) ? timeOf(value) : sortKey(value)
  }
  const keys = new Map(slots.map((slot) => [slot, keyAt(slot)] as const))
  return sortedIndex(slots, (slot) => keys.get(slot) ?? NaN, held.idAt)
}

/** Slots in the order of several keys. */
export function sortedBy(
  held: Collection,
  slots: readonly number[],
  keys: readonly { readonly field: string; readonly direction: 'asc' | 'desc' }[],
): number[] {
  const rows = new Map(slots.map((slot) => [slot, held.coreAt(slot)] as const))
  const compare = (a: number, b: number): number => {
    for (const { field, direction } of keys) {
      const order = compareKeys(sortKey(rows.get(a)?.[field]), sortKey(rows.get(b)?.[field]))
      if (order !== 0) return direction === 'asc' ? order : -order
    }
    return 0
  }
  return slots.toSorted(compare)
}

const sortKey = (value: unknown): number | string =>
  typeof value === 'string' || typeof value === 'number'
    ? value
    : typeof value === 'boolean'
      ? Number(value)
      : NaN

/** The key under which a page token's record stands in its index. */
export const keyOfEnd = (end: PageEnd): number | string =>
  isStamp(end.field) ? timeOf(end.fieldValue) : (end.fieldValue ?? NaN)

/** Positions of an index, `to` exclusive, outside of which nothing is looked for. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Times in ms, `until` exclusive. */
export interface Times {
  readonly since: number
  readonly until: number
}

/** What lies before every id. */
const FIRST_ID = -Infinity

/** Where in an index the records of a time stand; everywhere, where it is in another order. */
export function spanOf(index: SortedIndex, field: string, { since, until }: Times): Span {
  const all = { from: 0, to: index.slots.length }
  if (field !== 'update_time') return all
  return {
    from: since === -Infinity ? all.from : index.rank(since, FIRST_ID, false),
    to: until === Infinity ? all.to : index.rank(until, FIRST_ID, false),
  }
}

/**
 * Slots that pass, from a position on, at most `most` of them. The list is read as it is now: no snapshot, so a
 * record that moves ahead of an ascending walk is met again rather than lost.
 */
export function walk(
  index: Pick<SortedIndex, 'slots'>,
  start: number,
  direction: 'asc' | 'desc',
  most: number,
  passes: (slot: number) => boolean,
  { from, to }: Span = { from: 0, to: index.slots.length },
): number[] {
  const found: number[] = []
  const step = direction === 'asc' ? 1 : -1
  const first = direction === 'asc' ? Math.max(start, from) : Math.min(start, to - 1)
  for (let at = first; at >= from && at < to && found.length < most; at += step) {
    const slot = index.slots[at] as number
    if (passes(slot)) found.push(slot)
  }
  return found
}

export function startOf(index: SortedIndex, direction: 'asc' | 'desc', end: PageEnd | undefined): number {
  if (!end) return direction === 'asc' ? 0 : index.slots.length - 1
  const key = keyOfEnd(end)
  return direction === 'asc' ? index.rank(key, end.id, true) : index.rank(key, end.id, false) - 1
}
