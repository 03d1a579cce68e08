import type { Source } from '../company/collection.ts'
import type { AccessName } from '../company/entities-access.ts'
import type { Row } from '../json.ts'
import { apps, permissionSetName, permissionSetOf, roleIds, roleOfUser, teamMembers } from './access.ts'
import { goalResultRows } from './goals.ts'
import { listed, numbered } from './listed.ts'
import { permissionNames } from './permissions.ts'
import { FIRST_USER, type World } from './world.ts'

const everyUser = ({ size }: World): number[] => Array.from({ length: size.users }, (_, i) => i + 1)
const idOfUser = (n: number): number => FIRST_USER + n - 1

const visibilities = ['deal', 'lead', 'org', 'person', 'product'] as const
const levels = ['deal', 'org', 'person', 'product'] as const

/** Only the first role, which everyone is in who is in no other, has access levels (openapi v1). */
const settingsOf = (role: number): Row[] => [
  ...visibilities.map((what) => ({ name: `${what}_default_visibility`, value: role % 2 === 0 ? 1 : 3 })),
  ...(role === 1 ? levels.map((what) => ({ name: `${what}_access_level`, value: 7 })) : []),
]

function assignment(n: number): Row {
  const { id, name, parent } = roleOfUser(n)
  return { user_id: idOfUser(n), role_id: id, parent_role_id: parent, name, active_flag: true, type: '1' }
}

/** The first role sees every pipeline, each of the others misses one. */
const pipelinesOf = (role: number, { size }: World): Row[] =>
  Array.from({ length: size.pipelines }, (_, i) => i + 1)
    .filter((pipeline) => role === 1 || pipeline % size.pipelines !== role % size.pipelines)
    .map((pipeline) => ({ role_id: role, pipeline_id: pipeline }))

const rows: Readonly<Record<AccessName, (world: World) => Row[]>> = {
  role_assignments: (world) => numbered(everyUser(world).map(assignment)),
  role_settings: () =>
    numbered(roleIds.flatMap((role) => settingsOf(role).map((one) => ({ role_id: role, ...one })))),
  role_pipelines: (world) => numbered(roleIds.flatMap((role) => pipelinesOf(role, world))),
  permission_set_assignments: (world) =>
    numbered(
      everyUser(world).flatMap((n) =>
        apps.map((app) => ({
          user_id: idOfUser(n),
          permission_set_id: permissionSetOf(world.seed, app, n === 1),
          name: permissionSetName(app, n === 1),
        })),
      ),
    ),
  team_users: (world) =>
    numbered(
      teamMembers(world).flatMap((users, i) => users.map((user) => ({ team_id: i + 1, user_id: user }))),
    ),
  user_permissions: (world) =>
    numbered(
      everyUser(world).flatMap((n) =>
        permissionNames.map((name, i) => ({ user_id: idOfUser(n), name, value: n === 1 || i % 3 !== 0 })),
      ),
    ),
  goal_results: goalResultRows,
}

export const accessSources = Object.fromEntries(
  Object.entries(rows).map(([name, rowsOf]) => [name, listed(name as AccessName, rowsOf)]),
) as Record<AccessName, (world: World) => Source>
