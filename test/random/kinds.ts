import type { EntityName, Json } from '../../emulator/index.ts'

export type Deed = 'create' | 'update' | 'delete' | 'restore' | 'archive' | 'unarchive' | 'merge'

/** What may be done to records of one kind, and with what. */
export interface Kind {
  readonly name: EntityName
  /** Drawn so many times as often as the others. */
  readonly weight?: number
  readonly deeds: readonly Deed[]
  /** The key that an edit writes its own number into. */
  readonly text?: string
  /** Keys of a new record that name others, and whose. */
  readonly under?: Readonly<Record<string, EntityName>>
  /** The same of one that may have them, and may get others. */
  readonly links?: Readonly<Record<string, EntityName>>
  /** Keys and what they may hold. */
  readonly values?: Readonly<Record<string, readonly Json[]>>
  /** Its links go together and once: who follows twice does not. */
  readonly once?: true
  /** Has fields of the company's own. */
  readonly custom?: true
}

/** Updates are the most frequent, as in life. */
const LIFE: readonly Deed[] = ['create', 'update', 'update', 'update', 'delete']
const UNDELETED: readonly Deed[] = [...LIFE, 'restore']
const COME_AND_GO: readonly Deed[] = ['create', 'create', 'delete']

const owner = { owner_id: 'users' } as const
const contact = { person_id: 'persons', org_id: 'organizations' } as const
const follower = { deeds: COME_AND_GO, once: true } as const
const amounts = { amount: [0, 5, 12.5, 300] } as const

export const kinds: readonly Kind[] = [
  {
    name: 'deals',
    weight: 8,
    deeds: [...UNDELETED, 'archive', 'unarchive', 'merge'],
    text: 'title',
    links: { ...owner, ...contact, stage_id: 'stages' },
    values: { status: ['open', 'won', 'lost'], value: [0, 100, 12.34], label_ids: [[], [1], [2, 1]] },
    custom: true,
  },
  {
    name: 'persons',
    weight: 4,
    deeds: [...UNDELETED, 'merge'],
    text: 'name',
    links: { ...owner, org_id: 'organizations' },
    values: { emails: [[], [{ value: 'a@example.com', primary: true, label: 'work' }]] },
    custom: true,
  },
  {
    name: 'organizations',
    weight: 3,
    deeds: [...UNDELETED, 'merge'],
    text: 'name',
    links: owner,
    custom: true,
  },
  { name: 'products', weight: 2, deeds: UNDELETED, text: 'name', links: owner, custom: true },
  {
    name: 'leads',
    weight: 2,
    deeds: [...LIFE, 'archive', 'unarchive'],
    text: 'title',
    links: { ...owner, person_id: 'persons', organization_id: 'organizations' },
  },
  {
    name: 'activities',
    weight: 4,
    deeds: UNDELETED,
    text: 'subject',
    links: { ...owner, ...contact, deal_id: 'deals' },
    values: { done: [true, false] },
  },
  {
    name: 'notes',
    weight: 3,
    deeds: UNDELETED,
    text: 'content',
    under: { deal_id: 'deals' },
    links: contact,
    values: { pinned_to_deal_flag: [true, false] },
  },
  { name: 'files', deeds: UNDELETED, text: 'name', under: { deal_id: 'deals' } },
  {
    name: 'deal_products',
    weight: 2,
    deeds: LIFE,
    text: 'comments',
    under: { deal_id: 'deals', product_id: 'products' },
    values: { quantity: [1, 2, 7], item_price: [0, 9.99], is_enabled: [true, false] },
  },
  {
    name: 'deal_installments',
    deeds: LIFE,
    text: 'description',
    under: { deal_id: 'deals' },
    values: amounts,
  },
  { name: 'deal_discounts', deeds: LIFE, text: 'description', under: { deal_id: 'deals' }, values: amounts },
  {
    name: 'deal_participants',
    deeds: ['create', 'create', 'delete', 'restore'],
    under: { deal_id: 'deals', person_id: 'persons' },
    once: true,
  },
  { name: 'deal_followers', ...follower, under: { deal_id: 'deals', user_id: 'users' } },
  { name: 'person_followers', ...follower, under: { person_id: 'persons', user_id: 'users' } },
  { name: 'organization_followers', ...follower, under: { org_id: 'organizations', user_id: 'users' } },
  { name: 'product_followers', ...follower, under: { product_id: 'products', user_id: 'users' } },
  { name: 'user_followers', ...follower, under: { followed_user_id: 'users', user_id: 'users' } },
  { name: 'note_comments', weight: 2, deeds: UNDELETED, text: 'content', under: { note_id: 'notes' } },
  { name: 'product_variations', deeds: LIFE, text: 'name', under: { product_id: 'products' } },
  {
    name: 'organization_relationships',
    deeds: UNDELETED,
    under: { org_id: 'organizations', rel_linked_org_id: 'organizations' },
    values: { type: ['parent', 'related'] },
    once: true,
  },
  {
    name: 'projects',
    deeds: [...UNDELETED, 'archive', 'unarchive'],
    text: 'title',
    links: { ...owner, board_id: 'project_boards' },
    custom: true,
  },
  {
    name: 'tasks',
    deeds: LIFE,
    text: 'title',
    under: { project_id: 'projects' },
    values: { is_done: [true, false] },
  },
  { name: 'project_boards', deeds: LIFE, text: 'name' },
  { name: 'project_phases', deeds: LIFE, text: 'name', under: { board_id: 'project_boards' } },
  { name: 'project_templates', deeds: LIFE, text: 'title' },
  { name: 'mail_threads', deeds: UNDELETED, text: 'subject', links: { deal_id: 'deals' } },
  { name: 'mail_messages', deeds: UNDELETED, text: 'subject', under: { mail_thread_id: 'mail_threads' } },
  { name: 'users', deeds: ['create', 'update', 'update'], text: 'name' },
  { name: 'pipelines', deeds: UNDELETED, text: 'name' },
  { name: 'stages', deeds: UNDELETED, text: 'name', under: { pipeline_id: 'pipelines' } },
  { name: 'activity_types', deeds: UNDELETED, text: 'name' },
  { name: 'filters', deeds: UNDELETED, text: 'name' },
  { name: 'lead_labels', deeds: LIFE, text: 'name' },
  { name: 'roles', deeds: UNDELETED, text: 'name' },
  { name: 'permission_sets', deeds: LIFE, text: 'name' },
  { name: 'teams', deeds: UNDELETED, text: 'name' },
  { name: 'team_users', ...follower, under: { team_id: 'teams', user_id: 'users' } },
  { name: 'webhooks', deeds: UNDELETED, text: 'name' },
  { name: 'goals', deeds: LIFE, text: 'title' },
  { name: 'call_logs', deeds: LIFE, text: 'to_phone_number' },
]
