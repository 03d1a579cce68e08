import { LIST_AGAIN, v1Whole } from './lists.ts'
import { type Parents, type Partition, type RecordsIn, type Stream } from './stream.ts'
import { users } from './users.ts'

/** The list takes no order; Pipedrive gives it by id (openapi v1, example). */
export const roles: Stream = {
  name: 'roles',
  description: 'Roles: the visibility groups that users are in',
  refreshHours: 24,
  key: ['id'],
  cursorField: null,
  deletedWhen: { field: 'active_flag', is: false },
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [{ name: 'live', path: '/v1/roles', cost: 20, paging: 'offset', pageSize: 500 }],
  columns: {
    id: 'bigint',
    parent_role_id: 'bigint',
    name: 'text',
    level: 'bigint',
    active_flag: 'boolean',
    assignment_count: 'bigint',
    sub_role_count: 'bigint',
  },
}

export const permissionSets: Stream = {
  name: 'permission_sets',
  description: 'Permission sets of the apps; users.access names them',
  refreshHours: 24,
  key: ['id'],
  cursorField: null,
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/permissionSets', 20)],
  columns: {
    id: 'uuid',
    name: 'text',
    description: 'text',
    app: 'text',
    type: 'text',
    assignment_count: 'bigint',
  },
}

/** Pipedrive calls this interface legacy and has no other one for them. */
export const teams: Stream = {
  name: 'teams',
  description: 'Teams of users',
  refreshHours: 24,
  key: ['id'],
  cursorField: null,
  deletedWhen: { field: 'deleted_flag', is: true },
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/legacyTeams', 20)],
  columns: {
    id: 'bigint',
    name: 'text',
    description: 'text',
    manager_id: 'bigint',
    users: 'bigint[]',
    active_flag: 'boolean',
    deleted_flag: 'boolean',
    add_time: 'timestamptz',
    created_by_user_id: 'bigint',
  },
}

/** Nothing about a role or a set tells that who or what belongs to it has changed. */
function everyTime(of: Stream, column: string): Parents {
  return { of, columns: [column], always: true }
}

function wholeOf(parents: Parents, path: string, cost: number, records?: RecordsIn): Partition {
  return v1Whole(path, cost, { parents, ...(records === undefined ? {} : { records }) })
}

const ofRole = everyTime(roles, 'role_id')

export const roleAssignments: Stream = {
  name: 'role_assignments',
  description: 'Which users have which role',
  key: ['role_id', 'user_id'],
  refreshHours: 168,
  cursorField: null,
  deletedWhen: { field: 'active_flag', is: false },
  leftOut: ['name', 'parent_role_id'],
  catalogs: [],
  partitions: [
    {
      name: 'live',
      path: '/v1/roles/{id}/assignments',
      cost: 10,
      paging: 'offset',
      pageSize: 500,
      parents: ofRole,
    },
  ],
  columns: { role_id: 'bigint', user_id: 'bigint', active_flag: 'boolean', type: 'text' },
}

export const roleSettings: Stream = {
  name: 'role_settings',
  description: 'Who sees what users of a role add, one setting a row',
  key: ['role_id', 'name'],
  refreshHours: 168,
  cursorField: null,
  catalogs: [],
  partitions: [
    wholeOf(ofRole, '/v1/roles/{id}/settings', 20, {
      kind: 'members',
      name: 'name',
      value: 'value',
      none: [],
    }),
  ],
  columns: { role_id: 'bigint', name: 'text', value: 'jsonb' },
}

export const rolePipelines: Stream = {
  name: 'role_pipelines',
  description: 'Pipelines that users of a role see',
  key: ['role_id', 'pipeline_id'],
  refreshHours: 168,
  cursorField: null,
  catalogs: [],
  partitions: [
    wholeOf(ofRole, '/v1/roles/{id}/pipelines', 20, {
      kind: 'values',
      name: 'pipeline_id',
      in: 'pipeline_ids',
    }),
  ],
  columns: { role_id: 'bigint', pipeline_id: 'bigint' },
}

export const permissionSetAssignments: Stream = {
  name: 'permission_set_assignments',
  description: 'Which users have which permission set',
  key: ['permission_set_id', 'user_id'],
  refreshHours: 168,
  cursorField: null,
  leftOut: ['name'],
  catalogs: [],
  partitions: [
    {
      name: 'live',
      path: '/v1/permissionSets/{id}/assignments',
      cost: 20,
      paging: 'offset',
      pageSize: 500,
      untold: true,
      parents: { ...everyTime(permissionSets, 'permission_set_id'), noneIsNotFound: true },
    },
  ],
  columns: { permission_set_id: 'uuid', user_id: 'bigint' },
}

export const teamUsers: Stream = {
  name: 'team_users',
  description: 'Which users belong to which team',
  key: ['team_id', 'user_id'],
  refreshHours: 168,
  cursorField: null,
  catalogs: [],
  partitions: [
    wholeOf(everyTime(teams, 'team_id'), '/v1/legacyTeams/{id}/users', 20, {
      kind: 'values',
      name: 'user_id',
    }),
  ],
  columns: { team_id: 'bigint', user_id: 'bigint' },
}

export const userPermissions: Stream = {
  name: 'user_permissions',
  description: 'What users may do, one permission a row',
  key: ['user_id', 'name'],
  refreshHours: 168,
  cursorField: null,
  catalogs: [],
  partitions: [
    wholeOf(everyTime(users, 'user_id'), '/v1/users/{id}/permissions', 10, {
      kind: 'members',
      name: 'name',
      value: 'value',
      none: [],
    }),
  ],
  columns: { user_id: 'bigint', name: 'text', value: 'boolean' },
}
