import type { Company } from '../company/company.ts'
import type { EntityName } from '../company/entities.ts'
import type { Json, Row } from '../json.ts'
import { tallyOf, type Tally } from './tally.ts'

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

/** Moves whenever a record that is counted for another may have moved. */
export const countsRevision = ({ collections }: Company): number =>
  (['activities', 'notes', 'files', 'persons', 'deals'] as const).reduce(
    (sum, name) => sum + collections[name].revision(),
    0,
  )

/** A value that a list gives only for `include_fields` (openapi v2). */
export function optionalValue(company: Company, entity: EntityName, row: Row, name: string): Json {
  const count = counts[name]
  const link = linkKeys[entity]
  if (count && link) {
    const tally = { key: link, what: count.what }
    return tallyOf(company.collections[count.of], count.of, tally, row['id'] ?? null)
  }
  if (name === 'first_won_time') return row['won_time'] ?? null
  if (name === 'smart_bcc_email')
    return `pohjala+${entity.slice(0, -1)}${JSON.stringify(row['id'])}@pipedrivemail.com`
  if (name === 'marketing_status') return 'no_consent'
  if (name === 'participants_count') return (row['person_id'] ?? null) === null ? 0 : 1
  return name.endsWith('_count') ? 0 : null
}
