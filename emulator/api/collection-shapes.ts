import type { Company } from '../company/company.ts'
import { isDeleted } from '../company/entities.ts'
import type { Json, Row } from '../json.ts'
import { COMPANY_ID } from '../seed/world.ts'
import type { Switches } from '../switches.ts'
import { v1Shape } from './v1-shapes.ts'

export const collections = ['deals', 'persons', 'organizations', 'activities'] as const
export type CollectionName = (typeof collections)[number]

const CC_EMAIL = 'pohjala@pipedrivemail.com'

/** What the lists' own documents show beside the keys that v2 has too (openapi v1, 2026-01). */
function ownKeys(
  entity: CollectionName,
  { update_time: updated = null, user_id: user = null }: Row,
  deleted: boolean,
): Row {
  if (entity === 'deals') return {}
  if (entity === 'activities') return { company_id: COMPANY_ID, update_user_id: user, source_timezone: '' }
  return { delete_time: deleted ? updated : null, cc_email: CC_EMAIL }
}

const nameOf = (company: Company, of: 'users' | 'organizations', id: Json | undefined): Json =>
  (typeof id === 'number' ? company.get(of, id)?.['name'] : null) ?? null

/** Some of what v1's other lists repeat from other records (openapi v1, 2026-01). */
function names(company: Company, flat: Row): Row {
  return {
    company_id: COMPANY_ID,
    cc_email: CC_EMAIL,
    owner_name: nameOf(company, 'users', flat['user_id'] ?? flat['owner_id']),
    org_name: nameOf(company, 'organizations', flat['org_id']),
  }
}

const parts = [
  ...['subpremise', 'street_number', 'route', 'sublocality', 'locality', 'admin_area_level_1'],
  ...['admin_area_level_2', 'country', 'postal_code', 'formatted_address'],
]
const address = (key: string): readonly string[] => [key, ...parts.map((part) => `${key}_${part}`)]

/** Keys of a record (openapi v1, 2026-01); custom fields are never among those that are documented. */
const documented: Readonly<Record<CollectionName, ReadonlySet<string>>> = {
  deals: new Set([
    ...['id', 'creator_user_id', 'user_id', 'person_id', 'org_id', 'stage_id', 'title', 'value', 'currency'],
    ...['add_time', 'update_time', 'status', 'probability', 'lost_reason', 'visible_to', 'close_time'],
    ...['pipeline_id', 'won_time', 'lost_time', 'expected_close_date', 'label'],
  ]),
  persons: new Set([
    ...['id', 'active_flag', 'owner_id', 'org_id', 'name', 'email', 'phone', 'update_time', 'delete_time'],
    ...['add_time', 'visible_to', 'picture_id', 'label', 'label_ids', 'cc_email'],
  ]),
  organizations: new Set([
    ...['id', 'active_flag', 'owner_id', 'name', 'update_time', 'delete_time', 'add_time', 'visible_to'],
    ...['label', 'label_ids', 'cc_email', ...address('address')],
  ]),
  activities: new Set([
    ...['id', 'done', 'subject', 'type', 'user_id', 'busy_flag', 'company_id', 'conference_meeting_client'],
    ...['conference_meeting_url', 'conference_meeting_id', 'add_time', 'marked_as_done_time', 'active_flag'],
    ...['update_time', 'update_user_id', 'source_timezone', 'due_date', 'due_time', 'duration', 'deal_id'],
    ...['lead_id', 'person_id', 'project_id', 'org_id', 'public_description', ...address('location')],
  ]),
}

/** A custom field's key, or that of a part of one. */
const isHash = (key: string): boolean => /^[0-9a-f]{40}/.test(key)

/** A v2 record in the form of `/v1/{name}/collection`. */
export function collectionShape(company: Company, switches: Switches, entity: CollectionName, row: Row): Row {
  const flat = v1Shape(company, entity, row)
  const whole = { ...flat, ...ownKeys(entity, flat, isDeleted(row)) }
  if (switches.collectionKeys === 'all') return { ...whole, ...names(company, flat) }
  const shown = Object.entries(whole).filter(([key]) => documented[entity].has(key) || isHash(key))
  return Object.fromEntries(shown)
}
