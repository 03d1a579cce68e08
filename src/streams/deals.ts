import { LABEL, V1_NAMES, v1Collection, type Door } from './door.ts'
import { MANY_IDS, UPDATED_BETWEEN, labels, v2Fields, v2List } from './lists.ts'
import { refersTo } from './mentions.ts'
import type { Stream } from './stream.ts'

/** Without `deleted` the list leaves deleted deals out; with it they stay for 30 days (openapi v2). */
const STATUS = 'open,won,lost,deleted'

/** Counters and mail times are sent only when asked for (openapi v2, `include_fields`). */
const COUNTERS = {
  next_activity_id: 'bigint',
  last_activity_id: 'bigint',
  first_won_time: 'timestamptz',
  products_count: 'bigint',
  files_count: 'bigint',
  notes_count: 'bigint',
  followers_count: 'bigint',
  email_messages_count: 'bigint',
  activities_count: 'bigint',
  done_activities_count: 'bigint',
  undone_activities_count: 'bigint',
  participants_count: 'bigint',
  last_incoming_mail_time: 'timestamptz',
  last_outgoing_mail_time: 'timestamptz',
  smart_bcc_email: 'text',
  source_lead_id: 'uuid',
} as const

const params = { status: STATUS, include_fields: Object.keys(COUNTERS).join(',') }

export const dealFields = v2Fields('deals', '/api/v2/dealFields')

const dealLabels = labels('deal_labels', 'deals', 'deal_id')

/** `status=deleted` lists those that were deleted in the last 30 days, no other status does (openapi v1, 2026-01). */
const collection: Door = {
  partitions: [
    v1Collection('deals'),
    v1Collection('deals', { name: 'collection-deleted', params: { status: 'deleted' } }),
  ],
  same: [
    ...[
      'id',
      'title',
      'status',
      'value',
      'currency',
      'creator_user_id',
      'person_id',
      'org_id',
      'pipeline_id',
    ],
    ...['stage_id', 'add_time', 'update_time', 'won_time', 'lost_time', 'close_time', 'expected_close_date'],
    ...['probability', 'lost_reason', 'visible_to'],
  ],
  columns: {
    owner_id: { type: 'bigint', from: 'user_id' },
    label_ids: LABEL,
    is_deleted: { type: 'boolean', from: 'status', is: 'deleted' },
  },
  exploded: [dealLabels],
  deletedWhen: { field: 'status', is: 'deleted' },
  leftOut: [
    ...V1_NAMES,
    ...['active', 'deleted', 'stage_order_nr', 'org_hidden', 'person_hidden', 'formatted_value'],
    ...['weighted_value', 'formatted_weighted_value', 'weighted_value_currency'],
  ],
}

export const deals: Stream = {
  name: 'deals',
  description: 'Deals, archived and deleted ones included',
  recentsItem: 'deal',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: MANY_IDS,
  erasable: 'deal',
  mentions: [
    refersTo('persons', 'person_id'),
    refersTo('organizations', 'org_id'),
    refersTo('leads', 'source_lead_id'),
  ],
  exploded: [dealLabels],
  // Archived and deleted deals do not count (changelog, archived deals and leads).
  totals: {
    path: '/v1/deals/summary',
    cost: 40,
    by: 'status',
    values: ['open', 'won', 'lost'],
    sum: 'value',
    group: 'currency',
    without: 'is_archived',
  },
  catalogs: [dealFields],
  doors: { 'v1-collection': collection },
  partitions: [
    v2List('/api/v2/deals', 10, { params, filter: UPDATED_BETWEEN }),
    v2List('/api/v2/deals/archived', 20, {
      name: 'archived',
      params,
      filter: UPDATED_BETWEEN,
      markedBy: 'is_archived',
    }),
  ],
  columns: {
    id: 'bigint',
    title: 'text',
    status: 'text',
    value: 'numeric',
    currency: 'text',
    owner_id: 'bigint',
    creator_user_id: 'bigint',
    person_id: 'bigint',
    org_id: 'bigint',
    pipeline_id: 'bigint',
    stage_id: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    stage_change_time: 'timestamptz',
    won_time: 'timestamptz',
    lost_time: 'timestamptz',
    close_time: 'timestamptz',
    archive_time: 'timestamptz',
    local_won_date: 'date',
    local_lost_date: 'date',
    local_close_date: 'date',
    expected_close_date: 'date',
    probability: 'numeric',
    lost_reason: 'text',
    label_ids: 'bigint[]',
    visible_to: 'bigint',
    is_deleted: 'boolean',
    is_archived: 'boolean',
    arr: 'numeric',
    mrr: 'numeric',
    acv: 'numeric',
    origin: 'text',
    origin_id: 'text',
    channel: 'bigint',
    channel_id: 'text',
    ...COUNTERS,
  },
}
