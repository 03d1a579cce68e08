import type { Id, Json, Row } from '../json.ts'
import type { Field } from './catalog.ts'
import { createFragments, type Fragments } from './fragments.ts'
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
  /** Without custom fields. */
  row(n: number): Row
  /** The ids of those that are read through record `parent` of another kind, counted from 1. */
  under?(kind: string, parent: number): readonly Id[]
  readonly custom?: {
    readonly fields: () => readonly Field[]
    /** Null when unset. */
    readonly value: (field: Field, n: number) => Json
  }
}

export type Watcher = (before: Row | undefined, after: Row | undefined) => void

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
  /** As held, with no promise about its custom fields. */
  readonly coreAt: (slot: number) => Row
  readonly customAt: (slot: number, field: Field) => Json
  /** As held, custom fields left out where unset. */
  readonly rawAt: (slot: number) => Row
  /** As the API answers it. */
  readonly rowAt: (slot: number) => Row
  /** The JSON of `rowAt`. */
  readonly textAt: (slot: number) => string
  readonly put: (id: Id, head: Head, row: Row) => void
  readonly drop: (id: Id) => void
  /** Told of every change from now on, with the records as `coreAt` has them. */
  readonly watch: (watcher: Watcher) => void
  readonly index: (by: 'id' | 'added' | 'updated') => SortedIndex
  readonly nextId: () => number
  /** The JSON of records by how they are shown, kept until a record or the shape of its kind changes. */
  readonly fragments: (variant: string) => Fragments
  readonly forgetFragments: () => void
}

export type Held = Pick<Collection, 'coreAt' | 'customAt' | 'rawAt'>

/** How a held record becomes the record the API answers. */
export type Shape = (held: Held) => Pick<Collection, 'rowAt' | 'textAt'>

const KEPT_VARIANTS = 6

interface Places {
  readonly ids: Id[]
  readonly heads: Head[]
  readonly slotById: Map<Id, number>
}

function placesOf(source: Source): Places {
  const places: Places = { ids: [], heads: [], slotById: new Map() }
  for (let n = 1; n <= source.count; n++) {
    const id = source.id(n)
    const { added, updated, flags } = source.head(n)
    places.ids.push(id)
    places.heads.push({ added, updated, flags })
    places.slotById.set(id, n - 1)
  }
  return places
}

const isSet = ([, value]: readonly [string, Json]): boolean => value !== null

function customOf(source: Source, n: number): Row {
  const fields = source.custom?.fields() ?? []
  const values = fields.map((field): [string, Json] => [field.code, source.custom?.value(field, n) ?? null])
  return Object.fromEntries(values.filter(isSet))
}

export function createCollection(source: Source, shape: Shape): Collection {
  const { ids, heads, slotById } = placesOf(source)
  const changed = new Map<number, Row>()
  const indexes = new Map<string, SortedIndex>()
  const variants = new Map<string, Fragments>()
  const watchers: Watcher[] = []
  let revision = 0
  let lastId = ids.reduce<number>((last, id) => (typeof id === 'number' && id > last ? id : last), 0)

  const idAt = (slot: number): Id => ids[slot] as Id
  const headAt = (slot: number): Head => heads[slot] as Head
  const coreAt = (slot: number): Row => changed.get(slot) ?? source.row(slot + 1)

  function customAt(slot: number, field: Field): Json {
    const held = changed.get(slot)
    if (!held) return source.custom?.value(field, slot + 1) ?? null
    return (held['custom_fields'] as Row | undefined)?.[field.code] ?? null
  }

  function rawAt(slot: number): Row {
    const held = changed.get(slot)
    if (held || !source.custom) return held ?? source.row(slot + 1)
    return { ...source.row(slot + 1), custom_fields: customOf(source, slot + 1) }
  }

  const keys = {
    id: (slot: number): Id => (typeof idAt(slot) === 'number' ? idAt(slot) : slot),
    added: (slot: number): number => headAt(slot).added,
    updated: (slot: number): number => headAt(slot).updated,
  }

  function moved(slot: number, before: Row | undefined, after: Row | undefined): void {
    for (const watcher of watchers) watcher(before, after)
    for (const kept of variants.values()) kept.forget(slot)
    revision++
  }

  const beforeAt = (slot: number): Row | undefined => (watchers.length > 0 ? coreAt(slot) : undefined)

  function put(id: Id, head: Head, row: Row): void {
    const known = slotById.get(id)
    const slot = known ?? ids.length
    const before = known === undefined ? undefined : beforeAt(slot)
    if (known !== undefined) for (const index of indexes.values()) index.remove(slot)
    ids[slot] = id
    heads[slot] = head
    slotById.set(id, slot)
    changed.set(slot, row)
    if (typeof id === 'number' && id > lastId) lastId = id
    for (const index of indexes.values()) index.add(slot)
    moved(slot, before, row)
  }

  function drop(id: Id): void {
    const slot = slotById.get(id)
    if (slot === undefined) return
    const before = beforeAt(slot)
    for (const index of indexes.values()) index.remove(slot)
    slotById.delete(id)
    changed.delete(slot)
    moved(slot, before, undefined)
  }

  function index(by: 'id' | 'added' | 'updated'): SortedIndex {
    const known = indexes.get(by)
    if (known) return known
    const made = sortedIndex(slotById.values(), keys[by], idAt)
    indexes.set(by, made)
    return made
  }

  function fragments(variant: string): Fragments {
    const kept = variants.get(variant) ?? createFragments()
    variants.delete(variant)
    variants.set(variant, kept)
    const oldest = variants.keys().next()
    if (variants.size > KEPT_VARIANTS && !oldest.done) variants.delete(oldest.value)
    return kept
  }

  return {
    revision: () => revision,
    size: () => slotById.size,
    slots: () => slotById.values(),
    slotOf: (id) => slotById.get(id),
    idAt,
    headAt,
    coreAt,
    customAt,
    rawAt,
    ...shape({ coreAt, customAt, rawAt }),
    put,
    drop,
    watch: (watcher) => void watchers.push(watcher),
    index,
    nextId: () => lastId + 1,
    fragments,
    forgetFragments: () => variants.clear(),
  }
}
