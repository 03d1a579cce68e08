import type { Json, Row } from '../json.ts'
import type { Collection } from './collection.ts'

type Family = Map<Json, number[]>

const families = new WeakMap<Collection, Map<string, { revision: number; family: Family }>>()

function familyOf(held: Collection, key: string): Family {
  const family: Family = new Map()
  for (const slot of held.slots()) {
    const parent = held.coreAt(slot)[key] ?? null
    const slots = family.get(parent)
    if (slots) slots.push(slot)
    else family.set(parent, [slot])
  }
  return family
}

/** Where the records are that hold `parent` under `key`, oldest first; looked up anew after a change. */
export function childSlots(held: Collection, key: string, parent: Json): readonly number[] {
  const known = families.get(held) ?? new Map<string, { revision: number; family: Family }>()
  families.set(held, known)
  const last = known.get(key)
  if (last?.revision === held.revision()) return last.family.get(parent) ?? []
  const family = familyOf(held, key)
  known.set(key, { revision: held.revision(), family })
  return family.get(parent) ?? []
}

/** Those records as they are held. */
export const childRows = (held: Collection, key: string, parent: Json): Row[] =>
  childSlots(held, key, parent).map(held.coreAt)

/** What the record of an id has under a key, if it is a text. */
export function named(collection: Collection, id: Json | undefined, key: string): string | null {
  if (typeof id !== 'number' && typeof id !== 'string') return null
  const slot = collection.slotOf(id)
  const name = slot === undefined ? null : collection.coreAt(slot)[key]
  return typeof name === 'string' ? name : null
}
