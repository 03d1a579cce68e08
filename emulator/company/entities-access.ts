import type { EntitySpec } from './entities.ts'

/** What hangs on roles, permission sets, teams, users and goals: no record of it has a name of its own. */
export const accessNames = [
  'role_assignments',
  'role_settings',
  'role_pipelines',
  'permission_set_assignments',
  'team_users',
  'user_permissions',
  'goal_results',
] as const
export type AccessName = (typeof accessNames)[number]

/** The `id` is for the company's own use and in no answer. */
const nameless = {
  times: 'v1',
  addedKey: null,
  updatedKey: null,
  key: 'id',
  newKey: 'number',
  deletion: 'vanishes',
  purged: false,
  fields: null,
  namesOthers: false,
} as const

export const accessSpecs: Readonly<Record<AccessName, EntitySpec>> = {
  role_assignments: { ...nameless, linkKey: 'role_assignment_id' },
  role_settings: { ...nameless, linkKey: 'role_setting_id' },
  role_pipelines: { ...nameless, linkKey: 'role_pipeline_id' },
  permission_set_assignments: { ...nameless, linkKey: 'permission_set_assignment_id' },
  team_users: { ...nameless, linkKey: 'team_user_id' },
  user_permissions: { ...nameless, linkKey: 'user_permission_id' },
  goal_results: { ...nameless, linkKey: 'goal_result_id' },
}
