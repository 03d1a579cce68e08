import { TOKEN_USER } from './as-user.ts'
import { LIST_AGAIN, v1Whole } from './lists.ts'
import type { Stream } from './stream.ts'

export const users: Stream = {
  name: 'users',
  description: 'Users of the Pipedrive account',
  recentsItem: 'user',
  key: ['id'],
  cursorField: 'modified',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: { kind: 'one', path: '/v1/users/{id}', cost: 2 },
  catalogs: [],
  partitions: [{ name: 'live', path: '/v1/users', cost: 20, paging: 'single', pageSize: 0 }],
  columns: {
    id: 'bigint',
    name: 'text',
    email: 'text',
    phone: 'text',
    role_id: 'bigint',
    is_admin: 'boolean',
    active_flag: 'boolean',
    is_deleted: 'boolean',
    activated: 'boolean',
    is_you: 'boolean',
    has_created_company: 'boolean',
    created: 'timestamptz',
    modified: 'timestamptz',
    last_login: 'timestamptz',
    lang: 'bigint',
    locale: 'text',
    default_currency: 'text',
    timezone_name: 'text',
    timezone_offset: 'text',
    icon_url: 'text',
    access: 'jsonb',
  },
}

/** Pipedrive says false where there is no connection (openapi v1). */
export const userConnections: Stream = {
  name: 'user_connections',
  description: "Accounts at other services that the token's user has connected",
  refreshHours: 24,
  key: ['user_id', 'service'],
  ofUser: 'user_id',
  cursorField: null,
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [
    v1Whole('/v1/userConnections', 20, {
      records: { kind: 'members', name: 'service', value: 'account_id', none: [false, null] },
      adds: { user_id: TOKEN_USER },
    }),
  ],
  columns: { user_id: 'bigint', service: 'text', account_id: 'text' },
}

export const userSettings: Stream = {
  name: 'user_settings',
  description: "Settings of the token's user, one a row",
  refreshHours: 24,
  key: ['user_id', 'name'],
  ofUser: 'user_id',
  cursorField: null,
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [
    v1Whole('/v1/userSettings', 2, {
      records: { kind: 'members', name: 'name', value: 'value', none: [] },
      adds: { user_id: TOKEN_USER },
    }),
  ],
  columns: { user_id: 'bigint', name: 'text', value: 'jsonb' },
}
