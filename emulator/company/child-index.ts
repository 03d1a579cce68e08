import type { Id, Json, Row } from '../json.ts'
import { children, type ChildName, type Parent } from './children.ts'
import type { Collection, Source } from './collection.ts'
import { isDeleted } from './entities.ts'
import type { Collections } from './shapes.ts'

interface Index {
  readonly source: Source
  /** Changed or dropped since they were seeded, or made since. */
  readonly touched: Set<Id>
  /** The touched ones that are there, by their parents. */
  readonly placed: Map<string, Set<Id>>
}

const indexes = new WeakMap<Collection, Index>()

const placeOf = ({ entity, id }: Parent): string => `${entity} ${id}`

/** Keeps account of what becomes of the children; from the start, so that nothing has to be counted later. */
export function indexChildren(held: Collection, name: ChildName, source: Source): void {
  const { parentsOf, spec } = children[name]
  const index: Index = { source, touched: new Set(), placed: new Map() }
  const idOf = (row: Row): Id => row[spec.key] as Id
  const setOf = (place: string): Set<Id> => {
    const ids = index.placed.get(place) ?? new Set<Id>()
    index.placed.set(place, ids)
    return ids
  }
  held.watch((before, after) => {
    for (const row of [before, after]) if (row) index.touched.add(idOf(row))
    for (const place of before ? parentsOf(before).map(placeOf) : []) setOf(place).delete(idOf(before as Row))
    for (const place of after ? parentsOf(after).map(placeOf) : []) setOf(place).add(idOf(after as Row))
  })
  indexes.set(held, index)
}

/** The ids of a record's children of one kind, deleted ones included. */
export function childrenOf(all: Collections, name: ChildName, parent: Parent): readonly Id[] {
  const index = indexes.get(all[name])
  const slot = all[parent.entity].slotOf(parent.id)
  if (!index || slot === undefined) return []
  const seeded = index.source.under?.(parent.entity, slot + 1) ?? []
  const untouched = index.touched.size === 0 ? seeded : seeded.filter((id) => !index.touched.has(id))
  return [...untouched, ...(index.placed.get(placeOf(parent)) ?? [])]
}

/** A child that says the same of the same user or person is there already. */
export function hasChild(
  all: Collections,
  name: ChildName,
  parent: Parent,
  key: string,
  value: Json,
): boolean {
  const held = all[name]
  return childrenOf(all, name, parent).some((id) => {
    const row = held.coreAt(held.slotOf(id) as number)
    return row[key] === value && !isDeleted(row)
  })
}
