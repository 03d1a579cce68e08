import { v2List } from './lists.ts'
import type { Stream } from './stream.ts'

/** Pipelines and stages take no `updated_since`: sending it is answered with 400 (seen live). */
export const pipelines: Stream = {
  name: 'pipelines',
  description: 'Sales pipelines',
  recentsItem: 'pipeline',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: { kind: 'one', path: '/api/v2/pipelines/{id}', cost: 1 },
  catalogs: [],
  partitions: [v2List('/api/v2/pipelines', 5)],
  columns: {
    id: 'bigint',
    name: 'text',
    order_nr: 'bigint',
    is_deal_probability_enabled: 'boolean',
    is_deleted: 'boolean',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}

export const stages: Stream = {
  name: 'stages',
  description: 'Stages of the pipelines',
  recentsItem: 'stage',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: { kind: 'one', path: '/api/v2/stages/{id}', cost: 1 },
  catalogs: [],
  partitions: [v2List('/api/v2/stages', 5)],
  columns: {
    id: 'bigint',
    pipeline_id: 'bigint',
    name: 'text',
    order_nr: 'bigint',
    deal_probability: 'bigint',
    is_deal_rot_enabled: 'boolean',
    days_to_rotten: 'bigint',
    is_deleted: 'boolean',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}
