import { LIST_AGAIN, v1Whole, type Stream } from './stream.ts'

export const currencies: Stream = {
  name: 'currencies',
  description: 'Currencies in which the company may keep amounts',
  onDemand: true,
  key: 'id',
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
  onDemand: true,
  key: 'id',
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
