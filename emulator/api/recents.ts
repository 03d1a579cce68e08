import { entities, type EntityName } from '../company/entities.ts'
import { toldMerge } from '../company/merges.ts'
import { badRequest, json, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Json, Row } from '../json.ts'
import { DAY, v1Time } from '../time.ts'
import { datetimeV1, list } from './parameters.ts'
import { emptyList, offsetPage, pagination } from './v1-list.ts'
import { v1Shape } from './v1-shapes.ts'

const MONTH = 31 * DAY

/** `activityType` and `filter` are accepted and bring no rows (seen in practice). */
const items: Readonly<Record<string, EntityName | null>> = {
  activity: 'activities',
  activityType: null,
  deal: 'deals',
  file: 'files',
  filter: null,
  note: 'notes',
  person: 'persons',
  organization: 'organizations',
  pipeline: 'pipelines',
  product: 'products',
  stage: 'stages',
  user: 'users',
}

interface Found {
  readonly item: string
  readonly entity: EntityName
  readonly slot: number
  readonly updated: number
}

/** Rows without an update_time never show (seen in practice): NaN is not at or after anything. */
function changedSince({ company }: ApiRequest, asked: readonly string[], since: number): Found[] {
  return asked
    .flatMap((item): Found[] => {
      const entity = items[item]
      if (!entity) return []
      const held = company.collections[entity]
      const index = held.index('updated')
      return index.slots
        .slice(index.rank(since, '', false))
        .map((slot) => ({ item, entity, slot, updated: held.headAt(slot).updated }))
        .filter((found) => found.updated >= since)
    })
    .sort((a, b) => a.updated - b.updated)
}

/** A deleted person, organization, activity or product may have `data: null`; users come in a list (seen in practice). */
function recentRow({ company, switches }: ApiRequest, { item, entity, slot, updated }: Found): Row {
  const held = company.collections[entity]
  const row = held.rowAt(slot)
  const gone =
    switches.recentsDeleted === 'null' &&
    entities[entity].purged &&
    row['is_deleted'] === true &&
    entity !== 'deals'
  const id = held.idAt(slot)
  const merge = toldMerge(company.merges, switches, entity, id, updated)
  const merged = merge === undefined ? {} : { merge_what_id: merge.absorbed }
  const data: Json = gone ? null : { ...v1Shape(company, entity, row), ...merged }
  return { item, id, data: item === 'user' && data !== null ? [data] : data }
}

function recents(request: ApiRequest): Answer {
  const { query, company, switches } = request
  const asked = datetimeV1(query, 'since_timestamp')
  if (asked === undefined) throw badRequest('since_timestamp is required')
  // Older values are moved up without a word (changelog, 2024-12-01).
  const since = Math.max(asked, company.now() - MONTH)
  const wanted = list(query, 'items')
  const unknown = wanted.find((item) => !Object.hasOwn(items, item))
  if (unknown !== undefined) throw badRequest(`Unknown item ${unknown}`)
  const { start, limit } = offsetPage(query, 500, switches)
  const found = changedSince(request, wanted.length > 0 ? wanted : Object.keys(items), since)
  const page = found.slice(start, start + limit)
  const last = page.at(-1)
  const additional = {
    since_timestamp: v1Time(since),
    last_timestamp_on_page: last ? v1Time(last.updated) : null,
    pagination: pagination(start, limit, found.length > start + limit),
  }
  if (page.length === 0) return emptyList(switches, additional)
  return json(200, {
    success: true,
    data: page.map((one) => recentRow(request, one)),
    additional_data: additional,
  })
}

export const recentsRoute: Route = {
  method: 'GET',
  version: 'v1',
  path: '/recents',
  cost: 20,
  handle: recents,
}
