import type { Company } from '../company/company.ts'
import { childrenOf } from '../company/child-index.ts'
import type { ChildName } from '../company/children.ts'
import { DELETED } from '../company/collection.ts'
import type { EntityName } from '../company/entities.ts'
import { tallyOf, type Tally } from '../company/tally.ts'
import type { Id, Json, Row } from '../json.ts'

interface Count {
  readonly of: EntityName
  readonly what: Tally['what']
}

const counts: Readonly<Record<string, Count>> = {
  activities_count: { of: 'activities', what: 'all' },
  done_activities_count: { of: 'activities', what: 'done' },
  undone_activities_count: { of: 'activities', what: 'undone' },
  notes_count: { of: 'notes', what: 'all' },
  files_count: { of: 'files', what: 'all' },
  email_messages_count: { of: 'mail_messages', what: 'all' },
  people_count: { of: 'persons', what: 'all' },
  open_deals_count: { of: 'deals', what: 'open' },
  won_deals_count: { of: 'deals', what: 'won' },
  lost_deals_count: { of: 'deals', what: 'lost' },
  closed_deals_count: { of: 'deals', what: 'closed' },
}

const linkKeys: Readonly<Partial<Record<EntityName, string>>> = {
  deals: 'deal_id',
  persons: 'person_id',
  organizations: 'org_id',
}

/** Counters of children; the owner is one of the followers, the person one of the participants. */
const childCounts: Readonly<Partial<Record<EntityName, Readonly<Record<string, ChildName>>>>> = {
  deals: {
    products_count: 'deal_products',
    participants_count: 'deal_participants',
    followers_count: 'deal_followers',
  },
  persons: { followers_count: 'person_followers' },
  organizations: { followers_count: 'organization_followers' },
}

function countChildren({ collections }: Company, child: ChildName, entity: EntityName, id: Id): number {
  const held = collections[child]
  const ids = childrenOf(collections, child, { entity, id })
  return ids.filter((one) => (held.headAt(held.slotOf(one) as number).flags & DELETED) === 0).length
}

/** Moves whenever a record that is counted for another may have moved. */
export function countsRevision(
  { collections }: Company,
  entity: EntityName,
  included: readonly string[],
): number {
  const children = included.flatMap((name) => childCounts[entity]?.[name] ?? [])
  return [
    ...(['activities', 'notes', 'files', 'persons', 'deals', 'mail_messages'] as const),
    ...children,
  ].reduce((sum, name) => sum + collections[name].revision(), 0)
}

/** A value that a list gives only for `include_fields` (openapi v2). */
export function optionalValue(company: Company, entity: EntityName, row: Row, name: string): Json {
  const count = counts[name]
  const link = linkKeys[entity]
  if (count && link) {
    const tally = { key: link, what: count.what }
    return tallyOf(company.collections[count.of], count.of, tally, row['id'] ?? null)
  }
  const child = childCounts[entity]?.[name]
  if (child) return countChildren(company, child, entity, row['id'] as Id)
  if (name === 'first_won_time') return row['won_time'] ?? null
  if (name === 'smart_bcc_email')
    return `pohjala+${entity.slice(0, -1)}${JSON.stringify(row['id'])}@pipedrivemail.com`
  if (name === 'marketing_status') return 'no_consent'
  return name.endsWith('_count') ? 0 : null
}
