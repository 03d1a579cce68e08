import { isDeleted } from '../company/entities.ts'
import { mention, mentionAsValue } from '../company/mentions.ts'
import type { ApiRequest } from '../http/router.ts'
import type { Json, Row } from '../json.ts'
import { COMPANY_ID } from '../seed/world.ts'
import { optionalValue } from './optional-fields.ts'
import { v1Shape } from './v1-shapes.ts'

const kept = [
  ...['id', 'name', 'first_name', 'last_name', 'email', 'phone', 'add_time', 'update_time', 'visible_to'],
  ...['label', 'label_ids'],
] as const

const about = [
  ...['email_messages_count', 'activities_count', 'done_activities_count', 'undone_activities_count'],
  ...['files_count', 'notes_count', 'followers_count', 'last_incoming_mail_time', 'last_outgoing_mail_time'],
  ...['open_deals_count', 'related_open_deals_count', 'closed_deals_count', 'related_closed_deals_count'],
  ...['won_deals_count', 'related_won_deals_count', 'lost_deals_count', 'related_lost_deals_count'],
  ...['next_activity_id', 'last_activity_id'],
] as const

/** The whole person of a participant (openapi v1, deals participants); null when it is purged. */
export function participantPerson({ company }: ApiRequest, id: Json | undefined): Json {
  const person = typeof id === 'number' ? company.persons.get(id) : undefined
  if (!person) return null
  const { collections } = company
  const flat = v1Shape(company, 'persons', person)
  const owner = mentionAsValue(collections, 'users', person['owner_id'])
  const pick = (keys: readonly string[], valueOf: (key: string) => Json): Row =>
    Object.fromEntries(keys.map((key) => [key, valueOf(key)]))
  return {
    ...pick(kept, (key) => flat[key] ?? null),
    ...pick(about, (key) => optionalValue(company, 'persons', person, key)),
    company_id: COMPANY_ID,
    active_flag: !isDeleted(person),
    first_char: typeof person['name'] === 'string' ? person['name'].charAt(0).toLowerCase() : '',
    picture_id: null,
    owner_id: owner,
    owner_name: owner?.['name'] ?? null,
    org_id: mentionAsValue(collections, 'organizations', person['org_id']),
    org_name: mention(collections, 'organizations', person['org_id'])?.['name'] ?? null,
    cc_email: 'pohjala@pipedrivemail.com',
  }
}
