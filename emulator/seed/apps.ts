import type { SettingName } from '../company/entities.ts'
import type { Row } from '../json.ts'
import { HOUR, leadTime } from '../time.ts'
import { COMPANY_ID, foundedAt, FIRST_USER, type World } from './world.ts'

const webhooks = [
  ['create', 'deal', 'general', 'New deals to the chat'],
  ['*', '*', 'application', 'Accounting'],
  ['change', 'person', 'automation', 'Uudiskiri 📰'],
] as const

const addons = ['leadbooster_v2', 'prospector', 'smart_docs_v2'] as const

/** Settings of the token's user (openapi v1, example). */
const userSettings = {
  marketplace_team: false,
  list_limit: 100,
  beta_app: true,
  prevent_salesphone_callto_override: false,
  file_upload_destination: 's3',
  callto_link_syntax: 'callto:[number]',
  autofill_deal_expected_close_date: false,
  person_duplicate_condition: 'name && (org_id || email || phone)',
} as const

/** What is connected to the company (openapi v1). */
export const appRows = {
  webhooks: ({ start }: World): Row[] =>
    webhooks.map(([action, object, type, name], i) => ({
      id: i + 1,
      company_id: COMPANY_ID,
      owner_id: FIRST_USER,
      user_id: FIRST_USER,
      event_action: action,
      event_object: object,
      subscription_url: `https://hooks.pohjala.example/${i + 1}`,
      version: i === 0 ? '1.0' : '2.0',
      is_active: 1,
      add_time: leadTime(foundedAt(start)),
      remove_time: null,
      type,
      http_auth_user: i === 1 ? 'pipedrive' : null,
      http_auth_password: i === 1 ? 'open sesame' : null,
      remove_reason: null,
      last_delivery_time: i === 2 ? null : leadTime(start - HOUR),
      last_http_status: i === 2 ? null : 200,
      admin_id: FIRST_USER,
      name,
    })),
  billing_addons: (): Row[] => addons.map((code) => ({ code })),
  user_connections: (): Row[] => [{ service: 'google', account_id: 'awesomeid-123-4567890' }],
  user_settings: (): Row[] => Object.entries(userSettings).map(([name, value]): Row => ({ name, value })),
} satisfies Partial<Record<SettingName, (world: World) => Row[]>>
