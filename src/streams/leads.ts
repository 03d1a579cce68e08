import { dealFields } from './deals.ts'
import { LIST_AGAIN, UPDATED_SINCE, labels, v1Whole } from './lists.ts'
import { refersTo } from './mentions.ts'
import { type Partition, type Stream } from './stream.ts'

const list = {
  paging: 'offset',
  pageSize: 500,
  order: { byCursor: { sort: 'update_time ASC' }, stable: { sort: 'add_time ASC' } },
} as const satisfies Partial<Partition>

export const leads: Stream = {
  name: 'leads',
  description: 'Leads, archived ones included',
  key: ['id'],
  cursorField: 'update_time',
  readById: { kind: 'one', path: '/v1/leads/{id}', cost: 2 },
  erasable: 'lead',
  mentions: [
    refersTo('persons', 'person_id'),
    refersTo('organizations', 'organization_id'),
    refersTo('deals', 'source_deal_id'),
  ],
  exploded: [labels('lead_labels_assigned', 'leads', 'lead_id', 'uuid')],
  catalogs: [
    {
      entity: 'leads',
      sources: [
        { path: '/v1/leadFields', cost: 20, paging: 'offset', pageSize: 500 },
        // Leads have the deal's custom fields, under the deal's hashes (openapi v1).
        ...dealFields.sources.map((source) => ({ ...source, customOnly: true })),
      ],
    },
  ],
  partitions: [
    { ...list, name: 'live', path: '/v1/leads', cost: 20, filter: UPDATED_SINCE },
    // Nothing can be filtered, and every page costs 40.
    {
      ...list,
      name: 'archived',
      path: '/v1/leads/archived',
      cost: 40,
      markedBy: 'is_archived',
      refreshHours: 24,
    },
  ],
  columns: {
    id: 'uuid',
    title: 'text',
    value: { type: 'numeric', from: 'value.amount' },
    currency: { type: 'text', from: 'value.currency' },
    owner_id: 'bigint',
    creator_id: 'bigint',
    person_id: 'bigint',
    organization_id: 'bigint',
    label_ids: 'uuid[]',
    expected_close_date: 'date',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    archive_time: 'timestamptz',
    is_archived: 'boolean',
    was_seen: 'boolean',
    next_activity_id: 'bigint',
    source_name: 'text',
    source_deal_id: 'bigint',
    origin: 'text',
    origin_id: 'text',
    channel: 'bigint',
    channel_id: 'text',
    visible_to: 'bigint',
    cc_email: 'text',
  },
}

export const leadLabels: Stream = {
  name: 'lead_labels',
  description: 'Labels that leads may have (label_ids)',
  refreshHours: 24,
  key: ['id'],
  cursorField: 'update_time',
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/leadLabels', 10)],
  columns: {
    id: 'uuid',
    name: 'text',
    color: 'text',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}

/** They are fixed by Pipedrive and have no id. */
export const leadSources: Stream = {
  name: 'lead_sources',
  description: 'Where leads may come from (source_name)',
  refreshHours: 24,
  key: ['name'],
  cursorField: null,
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/leadSources', 2)],
  columns: { name: 'text' },
}
