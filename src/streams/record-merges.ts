import { goesWith } from './mentions.ts'
import type { Partition, Stream } from './stream.ts'

/**
 * The word for each kind in this list, and its stream. Of persons the document says that `merge_what_id` may be among
 * the data; of the other two it says nothing (openapi v1).
 */
const KINDS = { person: 'persons', organization: 'organizations', deal: 'deals' } as const

const kinds = Object.entries(KINDS)

/** The time is required; one of more than a month ago is moved up without a word (changelog, 2024-12-01). */
const recents: Partition = {
  name: 'live',
  path: '/v1/recents',
  cost: 20,
  paging: 'offset',
  pageSize: 500,
  params: { items: kinds.map(([item]) => item).join(), since_timestamp: '2000-01-01 00:00:00' },
  filter: { since: 'since_timestamp' },
  looseFilter: true,
}

export const recordMerges: Stream = {
  name: 'record_merges',
  description:
    'The id of a merged record and that of the record which took it in, as far as Pipedrive tells them',
  refreshHours: 24,
  key: ['entity', 'absorbed_id'],
  cursorField: 'update_time',
  lasting: true,
  onlyWith: ['absorbed_id', 'survivor_id'],
  leftOut: ['data'],
  mentions: kinds.map(([item, of]) => ({
    ...goesWith(of, 'absorbed_id', 'survivor_id'),
    where: { entity: item },
  })),
  catalogs: [],
  partitions: [recents],
  columns: {
    entity: { type: 'text', from: 'item' },
    absorbed_id: { type: 'bigint', from: 'data.merge_what_id' },
    survivor_id: { type: 'bigint', from: 'id' },
    update_time: { type: 'timestamptz', from: 'data.update_time' },
  },
}
