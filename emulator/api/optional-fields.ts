import type { Company } from '../company/company.ts'
import { isDeleted, type EntityName } from '../company/entities.ts'
import type { Collection } from '../company/collection.ts'
import type { Json, Row } from '../json.ts'

type Test = (row: Row) => boolean

const counted = new WeakMap<Collection, Map<string, { revision: number; counts: Map<Json, number> }>>()

/** How many live records hold each value under a key; counted again only after a change. */
function countBy(held: Collection, key: string, what: string, test: Test): Map<Json, number> {
  const name = `${key} ${what}`
  const known = counted.get(held) ?? new Map<string, { revision: number; counts: Map<Json, number> }>()
  counted.set(held, known)
  const last = known.get(name)
  if (last?.revision === held.revision()) return last.counts
  const counts = new Map<Json, number>()
  for (const slot of held.slots()) {
    const row = held.rawAt(slot)
    if (isDeleted(row) || !test(row)) continue
    counts.set(row[key] ?? null, (counts.get(row[key] ?? null) ?? 0) + 1)
  }
  known.set(name, { revision: held.revision(), counts })
  return counts
}

const any: Test = () => true

interface Count {
  readonly of: EntityName
  readonly what: string
  readonly test: Test
}

const counts: Readonly<Record<string, Count>> = {
  activities_count: { of: 'activities', what: 'all', test: any },
  done_activities_count: { of: 'activities', what: 'done', test: (row) => row['done'] === true },
  undone_activities_count: { of: 'activities', what: 'undone', test: (row) => row['done'] !== true },
  notes_count: { of: 'notes', what: 'all', test: any },
  files_count: { of: 'files', what: 'all', test: any },
  people_count: { of: 'persons', what: 'all', test: any },
  open_deals_count: { of: 'deals', what: 'open', test: (row) => row['status'] === 'open' },
  won_deals_count: { of: 'deals', what: 'won', test: (row) => row['status'] === 'won' },
  lost_deals_count: { of: 'deals', what: 'lost', test: (row) => row['status'] === 'lost' },
  closed_deals_count: { of: 'deals', what: 'closed', test: (row) => row['status'] !== 'open' },
}

const linkKeys: Readonly<Partial<Record<EntityName, string>>> = {
  deals: 'deal_id',
  persons: 'person_id',
  organizations: 'org_id',
}

/** A value that a list gives only for `include_fields` (openapi v2). */
export function optionalValue(company: Company, entity: EntityName, row: Row, name: string): Json {
  const count = counts[name]
  const link = linkKeys[entity]
  if (count && link) {
    return countBy(company.collections[count.of], link, count.what, count.test).get(row['id'] ?? null) ?? 0
  }
  if (name === 'first_won_time') return row['won_time'] ?? null
  if (name === 'smart_bcc_email')
    return `pohjala+${entity.slice(0, -1)}${JSON.stringify(row['id'])}@pipedrivemail.com`
  if (name === 'marketing_status') return 'no_consent'
  if (name === 'participants_count') return row['person_id'] === null ? 0 : 1
  return name.endsWith('_count') ? 0 : null
}
