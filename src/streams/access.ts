import { LIST_AGAIN, v1Whole, type Stream } from './stream.ts'

/** The list takes no order; Pipedrive gives it by id (openapi v1, example). */
export const roles: Stream = {
  name: 'roles',
  description: 'Roles: the visibility groups that users are in',
  onDemand: true,
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
  onDemand: true,
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
  onDemand: true,
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
