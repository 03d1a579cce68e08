import type { Id, Row } from '../json.ts'
import { sortedIndex, type SortedIndex } from './sorted-index.ts'

export const DELETED = 1
export const ARCHIVED = 2

/** What lists need to know of a record without making it: times in ms (NaN for null) and flags. */
export interface Head {
  readonly added: number
  readonly updated: number
  readonly flags: number
}

/** Where records that nobody has changed come from. `n` counts from 1. */
export interface Source {
  readonly count: number
  id(n: number): Id
  head(n: number): Head
  row(n: number): Row
}

/**
 * The records of one kind. Unchanged ones are made on demand from their source and only changed ones are held,
 * so a large company costs a few numbers a record plus the fragments that were served.
 */
export interface Collection {
  /** Rises with every change. */
  readonly revision: () => number
  readonly size: () => number
  readonly slots: () => Iterable<number>
  readonly slotOf: (id: Id) => number | undefined
  readonly idAt: (slot: number) => Id
  readonly headAt: (slot: number) => Head
  /** As held, custom fields unset where absent. */
  readonly rawAt: (slot: number) => Row
  /** As the API answers it. */
  readonly rowAt: (slot: number) => Row
  readonly put: (id: Id, head: Head, row: Row) => void
  readonly drop: (id: Id) => void
  readonly index: (by: 'id' | 'added' | 'updated') => SortedIndex
  readonly nextId: () => number
  /** The JSON of a record, kept until the record or the shape of its kind changes. */
  readonly fragment: (slot: number, variant: string, render: (row: Row) => string) => Buffer
  readonly forgetFragments: () => void
}

const KEPT_VARIANTS = 4

export function createCollection(source: Source, project: (row: Row) => Row = (row) => row): Collection {
  const ids: Id[] = []
  const heads: Head[] = []
  const slotById = new Map<Id, number>()
  const changed = new Map<number, Row>()
  const indexes = new Map<string, SortedIndex>()
  const fragments = new Map<string, (Buffer | undefined)[]>()
  let revision = 0
  let lastId = 0

  for (let n = 1; n <= source.count; n++) {
    const id = source.id(n)
    ids.push(id)
    heads.push(source.head(n))
    slotById.set(id, n - 1)
    if (typeof id === 'number' && id > lastId) lastId = id
  }

  const idAt = (slot: number): Id => ids[slot] as Id
  const headAt = (slot: number): Head => heads[slot] as Head
  const rawAt = (slot: number): Row => changed.get(slot) ?? source.row(slot + 1)
  const rowAt = (slot: number): Row => project(rawAt(slot))
  const keys = {
    id: (slot: number): Id => (typeof idAt(slot) === 'number' ? idAt(slot) : slot),
    added: (slot: number): number => headAt(slot).added,
    updated: (slot: number): number => headAt(slot).updated,
  }

  function put(id: Id, head: Head, row: Row): void {
    const known = slotById.get(id)
    const slot = known ?? ids.length
    if (known !== undefined) for (const index of indexes.values()) index.remove(slot)
    ids[slot] = id
    heads[slot] = head
    slotById.set(id, slot)
    changed.set(slot, row)
    if (typeof id === 'number' && id > lastId) lastId = id
    for (const index of indexes.values()) index.add(slot)
    for (const kept of fragments.values()) kept[slot] = undefined
    revision++
  }

  function drop(id: Id): void {
    const slot = slotById.get(id)
    if (slot === undefined) return
    for (const index of indexes.values()) index.remove(slot)
    slotById.delete(id)
    changed.delete(slot)
    for (const kept of fragments.values()) kept[slot] = undefined
    revision++
  }

  function index(by: 'id' | 'added' | 'updated'): SortedIndex {
    const known = indexes.get(by)
    if (known) return known
    const made = sortedIndex(slotById.values(), keys[by], idAt)
    indexes.set(by, made)
    return made
  }

  function fragment(slot: number, variant: string, render: (row: Row) => string): Buffer {
    let kept = fragments.get(variant)
    if (!kept) {
      const oldest = fragments.keys().next()
      if (fragments.size >= KEPT_VARIANTS && !oldest.done) fragments.delete(oldest.value)
      fragments.set(variant, (kept = []))
    }
    return (kept[slot] ??= Buffer.from(render(rowAt(slot))))
  }

  return {
    revision: () => revision,
    size: () => slotById.size,
    slots: () => slotById.values(),
    slotOf: (id) => slotById.get(id),
    idAt,
    headAt,
    rawAt,
    rowAt,
    put,
    drop,
    index,
    nextId: () => lastId + 1,
    fragment,
    forgetFragments: () => fragments.clear(),
  }
}
