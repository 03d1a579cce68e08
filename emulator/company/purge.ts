import type { Id } from '../json.ts'
import { DAY } from '../time.ts'
import { DELETED } from './collection.ts'
import { entities, entityNames, type EntityName } from './entities.ts'
import type { Collections } from './shapes.ts'

/** Permanently removed 30 days after deletion (changelog, permanent deletion logic for 6 core entities). */
const KEPT = 30 * DAY

export interface Purge {
  readonly schedule: (name: EntityName, id: Id, deletedAt: number) => void
  readonly cancel: (name: EntityName, id: Id) => void
  readonly run: () => void
}

export function createPurge(collections: Collections, now: () => number): Purge {
  let due: { name: EntityName; id: Id; at: number }[] = []
  for (const name of entityNames.filter((each) => entities[each].purged)) {
    const held = collections[name]
    for (const slot of held.slots()) {
      const head = held.headAt(slot)
      if (head.flags & DELETED) due.push({ name, id: held.idAt(slot), at: head.updated + KEPT })
    }
  }
  due.sort((a, b) => a.at - b.at)
  return {
    schedule(name, id, deletedAt) {
      if (entities[name].purged) due.push({ name, id, at: deletedAt + KEPT })
      due.sort((a, b) => a.at - b.at)
    },
    cancel(name, id) {
      due = due.filter((one) => one.name !== name || one.id !== id)
    },
    run() {
      for (let next = due[0]; next && next.at <= now(); next = due[0]) {
        collections[next.name].drop(next.id)
        due.shift()
      }
    },
  }
}
