import type { Id, Row } from '../json.ts'
import { children, type ChildName, type Parent } from './children.ts'
import type { Collection } from './collection.ts'

type Index = Map<string, Set<Id>>

const indexes = new WeakMap<Collection, Index>()
const nobody: ReadonlySet<Id> = new Set()

const placeOf = ({ entity, id }: Parent): string => `${entity} ${id}`

function put(index: Index, name: ChildName, row: Row | undefined, isThere: boolean): void {
  if (!row) return
  const { parentsOf, spec } = children[name]
  for (const place of parentsOf(row).map(placeOf)) {
    const ids = index.get(place) ?? new Set<Id>()
    index.set(place, ids)
    if (isThere) ids.add(row[spec.key] as Id)
    else ids.delete(row[spec.key] as Id)
  }
}

function indexOf(held: Collection, name: ChildName): Index {
  const known = indexes.get(held)
  if (known) return known
  const index: Index = new Map()
  for (const slot of held.slots()) put(index, name, held.linksAt(slot), true)
  held.watch((before, after) => {
    put(index, name, before, false)
    put(index, name, after, true)
  })
  indexes.set(held, index)
  return index
}

/** The children of one kind that a record has, deleted ones included. Found once, then kept right with every change. */
export const childrenOf = (held: Collection, name: ChildName, parent: Parent): ReadonlySet<Id> =>
  indexOf(held, name).get(placeOf(parent)) ?? nobody
