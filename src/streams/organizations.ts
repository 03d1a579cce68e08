import { MANY_IDS, UPDATED_BETWEEN, addressColumns, v2Fields, v2List, type Stream } from './stream.ts'

/** Sent only when asked for (openapi v2, `include_fields`). */
const COUNTERS = {
  next_activity_id: 'bigint',
  last_activity_id: 'bigint',
  open_deals_count: 'bigint',
  related_open_deals_count: 'bigint',
  closed_deals_count: 'bigint',
  related_closed_deals_count: 'bigint',
  won_deals_count: 'bigint',
  related_won_deals_count: 'bigint',
  lost_deals_count: 'bigint',
  related_lost_deals_count: 'bigint',
  email_messages_count: 'bigint',
  people_count: 'bigint',
  activities_count: 'bigint',
  done_activities_count: 'bigint',
  undone_activities_count: 'bigint',
  files_count: 'bigint',
  notes_count: 'bigint',
  followers_count: 'bigint',
  smart_bcc_email: 'text',
} as const

export const organizations: Stream = {
  name: 'organizations',
  description: 'Organizations: the companies one sells to',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: MANY_IDS,
  catalogs: [v2Fields('organizations', '/api/v2/organizationFields')],
  partitions: [
    v2List('/api/v2/organizations', 10, {
      params: { include_fields: Object.keys(COUNTERS).join(',') },
      filter: UPDATED_BETWEEN,
    }),
  ],
  columns: {
    id: 'bigint',
    name: 'text',
    owner_id: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    label_ids: 'bigint[]',
    visible_to: 'bigint',
    is_deleted: 'boolean',
    ...addressColumns('address'),
    website: 'text',
    linkedin: 'text',
    industry: 'bigint',
    annual_revenue: 'numeric',
    employee_count: 'bigint',
    ...COUNTERS,
  },
}
