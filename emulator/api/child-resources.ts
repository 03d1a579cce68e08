import type { ChildName } from '../company/children.ts'
import type { EntityName } from '../company/entities.ts'
import type { Switches } from '../switches.ts'

/** One list of the children of a record, or of several (openapi v1, v2). */
export interface ChildResource {
  readonly version: 'v1' | 'v2'
  readonly path: string
  readonly cost: number
  /** Its name among the features that a plan may lack. */
  readonly feature: string
  readonly entity: ChildName
  /** The kind of record that `:id` names, or that a parameter does. */
  readonly of: EntityName
  readonly parameter?: {
    readonly name: string
    readonly most: number
    readonly unknown: 'left-out' | 'missing'
  }
  readonly paging: 'cursor' | 'offset' | 'none'
  readonly sorts?: readonly string[]
  /** Newest first, by this key. */
  readonly newestBy?: 'id' | 'timestamp'
  /** Keys that are held and not answered. */
  readonly hidden: readonly string[]
  /** Each row is answered as the value of this key alone. */
  readonly only?: string
  /** Every row comes at once, and nothing is said of a next page. */
  readonly unpagedWhen?: (switches: Switches) => boolean
}

const manyDeals = { name: 'deal_ids', most: 100, unknown: 'left-out' } as const
const v2 = { version: 'v2', cost: 10, paging: 'cursor' } as const
const v1 = { version: 'v1', cost: 10 } as const

const products = {
  ...v2,
  feature: 'deal_products',
  entity: 'deal_products',
  of: 'deals',
  hidden: [],
} as const
const productSorts = ['id', 'add_time', 'update_time', 'order_nr'] as const

const followers = (of: EntityName, entity: ChildName, link: string): ChildResource => ({
  ...v2,
  path: `/${of}/:id/followers`,
  feature: 'followers',
  entity,
  of,
  hidden: ['id', link],
})

/** Newest first (openapi v1, examples). */
const changelog = (of: EntityName, entity: ChildName, link: string): ChildResource => ({
  ...v1,
  cost: 20,
  path: `/${of}/:id/changelog`,
  feature: 'changelog',
  entity,
  of,
  paging: 'cursor',
  newestBy: 'id',
  hidden: ['id', link],
})

const permittedUsers = (of: EntityName): ChildResource => ({
  ...v1,
  path: `/${of}/:id/permittedUsers`,
  feature: 'permitted_users',
  entity: 'permitted_users',
  of,
  paging: 'none',
  hidden: [],
  only: 'user_id',
})

export const childResources: readonly ChildResource[] = [
  { ...products, path: '/deals/products', parameter: manyDeals, sorts: [...productSorts, 'deal_id'] },
  { ...products, path: '/deals/:id/products', sorts: productSorts },
  {
    ...v2,
    path: '/deals/installments',
    feature: 'installments',
    entity: 'deal_installments',
    of: 'deals',
    parameter: manyDeals,
    sorts: ['id', 'billing_date', 'deal_id'],
    unpagedWhen: ({ installmentsPaged }) => !installmentsPaged,
    hidden: [],
  },
  {
    ...v2,
    path: '/deals/:id/discounts',
    feature: 'discounts',
    entity: 'deal_discounts',
    of: 'deals',
    paging: 'none',
    hidden: [],
  },
  {
    ...v1,
    path: '/deals/:id/participants',
    feature: 'participants',
    entity: 'deal_participants',
    of: 'deals',
    paging: 'offset',
    hidden: ['deal_id'],
  },
  {
    ...v1,
    path: '/deals/:id/participantsChangelog',
    feature: 'participants',
    entity: 'deal_participant_changes',
    of: 'deals',
    paging: 'cursor',
    newestBy: 'id',
    hidden: ['id', 'deal_id'],
  },
  followers('deals', 'deal_followers', 'deal_id'),
  followers('persons', 'person_followers', 'person_id'),
  followers('organizations', 'organization_followers', 'org_id'),
  followers('products', 'product_followers', 'product_id'),
  followers('users', 'user_followers', 'followed_user_id'),
  changelog('deals', 'deal_changes', 'deal_id'),
  changelog('persons', 'person_changes', 'person_id'),
  changelog('organizations', 'organization_changes', 'org_id'),
  {
    ...v1,
    cost: 40,
    path: '/deals/:id/flow',
    feature: 'flow',
    entity: 'deal_flow',
    of: 'deals',
    paging: 'offset',
    newestBy: 'timestamp',
    hidden: ['id', 'deal_id'],
  },
  {
    ...v1,
    cost: 20,
    path: '/notes/:id/comments',
    feature: 'comments',
    entity: 'note_comments',
    of: 'notes',
    paging: 'offset',
    hidden: ['note_id'],
  },
  {
    ...v2,
    path: '/products/:id/variations',
    feature: 'variations',
    entity: 'product_variations',
    of: 'products',
    hidden: [],
  },
  {
    ...v1,
    cost: 20,
    path: '/organizationRelationships',
    feature: 'relationships',
    entity: 'organization_relationships',
    of: 'organizations',
    parameter: { name: 'org_id', most: 1, unknown: 'missing' },
    paging: 'none',
    hidden: ['org_id'],
  },
  ...(['deals', 'persons', 'organizations', 'leads', 'products'] as const).map(permittedUsers),
]
