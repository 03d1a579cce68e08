import type { EntityName } from '../company/entities.ts'

/** One v2 list and its by-id twin (openapi v2). */
export interface V2Resource {
  readonly path: string
  readonly entity: EntityName
  readonly cost: number
  readonly sorts: readonly string[]
  /** Query parameter to record key; a list holds the value as one of its own. */
  readonly filters: Readonly<Record<string, string>>
  readonly windows: readonly ('updated_since' | 'updated_until')[]
  readonly ids: boolean
  readonly partition?: 'archived' | 'not-archived'
  /** Those of live records, where `status` also takes `deleted`. */
  readonly statuses?: readonly string[]
  readonly byDeal?: boolean
  /** Keys that appear only when asked for with `include_fields`. */
  readonly include: readonly string[]
  /** Those of them that a held record has; the others are made when asked for. */
  readonly carried: readonly string[]
  readonly byId: boolean
}

const usual = ['id', 'update_time', 'add_time'] as const
const both = ['updated_since', 'updated_until'] as const
export const same = (...keys: string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, key]))

const activityCounts = ['activities_count', 'done_activities_count', 'undone_activities_count'] as const
const dealCounts = ['open_deals_count', 'closed_deals_count', 'won_deals_count', 'lost_deals_count'] as const
const relatedCounts = dealCounts.map((key) => `related_${key}`)
const about = [
  'next_activity_id',
  'last_activity_id',
  'email_messages_count',
  'files_count',
  'notes_count',
] as const
const mail = ['last_incoming_mail_time', 'last_outgoing_mail_time'] as const

const deals = {
  entity: 'deals',
  sorts: usual,
  filters: same('owner_id', 'person_id', 'org_id', 'pipeline_id', 'stage_id'),
  windows: both,
  ids: true,
  statuses: ['open', 'won', 'lost'],
  include: [
    ...about,
    ...activityCounts,
    ...mail,
    'first_won_time',
    'products_count',
    'followers_count',
    'participants_count',
    'smart_bcc_email',
    'source_lead_id',
  ],
  carried: [],
} as const

export const v2Resources: readonly V2Resource[] = [
  { ...deals, path: 'deals', cost: 10, partition: 'not-archived', byId: true },
  { ...deals, path: 'deals/archived', cost: 20, partition: 'archived', byId: false },
  {
    path: 'persons',
    entity: 'persons',
    cost: 10,
    sorts: usual,
    filters: same('owner_id', 'org_id'),
    byDeal: true,
    windows: both,
    ids: true,
    include: [
      ...about,
      ...activityCounts,
      ...mail,
      ...dealCounts,
      ...relatedCounts,
      'participant_open_deals_count',
      'participant_closed_deals_count',
      'followers_count',
      'marketing_status',
      'doi_status',
      'smart_bcc_email',
    ],
    carried: [],
    byId: true,
  },
  {
    path: 'organizations',
    entity: 'organizations',
    cost: 10,
    sorts: usual,
    filters: same('owner_id'),
    windows: both,
    ids: true,
    include: [
      ...about,
      ...activityCounts,
      ...dealCounts,
      ...relatedCounts,
      'people_count',
      'followers_count',
      'smart_bcc_email',
    ],
    carried: [],
    byId: true,
  },
  {
    path: 'activities',
    entity: 'activities',
    cost: 10,
    sorts: [...usual, 'due_date'],
    filters: same('owner_id', 'deal_id', 'lead_id', 'person_id', 'org_id', 'done'),
    windows: both,
    ids: true,
    include: ['attendees'],
    carried: ['attendees'],
    byId: true,
  },
  {
    path: 'products',
    entity: 'products',
    cost: 10,
    sorts: [...usual, 'name'],
    filters: same('owner_id'),
    windows: ['updated_since'],
    ids: true,
    include: [],
    carried: [],
    byId: true,
  },
  {
    path: 'pipelines',
    entity: 'pipelines',
    cost: 5,
    sorts: usual,
    filters: {},
    windows: [],
    ids: false,
    include: [],
    carried: [],
    byId: true,
  },
  {
    path: 'stages',
    entity: 'stages',
    cost: 5,
    sorts: [...usual, 'order_nr'],
    filters: same('pipeline_id'),
    windows: [],
    ids: false,
    include: [],
    carried: [],
    byId: true,
  },
]
