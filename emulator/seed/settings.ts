import type { Source } from '../company/collection.ts'
import type { SettingName } from '../company/entities.ts'
import type { Row } from '../json.ts'
import { leadTime, v1Time } from '../time.ts'
import { accessRows } from './access.ts'
import { appRows } from './apps.ts'
import { callLogRows } from './call-logs.ts'
import { goalRows } from './goals.ts'
import { leadLabels } from './leads.ts'
import { listed } from './listed.ts'
import { COMPANY_DOMAIN, COMPANY_ID, COMPANY_NAME } from './world.ts'
import { foundedAt, FIRST_USER, type World } from './world.ts'

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

/** Every record of each kind as it was when the company was founded, in the API's words (openapi v1). */
const rows: Readonly<Record<SettingName, (world: World) => Row[]>> = {
  activity_types: ({ start }) =>
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
  currencies: () =>
    currencies.map(([code, name, decimals, symbol], i) => ({
      id: i + 1,
      code,
      name,
      decimal_points: decimals,
      symbol,
      active_flag: true,
      is_custom_flag: false,
    })),
  filters: ({ start }) =>
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
  lead_labels: ({ start }) =>
    leadLabels.map(([id, name, color]) => ({
      id,
      name,
      color,
      add_time: leadTime(foundedAt(start)),
      update_time: leadTime(foundedAt(start)),
    })),
  lead_sources: () => leadSources.map((name) => ({ name })),
  ...accessRows,
  ...appRows,
  goals: goalRows,
  call_logs: callLogRows,
  company: () => [
    {
      company_id: COMPANY_ID,
      company_name: COMPANY_NAME,
      company_domain: COMPANY_DOMAIN,
      company_country: 'EE',
      company_industry: 'Construction',
      language: { language_code: 'en', country_code: 'US' },
    },
  ],
}

export const settingSources = Object.fromEntries(
  Object.entries(rows).map(([name, rowsOf]) => [name, listed(name as SettingName, rowsOf)]),
) as Record<SettingName, (world: World) => Source>
