import { customFieldsV1 } from '../company/shapes.ts'
import type { Company } from '../company/company.ts'
import { entities, isDeleted, type EntityName } from '../company/entities.ts'
import { isRow, type Json, type Row } from '../json.ts'
import { timeOf, v1Time } from '../time.ts'

const renames: Readonly<Partial<Record<EntityName, Readonly<Record<string, string>>>>> = {
  deals: { owner_id: 'user_id' },
  persons: { emails: 'email', phones: 'phone' },
  organizations: {},
  activities: { owner_id: 'user_id', creator_user_id: 'created_by_user_id', busy: 'busy_flag' },
  products: {},
  pipelines: { is_deal_probability_enabled: 'deal_probability' },
  stages: { is_deal_rot_enabled: 'rotten_flag', days_to_rotten: 'rotten_days' },
}

/** Empty texts where v2 has null (recorded 2026-05-15, v1 activities). */
const blankText = new Set(['due_time', 'duration', 'marked_as_done_time'])

const isTime = (key: string): boolean => key.endsWith('_time') && key !== 'due_time'

/** What v1 has for a person without an e-mail address or telephone number (seen in practice). */
const NO_CONTACT: Json = [{ value: '', primary: true }]

function oldValue(key: string, value: Json): Json {
  if (key === 'emails' || key === 'phones')
    return Array.isArray(value) && value.length > 0 ? value : NO_CONTACT
  if (isTime(key) && typeof value === 'string') return v1Time(timeOf(value))
  if (key === 'visible_to') return value === null ? null : JSON.stringify(value)
  if (value === null && blankText.has(key)) return ''
  return value
}

/** Flags that v1 has and v2 replaced by `is_deleted` (documentation, v2 migration guide). */
function oldFlags(name: EntityName, deleted: boolean): Row {
  if (name === 'deals') return { active: !deleted, deleted, ...(deleted ? { status: 'deleted' } : {}) }
  return name === 'pipelines' ? { active: !deleted } : { active_flag: !deleted }
}

/** Deals have theirs comma separated, the others the first one and the list (openapi v1, recents). */
const labels = (name: EntityName, ids: readonly number[]): Row =>
  name === 'deals' ? { label: ids.join(',') || null } : { label: ids[0] ?? null, label_ids: ids }

const addresses = new Set(['address', 'location', 'postal_address'])

function address(key: string, value: Json): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { [key]: value }
  const parts = Object.entries(value as Row).filter(([part]) => part !== 'value')
  const flat = Object.fromEntries(parts.map(([part, text]) => [`${key}_${part}`, text]))
  return { [key]: (value as Row)['value'] ?? null, ...flat }
}

const participants = (value: Json): Json =>
  (Array.isArray(value) ? (value as readonly Json[]) : [])
    .filter(isRow)
    .map(({ person_id: person, primary }) => ({ person_id: person ?? null, primary_flag: primary ?? false }))

const attendees = (value: Json): Json =>
  (Array.isArray(value) ? (value as readonly Json[]) : [])
    .filter(isRow)
    .map(({ email = null, ...rest }) => ({ email_address: email, ...rest }))

/** Only v1 has these (recorded 2026-05-15, v1 pipelines). */
function oldExtras(name: EntityName, { id, name: title }: Row): Row {
  if (name !== 'pipelines') return {}
  return {
    url_title: id === 1 ? 'default' : typeof title === 'string' ? title.replaceAll(' ', '-') : '',
    selected: false,
  }
}

/** A v2 record in the flat v1 form of `/recents` and `/collection`: integers for links, hashes at the root. */
export function v1Shape(company: Company, name: EntityName, row: Row): Row {
  const renamed = renames[name]
  if (!renamed) return row
  const flat: Row = {}
  for (const [key, value] of Object.entries(row)) {
    if (key === 'custom_fields' || key === 'is_deleted') continue
    if (key === 'label_ids') Object.assign(flat, labels(name, value as readonly number[]))
    else if (key === 'participants') flat[key] = participants(value)
    else if (key === 'attendees') flat[key] = attendees(value)
    else if (addresses.has(key)) Object.assign(flat, address(key, value))
    else flat[renamed[key] ?? key] = oldValue(key, value)
  }
  const fields = entities[name].fields
  const held = isRow(row['custom_fields']) ? row['custom_fields'] : {}
  const custom = fields
    ? customFieldsV1(company.catalog.custom(fields), ({ code }) => held[code] ?? null)
    : {}
  return { ...flat, ...oldExtras(name, row), ...oldFlags(name, isDeleted(row)), ...custom }
}
