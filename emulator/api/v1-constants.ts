import type { Json, Row } from '../json.ts'
import { leadLabels } from '../seed/leads.ts'
import { foundedAt, FIRST_USER } from '../seed/world.ts'
import { leadTime, v1Time } from '../time.ts'

type Make = (start: number) => Json

const activityTypes = [
  ['Call', 'call'],
  ['Meeting', 'meeting'],
  ['Task', 'task'],
  ['E-mail', 'email'],
  ['Lõuna 🍽', 'lunch'],
] as const

const currencies = [
  ['EUR', 'Euro', 2, '€'],
  ['USD', 'US Dollar', 2, '$'],
  ['GBP', 'British Pound', 2, '£'],
  ['SEK', 'Swedish Krona', 2, 'kr'],
  ['JPY', 'Japanese Yen', 0, '¥'],
  ['CNY', 'Chinese Yuan Renminbi', 2, '¥'],
] as const

const filters = [
  ['All open deals', 'deals'],
  ['Kõik avatud tehingud', 'deals'],
  ['My people', 'people'],
  ['重点客户', 'org'],
] as const

const leadSources = [
  'Manually created',
  'Deal',
  'Web forms',
  'Prospector',
  'Leadbooster',
  'Live chat',
  'Import',
  'Website visitors',
  'Workflow automation',
  'API',
] as const

export interface ConstantList {
  readonly path: string
  readonly cost: number
  readonly rows: Make
}

/** Small v1 lists without paging, which only the company's settings change (openapi v1). */
export const constantLists: readonly ConstantList[] = [
  {
    path: 'activityTypes',
    cost: 20,
    rows: (start) =>
      activityTypes.map(([name, key], i) => ({
        id: i + 1,
        order_nr: i + 1,
        name,
        key_string: key,
        icon_key: key,
        active_flag: true,
        color: 'FFFFFF',
        is_custom_flag: i > 3,
        add_time: v1Time(foundedAt(start)),
        update_time: i === 0 ? null : v1Time(foundedAt(start)),
      })),
  },
  {
    path: 'currencies',
    cost: 20,
    rows: () =>
      currencies.map(([code, name, decimals, symbol], i) => ({
        id: i + 1,
        code,
        name,
        decimal_points: decimals,
        symbol,
        active_flag: true,
        is_custom_flag: false,
      })),
  },
  {
    path: 'filters',
    cost: 20,
    rows: (start) =>
      filters.map(([name, type], i) => ({
        id: i + 1,
        name,
        filter_code: null,
        is_editable: true,
        active_flag: true,
        type,
        temporary_flag: null,
        user_id: FIRST_USER,
        add_time: v1Time(foundedAt(start)),
        update_time: v1Time(foundedAt(start)),
        visible_to: '7',
        last_used_time: null,
        custom_view_id: null,
      })),
  },
  {
    path: 'leadLabels',
    cost: 10,
    rows: (start) =>
      leadLabels.map(([id, name, color]) => ({
        id,
        name,
        color,
        add_time: leadTime(foundedAt(start)),
        update_time: leadTime(foundedAt(start)),
      })),
  },
  { path: 'leadSources', cost: 2, rows: () => leadSources.map((name): Row => ({ name })) },
]
