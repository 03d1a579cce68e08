import type { AccessName } from '../company/entities-access.ts'
import { isDeleted, type EntityName } from '../company/entities.ts'
import { childRows } from '../company/links.ts'
import { json, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Id, Json, Row } from '../json.ts'
import { oneOf } from './parameters.ts'
import { parentOf } from './parent.ts'
import { answered, offsetList, wholeList } from './v1-rows.ts'

type Told = (rows: readonly Row[], request: ApiRequest) => Answer

/** What hangs on one record of the settings, and how it is told (openapi v1). */
interface Members {
  readonly path: string
  readonly cost: number
  readonly feature: string
  readonly parent: EntityName
  readonly entity: AccessName
  /** The key under which a member holds what it hangs on. */
  readonly key: string
  readonly told: Told
  readonly missing?: (id: Id) => Answer
  /** What the members hold under it, where that is not the record's own id. */
  readonly held?: (row: Row & { readonly id: Id }, request: ApiRequest) => Json
}

const data = (value: Json): Answer => json(200, { success: true, data: value })

/** One object with a key of each. */
const asObject: Told = (rows) =>
  data(Object.fromEntries(rows.map(({ name, value }) => [name, value] as const)) as Row)

const paged =
  (isShown: boolean): Told =>
  (rows, request) =>
    offsetList(request, answered(rows, ['id']), isShown)

const userIds: Told = (rows, request) =>
  rows.length === 0 ? wholeList(request, []) : data(rows.map((row) => row['user_id'] ?? null))

/** Those that the role sees, or with `visible=false` all others. */
const pipelineIds: Told = (rows, { company, query }) => {
  const visible = oneOf(query, 'visible', ['true', 'false'], 'true') === 'true'
  const seen = rows.map((row) => row['pipeline_id'] ?? null)
  const all = company.pipelines.list().filter((row) => !isDeleted(row))
  const hidden = all.map((row) => row['id'] ?? null).filter((id) => !seen.includes(id))
  return data({ pipeline_ids: visible ? seen : hidden, visible })
}

/** Who stands for the token's user where that one is no admin: somebody else with the sets of regular users. */
function permitted(
  { id, is_you: isYou }: Row & { readonly id: Id },
  { company, switches }: ApiRequest,
): Json {
  const regular = company.users.list().find((user) => user['is_admin'] !== 1)
  return isYou === true && !switches.admin ? (regular?.['id'] ?? id) : id
}

const ofRole = { feature: 'roles', parent: 'roles', key: 'role_id' } as const

const members: readonly Members[] = [
  { ...ofRole, path: '/roles/:id/assignments', cost: 10, entity: 'role_assignments', told: paged(true) },
  { ...ofRole, path: '/roles/:id/settings', cost: 20, entity: 'role_settings', told: asObject },
  { ...ofRole, path: '/roles/:id/pipelines', cost: 20, entity: 'role_pipelines', told: pipelineIds },
  {
    path: '/permissionSets/:id/assignments',
    cost: 20,
    feature: 'permission_sets',
    parent: 'permission_sets',
    entity: 'permission_set_assignments',
    key: 'permission_set_id',
    told: paged(false),
  },
  {
    path: '/legacyTeams/:id/users',
    cost: 20,
    feature: 'teams',
    parent: 'teams',
    entity: 'team_users',
    key: 'team_id',
    told: userIds,
    missing: refusals.teamNotFound,
  },
  {
    path: '/users/:id/permissions',
    cost: 10,
    feature: 'user_permissions',
    parent: 'users',
    entity: 'user_permissions',
    key: 'user_id',
    told: asObject,
    missing: refusals.userNotFound,
    held: permitted,
  },
  {
    path: '/users/:id/roleSettings',
    cost: 10,
    feature: 'roles',
    parent: 'users',
    entity: 'role_settings',
    key: 'role_id',
    told: asObject,
    missing: refusals.userNotFound,
    held: ({ role_id: role }) => role ?? null,
  },
]

export const v1AccessRoutes: readonly Route[] = members.map((one) => ({
  method: 'GET',
  version: 'v1',
  path: one.path,
  cost: one.cost,
  feature: one.feature,
  handle: (request) => {
    const row = parentOf(request, one.parent, one.missing)
    const held = one.held === undefined ? row.id : one.held(row, request)
    return one.told(childRows(request.company.collections[one.entity], one.key, held), request)
  },
}))
