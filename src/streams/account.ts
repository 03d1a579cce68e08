import { LIST_AGAIN, v1Whole } from './lists.ts'
import type { Stream } from './stream.ts'
import { users } from './users.ts'

export const currencies: Stream = {
  name: 'currencies',
  description: 'Currencies in which the company may keep amounts',
  refreshHours: 24,
  key: ['id'],
  cursorField: null,
  deletedWhen: { field: 'active_flag', is: false },
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/currencies', 20)],
  columns: {
    id: 'bigint',
    code: 'text',
    name: 'text',
    symbol: 'text',
    decimal_points: 'bigint',
    active_flag: 'boolean',
    is_custom_flag: 'boolean',
  },
}

export const filters: Stream = {
  name: 'filters',
  description: "Filters that the token's user may see, without their conditions",
  refreshHours: 24,
  recentsItem: 'filter',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'active_flag', is: false },
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/filters', 20)],
  columns: {
    id: 'bigint',
    name: 'text',
    type: 'text',
    user_id: 'bigint',
    visible_to: 'bigint',
    filter_code: 'text',
    is_editable: 'boolean',
    active_flag: 'boolean',
    temporary_flag: 'boolean',
    custom_view_id: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    last_used_time: 'timestamptz',
  },
}

export const webhooks: Stream = {
  name: 'webhooks',
  description: 'Webhooks of the company, without their passwords',
  refreshHours: 24,
  key: ['id'],
  cursorField: null,
  deletedWhen: { field: 'is_active', is: false },
  leftOut: ['http_auth_password'],
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/webhooks', 10)],
  columns: {
    id: 'bigint',
    name: 'text',
    type: 'text',
    version: 'text',
    event_action: 'text',
    event_object: 'text',
    subscription_url: 'text',
    http_auth_user: 'text',
    company_id: 'bigint',
    owner_id: 'bigint',
    user_id: 'bigint',
    admin_id: 'bigint',
    is_active: 'boolean',
    add_time: 'timestamptz',
    remove_time: 'timestamptz',
    remove_reason: 'text',
    last_delivery_time: 'timestamptz',
    last_http_status: 'bigint',
  },
}

export const billingAddons: Stream = {
  name: 'billing_addons',
  description: 'Add-ons that the company pays for',
  refreshHours: 24,
  key: ['code'],
  cursorField: null,
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/billing/subscriptions/addons', 20)],
  columns: { code: 'text' },
}

export const company: Stream = {
  name: 'company',
  description: 'The company whose data this is, in one row',
  refreshHours: 24,
  key: ['company_id'],
  cursorField: null,
  // The rest of the record is the token's user, who is in users.
  leftOut: Object.keys(users.columns),
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/users/me', 2, { records: { kind: 'one' } })],
  columns: {
    company_id: 'bigint',
    company_name: 'text',
    company_domain: 'text',
    company_country: 'text',
    company_industry: 'text',
    language_code: { type: 'text', from: 'language.language_code' },
    language_country_code: { type: 'text', from: 'language.country_code' },
  },
}
