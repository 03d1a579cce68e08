import type { Id, Row } from '../json.ts'
import { childrenOf, hasChild } from './child-index.ts'
import { childNames, children, type ChildName } from './children.ts'
import { entities, isDeleted } from './entities.ts'
import type { MergeParts } from './merge.ts'
import type { Mergeable } from './merges.ts'

/** What a record has of these only once, by the key that tells them apart. */
const twins: Readonly<Partial<Record<ChildName, string>>> = {
  deal_participants: 'person_id',
  deal_followers: 'user_id',
  person_followers: 'user_id',
  organization_followers: 'user_id',
}

/** The survivor has the same already, or a relationship would be one with itself. */
function isIdle(child: ChildName, before: Row, after: Row, { collections }: MergeParts): boolean {
  if (child === 'organization_relationships') return after['org_id'] === after['rel_linked_org_id']
  const key = twins[child]
  const [parent] = children[child].parentsOf(after)
  if (key === undefined || !parent || isDeleted(before)) return false
  return hasChild(collections, child, parent, key, after[key] ?? null)
}

function move(child: ChildName, id: Id, patch: Row, parts: MergeParts): void {
  const held = parts.collections[child]
  const before = held.coreAt(held.slotOf(id) as number)
  const table = parts.tables[child]
  if (isIdle(child, before, { ...before, ...patch }, parts)) table.delete(id)
  else if (parts.switches.mergeBumpsMoved && !isDeleted(before)) table.update(id, patch)
  else table.set(id, patch)
}

function repointed(row: Row, keys: readonly string[], from: Id, to: Id): Row {
  return Object.fromEntries(keys.filter((key) => row[key] === from).map((key) => [key, to]))
}

/** The parts of the absorbed record become parts of the survivor, and whoever took part under the absorbed id takes part under the other. */
export function moveChildren(parts: MergeParts, name: Mergeable, from: Id, to: Id): void {
  const { collections } = parts
  const keys = [entities[name].linkKey, 'rel_linked_org_id']
  for (const child of childNames.filter((each) => children[each].isPart))
    for (const id of childrenOf(collections, child, { entity: name, id: from })) {
      const held = collections[child]
      move(child, id, repointed(held.coreAt(held.slotOf(id) as number), keys, from, to), parts)
    }
  if (name !== 'persons') return
  const held = collections.deal_participants
  const theirs = [...held.slots()].filter((slot) => held.coreAt(slot)['person_id'] === from)
  for (const id of theirs.map(held.idAt)) move('deal_participants', id, { person_id: to }, parts)
}
