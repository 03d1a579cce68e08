import type { Id, Row } from '../json.ts'
import type { TimeForm } from '../time.ts'
import type { FieldEntity } from './catalog.ts'

export const entityNames = [
  'users',
  'pipelines',
  'stages',
  'organizations',
  'persons',
  'deals',
  'activities',
  'notes',
  'leads',
  'products',
  'files',
] as const
export type EntityName = (typeof entityNames)[number]

export interface EntitySpec {
  readonly times: TimeForm
  readonly addedKey: 'add_time' | 'created'
  readonly updatedKey: 'update_time' | 'modified'
  /** What a deletion does: sets these keys, or removes the record at once. */
  readonly deletion: Row | 'vanishes'
  /** Purged 30 days after its deletion (changelog, permanent deletion logic for 6 core entities). */
  readonly purged: boolean
  readonly fields: FieldEntity | null
  /** Its answer names other records, so it may change without a change of its own. */
  readonly namesOthers: boolean
  /** How its id is called in other records. */
  readonly linkKey: string
}

const v2 = { times: 'v2', addedKey: 'add_time', updatedKey: 'update_time', namesOthers: false } as const
const v1 = { ...v2, times: 'v1', deletion: { active_flag: false }, fields: null, namesOthers: true } as const
const flagged = { deletion: { is_deleted: true }, purged: true } as const

export const entities: Readonly<Record<EntityName, EntitySpec>> = {
  users: {
    times: 'v1',
    addedKey: 'created',
    updatedKey: 'modified',
    deletion: { is_deleted: true, active_flag: false },
    purged: false,
    fields: null,
    namesOthers: false,
    linkKey: 'owner_id',
  },
  pipelines: {
    ...v2,
    deletion: { is_deleted: true },
    purged: false,
    fields: null,
    linkKey: 'pipeline_id',
  },
  stages: {
    ...v2,
    deletion: { is_deleted: true },
    purged: false,
    fields: null,
    linkKey: 'stage_id',
  },
  organizations: {
    ...v2,
    ...flagged,
    fields: 'organizations',
    linkKey: 'org_id',
  },
  persons: {
    ...v2,
    ...flagged,
    fields: 'persons',
    linkKey: 'person_id',
  },
  deals: {
    ...v2,
    ...flagged,
    fields: 'deals',
    linkKey: 'deal_id',
  },
  activities: {
    ...v2,
    ...flagged,
    fields: null,
    linkKey: 'activity_id',
  },
  products: {
    ...v2,
    ...flagged,
    fields: 'products',
    linkKey: 'product_id',
  },
  leads: {
    ...v2,
    times: 'lead',
    deletion: 'vanishes',
    purged: false,
    fields: 'deals',
    linkKey: 'lead_id',
  },
  notes: {
    ...v1,
    purged: false,
    linkKey: 'note_id',
  },
  files: {
    ...v1,
    purged: true,
    linkKey: 'file_id',
  },
}

export const isDeleted = (row: Row): boolean => row['is_deleted'] === true || row['active_flag'] === false

export class NoSuchRecord extends Error {
  constructor(name: EntityName, id: Id) {
    super(`No ${name} record with id ${id}.`)
  }
}
