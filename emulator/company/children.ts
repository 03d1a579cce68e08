import type { Id, Json, Row } from '../json.ts'
import type { EntityName, EntitySpec } from './entities.ts'

/** What hangs on one core record and is read through it. */
export const childNames = [
  'deal_products',
  'deal_installments',
  'deal_discounts',
  'deal_participants',
  'deal_participant_changes',
  'deal_followers',
  'person_followers',
  'organization_followers',
  'product_followers',
  'user_followers',
  'deal_changes',
  'person_changes',
  'organization_changes',
  'deal_flow',
  'note_comments',
  'product_variations',
  'organization_relationships',
  'permitted_users',
] as const
export type ChildName = (typeof childNames)[number]

export interface Parent {
  readonly entity: EntityName
  readonly id: Id
}

interface ChildKind {
  /** The records that a record of this kind is read through, by the keys that it is held with. */
  readonly parentsOf: (row: Row) => readonly Parent[]
  /** A log of what was done and a list of rights are no part of their parent. */
  readonly isPart: boolean
  readonly spec: EntitySpec
}

const isId = (value: Json | undefined): value is Id => typeof value === 'number' || typeof value === 'string'

const under = (entity: EntityName, ...keys: readonly string[]): Pick<ChildKind, 'parentsOf'> => ({
  parentsOf: (row) => keys.flatMap((key) => (isId(row[key]) ? [{ entity, id: row[key] }] : [])),
})

const ofDeal = under('deals', 'deal_id')
const ofPerson = under('persons', 'person_id')
const ofOrganization = under('organizations', 'org_id')
const ofProduct = under('products', 'product_id')

/** Kept without times and removed at once; the key is internal where the API shows none. */
const plain: EntitySpec = {
  key: 'id',
  newKey: 'number',
  times: 'v1',
  addedKey: null,
  updatedKey: null,
  deletion: 'vanishes',
  purged: false,
  fields: null,
  namesOthers: false,
  linkKey: 'child_id',
}
const both = { addedKey: 'add_time', updatedKey: 'update_time' } as const
const flagged = { deletion: { active_flag: false } } as const

const follower = { isPart: true, spec: { ...plain, times: 'v2', addedKey: 'add_time' } } as const
const log = { isPart: false, spec: { ...plain, addedKey: 'time' } } as const

/** Every kind of child; its times, its deletion and its key as the schema of its list has them (openapi v1, v2). */
export const children: Readonly<Record<ChildName, ChildKind>> = {
  deal_products: { ...ofDeal, isPart: true, spec: { ...plain, ...both, times: 'v2' } },
  deal_installments: { ...ofDeal, isPart: true, spec: plain },
  deal_discounts: {
    ...ofDeal,
    isPart: true,
    spec: { ...plain, newKey: 'uuid', times: 'v2', addedKey: 'created_at', updatedKey: 'updated_at' },
  },
  deal_participants: { ...ofDeal, isPart: true, spec: { ...plain, ...flagged, addedKey: 'add_time' } },
  deal_participant_changes: { ...ofDeal, ...log },
  deal_followers: { ...ofDeal, ...follower },
  person_followers: { ...ofPerson, ...follower },
  organization_followers: { ...ofOrganization, ...follower },
  product_followers: { ...ofProduct, ...follower },
  user_followers: { ...under('users', 'followed_user_id'), ...follower },
  deal_changes: { ...ofDeal, ...log },
  person_changes: { ...ofPerson, ...log },
  organization_changes: { ...ofOrganization, ...log },
  deal_flow: { ...ofDeal, isPart: false, spec: { ...plain, addedKey: 'timestamp' } },
  note_comments: {
    ...under('notes', 'note_id'),
    isPart: true,
    spec: { ...plain, ...both, ...flagged, key: 'uuid', newKey: 'uuid', times: 'lead' },
  },
  product_variations: { ...ofProduct, isPart: true, spec: plain },
  organization_relationships: {
    ...under('organizations', 'org_id', 'rel_linked_org_id'),
    isPart: true,
    spec: { ...plain, ...both, ...flagged },
  },
  permitted_users: {
    parentsOf: ({ entity, entity_id: id }) => (isId(id) ? [{ entity: entity as EntityName, id }] : []),
    isPart: false,
    spec: plain,
  },
}

export const isChild = (name: EntityName): name is ChildName => Object.hasOwn(children, name)
