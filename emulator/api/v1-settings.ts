import { isDeleted, type SettingName } from '../company/entities.ts'
import { json, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Json, Row } from '../json.ts'

/** What the company has set up, in one answer without paging (openapi v1). */
interface Setting {
  readonly entity: SettingName
  readonly path: string
  readonly cost: number
  /** A parameter that takes one value of a key, by the parameter's name. */
  readonly filter?: Readonly<Record<string, string>>
}

const settings: readonly Setting[] = [
  { entity: 'activity_types', path: '/activityTypes', cost: 20 },
  { entity: 'currencies', path: '/currencies', cost: 20 },
  { entity: 'filters', path: '/filters', cost: 20, filter: { type: 'type' } },
  { entity: 'lead_labels', path: '/leadLabels', cost: 10 },
  { entity: 'lead_sources', path: '/leadSources', cost: 2 },
]

function passes(row: Row, { filter = {} }: Setting, { query, switches }: ApiRequest): boolean {
  if (isDeleted(row) && !switches.deletedInLists) return false
  return Object.entries(filter).every(([name, key]) => {
    const wanted = query.get(name)
    return wanted === null || row[key] === wanted
  })
}

function listed(setting: Setting, request: ApiRequest): Json {
  const rows = request.company.list(setting.entity).filter((row) => passes(row, setting, request))
  return rows.length === 0 && request.switches.emptyV1List === 'null' ? null : rows
}

export const v1SettingRoutes: readonly Route[] = settings.map((setting) => ({
  method: 'GET',
  version: 'v1',
  path: setting.path,
  cost: setting.cost,
  handle: (request): Answer => json(200, { success: true, data: listed(setting, request) }),
}))
