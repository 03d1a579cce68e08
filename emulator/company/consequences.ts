import type { Id, Row } from '../json.ts'
import type { Switches } from '../switches.ts'
import { children, isChild, type ChildName, type Parent } from './children.ts'
import { hasChild } from './child-index.ts'
import { logChanges } from './change-log.ts'
import { entities, isDeleted, type EntityName } from './entities.ts'
import { childSlots } from './links.ts'
import { logProjectChange } from './project-log.ts'
import type { Collections } from './shapes.ts'
import type { Table } from './table.ts'

/** What was done to one record, as held. */
export interface Deed {
  readonly name: EntityName
  readonly before: Row | undefined
  readonly after: Row | undefined
}

export interface Surroundings {
  readonly tables: Readonly<Record<EntityName, Table>>
  readonly collections: Collections
  readonly switches: Switches
}

const hangers: ReadonlySet<EntityName> = new Set(['activities', 'notes', 'files', 'mail_messages'])
const hungOn = [
  ['deal_id', 'deals'],
  ['person_id', 'persons'],
  ['org_id', 'organizations'],
  ['mail_thread_id', 'mail_threads'],
] as const

function bumpedBy({ name, before, after }: Deed): readonly Parent[] {
  if (isChild(name) && children[name].isPart)
    return [before, after].flatMap((row) => (row ? children[name].parentsOf(row) : []))
  if (before || !after || !hangers.has(name)) return []
  return hungOn.flatMap(([key, entity]) =>
    typeof after[key] === 'number' ? [{ entity, id: after[key] }] : [],
  )
}

function bumpParents(deed: Deed, { tables, collections, switches }: Surroundings): void {
  if (!switches.childBumpsParent) return
  for (const { entity, id } of bumpedBy(deed)) {
    const slot = collections[entity].slotOf(id)
    if (slot !== undefined && !isDeleted(collections[entity].coreAt(slot))) tables[entity].update(id, {})
  }
}

const followers: Readonly<Partial<Record<EntityName, ChildName>>> = {
  deals: 'deal_followers',
  persons: 'person_followers',
  organizations: 'organization_followers',
  products: 'product_followers',
}

/** Whoever is made the owner of a record follows it. */
function letOwnerFollow({ name, before, after }: Deed, { tables, collections }: Surroundings): void {
  const child = followers[name]
  const owner = after?.['owner_id'] ?? null
  if (!child || !after || owner === null || owner === before?.['owner_id']) return
  const id = after['id'] as Id
  if (!hasChild(collections, child, { entity: name, id }, 'user_id', owner))
    tables[child].create({ [entities[name].linkKey]: id, user_id: owner })
}

/** The person of a deal takes part in it. */
function letPersonTakePart({ name, before, after }: Deed, { tables, collections }: Surroundings): void {
  const person = after?.['person_id'] ?? null
  if (name !== 'deals' || !after || person === null || person === before?.['person_id']) return
  const id = after['id'] as Id
  if (!hasChild(collections, 'deal_participants', { entity: name, id }, 'person_id', person))
    tables.deal_participants.create({ deal_id: id, person_id: person })
}

/** Who takes part in a deal is logged. */
function logParticipant({ name, before, after }: Deed, { tables }: Surroundings): void {
  if (name !== 'deal_participants') return
  const [was, is] = [before && !isDeleted(before), after && !isDeleted(after)]
  const { deal_id: deal = null, person_id: person = null } = after ?? before ?? {}
  if (Boolean(was) !== Boolean(is))
    tables.deal_participant_changes.create({
      deal_id: deal,
      person_id: person,
      action: is === true ? 'added' : 'removed',
    })
}

const withRights: ReadonlySet<EntityName> = new Set([
  'deals',
  'persons',
  'organizations',
  'leads',
  'products',
])

function permitOwner({ name, before, after }: Deed, { tables }: Surroundings): void {
  if (before || !after || !withRights.has(name)) return
  tables.permitted_users.create({
    entity: name,
    entity_id: after['id'] ?? null,
    user_id: after['owner_id'] ?? null,
  })
}

/** A goal that nobody has come nearer to has a result too. */
function startGoal({ name, before, after }: Deed, { tables }: Surroundings): void {
  if (name === 'goals' && !before && after) tables.goal_results.create({ goal_id: after['id'] ?? null })
}

/** The messages of a thread belong to its deal. */
function moveMessages({ name, before, after }: Deed, { tables, collections }: Surroundings): void {
  const deal = after?.['deal_id'] ?? null
  if (name !== 'mail_threads' || !before || !after || deal === before['deal_id']) return
  const held = collections.mail_messages
  for (const slot of childSlots(held, 'mail_thread_id', after['id'] ?? null))
    tables.mail_messages.set(held.idAt(slot), { deal_id: deal })
}

/** What a change of one record makes of others. */
export function bearConsequences(deed: Deed, around: Surroundings): void {
  for (const bear of [
    letOwnerFollow,
    letPersonTakePart,
    logParticipant,
    permitOwner,
    logChanges,
    logProjectChange,
    startGoal,
    moveMessages,
    bumpParents,
  ])
    bear(deed, around)
}
