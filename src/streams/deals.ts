import { MANY_IDS, UPDATED_BETWEEN, labels, v2Fields, v2List, type Stream } from './stream.ts'

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

export const deals: Stream = {
  name: 'deals',
  description: 'Deals, archived and deleted ones included',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: MANY_IDS,
  exploded: [labels('deal_labels', 'deals', 'deal_id')],
  catalogs: [dealFields],
  partitions: [
    v2List('/api/v2/deals', 10, { params, filter: UPDATED_BETWEEN }),
    v2List('/api/v2/deals/archived', 20, { name: 'archived', params, filter: UPDATED_BETWEEN }),
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
