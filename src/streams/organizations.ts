import { addressColumns } from './address.ts'
import { FIRST_LABEL, IS_INACTIVE, V1_NAMES, WHEN_INACTIVE, v1Collection, type Door } from './door.ts'
import { MANY_IDS, UPDATED_BETWEEN, labels, v1Whole, v2Fields, v2List } from './lists.ts'
import type { Stream } from './stream.ts'

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

const organizationLabels = labels('organization_labels', 'organizations', 'org_id')

const collection: Door = {
  partitions: [v1Collection('organizations')],
  same: [
    ...['id', 'name', 'owner_id', 'add_time', 'update_time', 'visible_to'],
    ...Object.keys(addressColumns('address')),
  ],
  columns: { label_ids: FIRST_LABEL, is_deleted: IS_INACTIVE },
  exploded: [organizationLabels],
  deletedWhen: WHEN_INACTIVE,
  leftOut: [...V1_NAMES, 'delete_time', 'first_char'],
}

export const organizations: Stream = {
  name: 'organizations',
  description: 'Organizations: the companies one sells to',
  recentsItem: 'organization',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: MANY_IDS,
  erasable: 'organization',
  exploded: [organizationLabels],
  catalogs: [v2Fields('organizations', '/api/v2/organizationFields')],
  doors: { 'v1-collection': collection },
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

/** Each is listed with both organizations; what depends on the one that was asked for is left out. */
export const organizationRelationships: Stream = {
  name: 'organization_relationships',
  description: 'How organizations belong together',
  onDemand: true,
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'active_flag', is: false },
  leftOut: [
    'rel_owner_org_id',
    'rel_linked_org_id',
    'calculated_type',
    'calculated_related_org_id',
    'related_organization_name',
  ],
  catalogs: [],
  partitions: [
    v1Whole('/v1/organizationRelationships', 20, {
      parents: {
        of: organizations,
        columns: ['rel_owner_org_id', 'rel_linked_org_id'],
        ask: { param: 'org_id', most: 1 },
      },
    }),
  ],
  columns: {
    id: 'bigint',
    type: 'text',
    rel_owner_org_id: { type: 'bigint', from: 'rel_owner_org_id.value' },
    rel_linked_org_id: { type: 'bigint', from: 'rel_linked_org_id.value' },
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    active_flag: 'boolean',
  },
}
