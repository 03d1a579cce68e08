import type { Id, Row } from '../json.ts'
import type { TimeForm } from '../time.ts'
import type { FieldEntity } from './catalog.ts'
import { childNames, children, type ChildName } from './children.ts'
import { accessNames, accessSpecs, type AccessName } from './entities-access.ts'
import { mailNames, mailSpecs, type MailName } from './entities-mail.ts'
import { projectNames, projectSpecs, type ProjectName } from './entities-projects.ts'

/** What people work with. */
const workNames = [
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

/** What the company has set up: small lists that only v1 has. */
export const settingNames = [
  'activity_types',
  'currencies',
  'filters',
  'lead_labels',
  'lead_sources',
  'roles',
  'permission_sets',
  'teams',
  'webhooks',
  'billing_addons',
  'user_connections',
  'user_settings',
  'goals',
  'call_logs',
  'company',
] as const

export const entityNames = [
  ...workNames,
  ...settingNames,
  ...projectNames,
  ...accessNames,
  ...mailNames,
  ...childNames,
] as const
export type SettingName = (typeof settingNames)[number]
export type WorkName = (typeof workNames)[number]
export type EntityName = WorkName | SettingName | ProjectName | AccessName | MailName | ChildName

export interface EntitySpec {
  readonly times: TimeForm
  /** Null where no time is kept. */
  readonly addedKey: string | null
  readonly updatedKey: string | null
  /** The key of a record that names it, and what a new record is given as one. */
  readonly key: string
  readonly newKey: 'number' | 'uuid' | 'given'
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

const numbered = { key: 'id', newKey: 'number' } as const
const v2 = {
  ...numbered,
  times: 'v2',
  addedKey: 'add_time',
  updatedKey: 'update_time',
  namesOthers: false,
} as const
const v1 = { ...v2, times: 'v1', deletion: { active_flag: false }, fields: null, namesOthers: true } as const
const flagged = { deletion: { is_deleted: true }, purged: true } as const
const setting = { ...v1, namesOthers: false, purged: false } as const
const timeless = { ...setting, addedKey: null, updatedKey: null } as const

const childSpecs = Object.fromEntries(childNames.map((name) => [name, children[name].spec])) as Record<
  ChildName,
  EntitySpec
>

export const entities: Readonly<Record<EntityName, EntitySpec>> = {
  ...projectSpecs,
  ...accessSpecs,
  ...mailSpecs,
  users: {
    ...numbered,
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
    newKey: 'uuid',
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
  activity_types: { ...setting, linkKey: 'activity_type_id' },
  currencies: { ...timeless, linkKey: 'currency_id' },
  filters: { ...setting, linkKey: 'filter_id' },
  lead_labels: { ...setting, newKey: 'uuid', times: 'lead', deletion: 'vanishes', linkKey: 'lead_label_id' },
  lead_sources: {
    ...timeless,
    key: 'name',
    newKey: 'given',
    deletion: 'vanishes',
    linkKey: 'lead_source_id',
  },
  roles: { ...timeless, namesOthers: true, linkKey: 'role_id' },
  permission_sets: {
    ...timeless,
    newKey: 'uuid',
    deletion: 'vanishes',
    namesOthers: true,
    linkKey: 'permission_set_id',
  },
  teams: {
    ...setting,
    updatedKey: null,
    deletion: { deleted_flag: 1 },
    namesOthers: true,
    linkKey: 'team_id',
  },
  webhooks: {
    ...setting,
    times: 'lead',
    updatedKey: null,
    deletion: { is_active: 0 },
    linkKey: 'webhook_id',
  },
  billing_addons: { ...timeless, key: 'code', newKey: 'given', deletion: 'vanishes', linkKey: 'addon_id' },
  user_connections: {
    ...timeless,
    key: 'service',
    newKey: 'given',
    deletion: 'vanishes',
    linkKey: 'connection_id',
  },
  user_settings: { ...timeless, key: 'name', newKey: 'given', deletion: 'vanishes', linkKey: 'setting_id' },
  goals: { ...timeless, newKey: 'uuid', deletion: 'vanishes', linkKey: 'goal_id' },
  call_logs: { ...timeless, newKey: 'uuid', deletion: 'vanishes', linkKey: 'call_log_id' },
  company: { ...timeless, key: 'company_id', newKey: 'given', deletion: 'vanishes', linkKey: 'company_id' },
  ...childSpecs,
}

/** Teams, webhooks and mail have numbers for flags; an inactive team is not deleted. */
export const isDeleted = (row: Row): boolean =>
  row['is_deleted'] === true ||
  row['active_flag'] === false ||
  row['deleted_flag'] === 1 ||
  row['is_active'] === 0

export class NoSuchRecord extends Error {
  constructor(name: EntityName, id: Id) {
    super(`No ${name} record with id ${id}.`)
  }
}
