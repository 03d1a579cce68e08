import { isDeleted, type SettingName } from '../company/entities.ts'
import { badRequest, json, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Json, Row } from '../json.ts'

/** What the company has set up, in one answer without paging (openapi v1). */
interface Setting {
  readonly entity: SettingName
  readonly path: string
  readonly cost: number
  /** Keys by whose value the list can be filtered. */
  readonly filters?: readonly string[]
  /** Parameters that are not emulated: better refused than ignored. */
  readonly refused?: readonly string[]
  /** The answer is one object, with a member of each record: the keys that hold its name and its value. */
  readonly asObject?: { readonly name: string; readonly value: string; readonly always: Row }
  /** What else the answer says. */
  readonly beside?: Row
}

const settings: readonly Setting[] = [
  { entity: 'activity_types', path: '/activityTypes', cost: 20 },
  { entity: 'currencies', path: '/currencies', cost: 20, refused: ['term'] },
  { entity: 'filters', path: '/filters', cost: 20, filters: ['type'] },
  { entity: 'lead_labels', path: '/leadLabels', cost: 10 },
  { entity: 'lead_sources', path: '/leadSources', cost: 2 },
  { entity: 'permission_sets', path: '/permissionSets', cost: 20, filters: ['app'] },
  { entity: 'teams', path: '/legacyTeams', cost: 20, refused: ['order_by', 'skip_users'] },
  { entity: 'webhooks', path: '/webhooks', cost: 10, beside: { status: 'ok' } },
  { entity: 'billing_addons', path: '/billing/subscriptions/addons', cost: 20 },
  {
    entity: 'user_connections',
    path: '/userConnections',
    cost: 20,
    // The id is false where there is none (openapi v1).
    asObject: { name: 'service', value: 'account_id', always: { google: false } },
  },
  {
    entity: 'user_settings',
    path: '/userSettings',
    cost: 2,
    asObject: { name: 'name', value: 'value', always: {} },
  },
]

function passes(row: Row, { filters = [] }: Setting, { query, switches }: ApiRequest): boolean {
  if (isDeleted(row) && !switches.deletedInLists) return false
  return filters.every((key) => {
    const wanted = query.get(key)
    return wanted === null || row[key] === wanted
  })
}

function listed(setting: Setting, request: ApiRequest): Json {
  const unknown = setting.refused?.find((name) => request.query.has(name))
  if (unknown !== undefined) throw badRequest(`Parameter '${unknown}' is not served by the emulator`)
  const rows = request.company.list(setting.entity).filter((row) => passes(row, setting, request))
  const { asObject } = setting
  if (asObject !== undefined) {
    const members = rows.map((row) => [row[asObject.name], row[asObject.value]] as const)
    return { ...asObject.always, ...(Object.fromEntries(members) as Row) }
  }
  return rows.length === 0 && request.switches.emptyV1List === 'null' ? null : rows
}

export const v1SettingRoutes: readonly Route[] = settings.map((setting) => ({
  method: 'GET',
  version: 'v1',
  path: setting.path,
  cost: setting.cost,
  feature: setting.entity,
  handle: (request): Answer =>
    json(200, { success: true, ...setting.beside, data: listed(setting, request) }),
}))
