import type { Row } from '../json.ts'
import type { SettingName } from './entities.ts'

/** New records of what the company has set up (openapi v1). */
export const settingBlanks: Readonly<Record<SettingName, Row>> = {
  activity_types: {
    order_nr: 1,
    name: '',
    key_string: '',
    icon_key: 'task',
    active_flag: true,
    color: 'FFFFFF',
    is_custom_flag: true,
    add_time: null,
    update_time: null,
  },
  currencies: {
    code: '',
    name: '',
    decimal_points: 2,
    symbol: '',
    active_flag: true,
    is_custom_flag: true,
  },
  filters: {
    name: '',
    filter_code: null,
    is_editable: true,
    active_flag: true,
    type: 'deals',
    temporary_flag: null,
    user_id: null,
    add_time: null,
    update_time: null,
    visible_to: '7',
    last_used_time: null,
    custom_view_id: null,
  },
  lead_labels: { name: '', color: 'gray', add_time: null, update_time: null },
  lead_sources: {},
}
