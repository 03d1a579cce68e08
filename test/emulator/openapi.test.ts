import { beforeAll, describe, expect, test } from 'vitest'
import { routes } from '../../emulator/api/routes.ts'
import type { EntityName } from '../../emulator/index.ts'
import { run, type Body, type Running } from './support/emulator.ts'
import {
  haveDocuments,
  readOperations,
  validator,
  type Deviation,
  type Operation,
} from './support/openapi.ts'

type Kind = Deviation

/** Where live answers and the documents differ; the documents' `nullable` is not to be trusted. */
const page = { nullable: ['next_cursor'] }
const deal: Kind = {
  nullable: [
    ...page.nullable,
    ...['person_id', 'org_id', 'stage_change_time', 'won_time', 'lost_time', 'expected_close_date'],
  ],
  extra: ['creator_user_id', 'archive_time', 'local_won_date', 'local_lost_date', 'local_close_date'],
}
const dealCounts: Kind = {
  nullable: [
    ...(deal.nullable ?? []),
    ...['next_activity_id', 'last_activity_id', 'first_won_time'],
    ...['last_incoming_mail_time', 'last_outgoing_mail_time'],
  ],
  extra: [
    ...(deal.extra ?? []),
    ...['next_activity_id', 'last_activity_id', 'first_won_time', 'products_count', 'files_count'],
    ...['notes_count', 'followers_count', 'email_messages_count', 'activities_count'],
    ...['done_activities_count', 'undone_activities_count', 'participants_count', 'smart_bcc_email'],
    ...['last_incoming_mail_time', 'last_outgoing_mail_time'],
  ],
}
const activity: Kind = {
  nullable: [
    ...page.nullable,
    ...['lead_id', 'project_id', 'due_time', 'duration', 'location', 'note', 'org_id', 'person_id'],
    ...['deal_id', 'marked_as_done_time', 'priority', 'public_description', 'user_id'],
    ...['conference_meeting_client', 'conference_meeting_url', 'conference_meeting_id'],
  ],
}
const person: Kind = {
  nullable: [...page.nullable, 'picture_id', 'org_id', 'notes', 'birthday', 'job_title', 'postal_address'],
}
const organization: Kind = { nullable: [...page.nullable, 'address'] }
const product: Kind = { nullable: [...page.nullable, 'description', 'code', 'direct_cost'] }
const lead: Kind = { extra: ['archive_time', 'pagination'] }
const note: Kind = {
  nullable: [
    ...['lead_id', 'deal_id', 'person_id', 'org_id', 'organization', 'person', 'deal'],
    ...['last_update_user_id', 'icon_url'],
  ],
  extra: ['pinned_to_lead_flag', 'lead', 'pagination'],
}
const file: Kind = {
  nullable: [
    ...['deal_id', 'person_id', 'org_id', 'product_id', 'activity_id', 'lead_id', 'project_id', 'cid'],
    ...['s3_bucket', 'mail_message_id', 'mail_template_id', 'deal_name', 'person_name', 'org_name'],
    ...['product_name', 'lead_name', 'project_name', 'description'],
  ],
  extra: ['log_id', 'file_type', 'pagination'],
}
const user: Kind = { extra: ['is_admin', 'additional_data', 'company_id'] }
const fieldV1: Kind = {
  nullable: ['id', 'last_updated_by_user_id', 'created_by_user_id'],
  extra: [
    ...['json_column_flag', 'pagination', 'index_visible_flag', 'details_visible_flag', 'options_deleted'],
    ...['is_subfield', 'subfields', 'parent_id', 'id_suffix'],
  ],
}
const project: Kind = { nullable: [...page.nullable, 'description', 'start_date', 'end_date'] }
const party: Kind = { nullable: ['linked_person_id', 'lead_id'] }
const thread: Kind = {
  nullable: ['last_message_received_timestamp', ...(party.nullable ?? [])],
  extra: ['additional_data'],
}
const mail: Kind = {
  nullable: [...(party.nullable ?? []), 'draft', 'template_id', 'linked_organization_id'],
  extra: ['draft_flag', 'pagination'],
}
const goal: Kind = { extra: ['statusCode', 'statusText', 'service', 'currency_id'] }
const pathOf =
  (entity: EntityName, key: string, path: (id: string) => string) =>
  ({ emulator }: Running): string =>
    path(emulator.company.list(entity).findLast((row) => row[key] !== null)?.[key] as string)
const setPath = pathOf('permission_sets', 'id', (id) => `/v1/permissionSets/${id}/assignments`)
const goalPath = pathOf(
  'goals',
  'id',
  (id) => `/v1/goals/${id}/results?period.start=2024-01-01&period.end=2024-02-01`,
)
const mailPath = pathOf('mail_messages', 'deal_id', (id) => `/v1/deals/${id}/mailMessages`)
const summary: Kind = { extra: ['EUR', 'USD', 'GBP', 'SEK', 'JPY', 'CNY'] }
const open: Kind = {
  open: true,
  nullable: ['next_cursor', ...(deal.nullable ?? []), ...(activity.nullable ?? [])],
}

const counts = (deal.extra ?? []).concat(dealCounts.extra ?? []).filter((key) => /_count$|_id$/.test(key))
const wanted = counts.filter((key) => key !== 'creator_user_id').join()

const reads: readonly [string, path: string | ((running: Running) => string), Kind][] = [
  ['/deals', '/api/v2/deals?limit=500', deal],
  ['/deals', '/api/v2/deals?status=open,won,lost,deleted', deal],
  ['/deals', `/api/v2/deals?include_fields=${wanted}`, dealCounts],
  ['/deals/archived', '/api/v2/deals/archived', deal],
  ['/deals/{id}', '/api/v2/deals/7', deal],
  ['/persons', '/api/v2/persons?limit=500', person],
  ['/persons/{id}', '/api/v2/persons/7', person],
  ['/organizations', '/api/v2/organizations', organization],
  ['/organizations/{id}', '/api/v2/organizations/7', organization],
  ['/activities', '/api/v2/activities?include_fields=attendees', activity],
  ['/activities/{id}', '/api/v2/activities/7', activity],
  ['/products', '/api/v2/products', product],
  ['/products/{id}', '/api/v2/products/7', product],
  ['/pipelines', '/api/v2/pipelines', { nullable: ['next_cursor', 'update_time'] }],
  ['/pipelines/{id}', '/api/v2/pipelines/1', { nullable: ['update_time'] }],
  ['/stages', '/api/v2/stages', page],
  ['/stages/{id}', '/api/v2/stages/2', page],
  ...['deal', 'person', 'organization', 'product', 'activity'].flatMap((name): [string, string, Kind][] => [
    [`/${name}Fields`, `/api/v2/${name}Fields?limit=500`, page],
    [`/${name}Fields`, `/api/v2/${name}Fields?include_fields=ui_visibility`, page],
    [`/${name}Fields/{field_code}`, `/api/v2/${name}Fields/add_time`, page],
  ]),
  ...['deal', 'person', 'organization', 'product'].flatMap((name): [string, string, Kind][] => [
    [`/${name}Fields`, `/v1/${name}Fields`, fieldV1],
    [`/${name}Fields/{id}`, `/v1/${name}Fields/12403`, fieldV1],
  ]),
  ['/leadFields', '/v1/leadFields', fieldV1],
  ['/activityFields', '/v1/activityFields', { ...fieldV1, open: true }],
  ['/pipelines', '/v1/pipelines', { nullable: ['update_time'], extra: ['additional_data', 'pagination'] }],
  ['/noteFields', '/v1/noteFields', fieldV1],
  ['/leads', '/v1/leads', lead],
  ['/leads/archived', '/v1/leads/archived', lead],
  ['/notes', '/v1/notes', note],
  ['/notes/{id}', '/v1/notes/7', note],
  ['/files', '/v1/files', file],
  ['/files/{id}', '/v1/files/7', file],
  ['/users', '/v1/users', user],
  ['/users/{id}', '/v1/users/25760681', user],
  ['/users/me', '/v1/users/me', user],
  ['/activityTypes', '/v1/activityTypes', { nullable: ['update_time'] }],
  ['/currencies', '/v1/currencies', {}],
  ['/filters', '/v1/filters', {}],
  ['/filters', '/v1/filters?type=deals', {}],
  ['/leadLabels', '/v1/leadLabels', {}],
  ['/leadSources', '/v1/leadSources', {}],
  ['/userConnections', '/v1/userConnections', {}],
  ['/userSettings', '/v1/userSettings', {}],
  ['/callLogs', '/v1/callLogs', { extra: ['next_start'] }],
  ...['', '?is_active=false', '?expected_outcome.tracking_metric=sum'].map(
    (query): [string, string, Kind] => ['/goals/find', `/v1/goals/find${query}`, goal],
  ),
  ['/projects', '/api/v2/projects?limit=500', project],
  ['/projects', '/api/v2/projects?status=open,completed,canceled,deleted', project],
  ['/projects/archived', '/api/v2/projects/archived', project],
  ['/projects/{id}', '/api/v2/projects/7', project],
  ['/projects/{id}/changelog', '/api/v2/projects/7/changelog', page],
  ['/projects/{id}/permittedUsers', '/api/v2/projects/7/permittedUsers', {}],
  ['/projectFields', '/api/v2/projectFields?limit=500', page],
  ['/projectFields/{field_code}', '/api/v2/projectFields/board_id', page],
  ['/projectTemplates', '/api/v2/projectTemplates', page],
  ['/projectTemplates/{id}', '/api/v2/projectTemplates/1', page],
  ['/tasks', '/api/v2/tasks?limit=500', page],
  ['/tasks/{id}', '/api/v2/tasks/7', {}],
  ['/boards', '/api/v2/boards', {}],
  ['/phases', '/api/v2/phases?board_id=1', {}],
  ['/roles/{id}/assignments', '/v1/roles/1/assignments', {}],
  ['/roles/{id}/settings', '/v1/roles/1/settings', {}],
  ['/roles/{id}/settings', '/v1/roles/2/settings', {}],
  ['/roles/{id}/pipelines', '/v1/roles/2/pipelines', {}],
  ['/roles/{id}/pipelines', '/v1/roles/2/pipelines?visible=false', {}],
  ['/permissionSets/{id}/assignments', setPath, { extra: ['additional_data'] }],
  ['/legacyTeams/{id}/users', '/v1/legacyTeams/1/users', {}],
  ['/users/{id}/permissions', '/v1/users/25760682/permissions', {}],
  ['/users/{id}/roleSettings', '/v1/users/25760681/roleSettings', {}],
  ['/users/{id}/roleSettings', '/v1/users/25760682/roleSettings', {}],
  ['/goals/{id}/results', goalPath, goal],
  ...['inbox', 'drafts', 'sent', 'archive'].map((folder): [string, string, Kind] => [
    '/mailbox/mailThreads',
    `/v1/mailbox/mailThreads?folder=${folder}`,
    thread,
  ]),
  ['/mailbox/mailThreads/{id}/mailMessages', '/v1/mailbox/mailThreads/3/mailMessages', mail],
  ['/deals/{id}/mailMessages', mailPath, mail],
  ['/deals/{id}/mailMessages', (running) => `${mailPath(running)}?include_body=1`, mail],
  ['/roles', '/v1/roles', {}],
  ['/permissionSets', '/v1/permissionSets', {}],
  ['/permissionSets', '/v1/permissionSets?app=global', {}],
  ['/legacyTeams', '/v1/legacyTeams', {}],
  ['/webhooks', '/v1/webhooks', {}],
  ['/billing/subscriptions/addons', '/v1/billing/subscriptions/addons', {}],
  ['/deals/summary', '/v1/deals/summary', summary],
  ...['deals', 'persons', 'organizations', 'activities'].map((name): [string, string, Kind] => [
    `/${name}/collection`,
    `/v1/${name}/collection`,
    { ...open, nullable: [...(open.nullable ?? []), 'location', 'label'] },
  ]),
]

/** Where an offset list stands is under `pagination` in every example. */
const offset = ['pagination', 'next_start']
const participant: Kind = {
  nullable: ['org_id'],
  extra: [...offset, 'active_flag', 'value'],
  either: ['added_by_user_id', 'related_objects'],
}
const cursorV1: Kind = { ...page, extra: ['next_cursor'] }
const relationship: Kind = { extra: [...offset, 'active_flag'], either: ['related_objects'] }

/** Lists of children; `{id}` is a parent's, which the children hold under the key named last. */
const childReads: readonly [string, url: string, EntityName, key: string, Kind][] = [
  ['/deals/products', '/api/v2/deals/products?deal_ids={id}', 'deal_products', 'deal_id', page],
  ['/deals/{id}/products', '/api/v2/deals/{id}/products', 'deal_products', 'deal_id', page],
  [
    '/deals/installments',
    '/api/v2/deals/installments?deal_ids={id}',
    'deal_installments',
    'deal_id',
    { extra: ['additional_data'] },
  ],
  ['/deals/{id}/discounts', '/api/v2/deals/{id}/discounts', 'deal_discounts', 'deal_id', {}],
  ['/deals/{id}/participants', '/v1/deals/{id}/participants', 'deal_participants', 'deal_id', participant],
  [
    '/deals/{id}/participantsChangelog',
    '/v1/deals/{id}/participantsChangelog',
    'deal_participant_changes',
    'deal_id',
    cursorV1,
  ],
  ...(
    [
      ['deals', 'deal_followers', 'deal_id'],
      ['persons', 'person_followers', 'person_id'],
      ['organizations', 'organization_followers', 'org_id'],
      ['products', 'product_followers', 'product_id'],
      ['users', 'user_followers', 'followed_user_id'],
    ] as const
  ).map(([of, entity, key]): [string, string, EntityName, string, Kind] => [
    `/${of}/{id}/followers`,
    `/api/v2/${of}/{id}/followers`,
    entity,
    key,
    page,
  ]),
  ...(
    [
      ['deals', 'deal_changes', 'deal_id'],
      ['persons', 'person_changes', 'person_id'],
      ['organizations', 'organization_changes', 'org_id'],
    ] as const
  ).map(([of, entity, key]): [string, string, EntityName, string, Kind] => [
    `/${of}/{id}/changelog`,
    `/v1/${of}/{id}/changelog`,
    entity,
    key,
    page,
  ]),
  [
    '/deals/{id}/flow',
    '/v1/deals/{id}/flow?all_changes=1',
    'deal_flow',
    'deal_id',
    { extra: offset, either: ['related_objects'] },
  ],
  ['/notes/{id}/comments', '/v1/notes/{id}/comments', 'note_comments', 'note_id', {}],
  ['/products/{id}/variations', '/api/v2/products/{id}/variations', 'product_variations', 'product_id', page],
  [
    '/organizationRelationships',
    '/v1/organizationRelationships?org_id={id}',
    'organization_relationships',
    'org_id',
    relationship,
  ],
  ...['deals', 'persons', 'organizations', 'leads', 'products'].map(
    (of): [string, string, EntityName, string, Kind] => [
      `/${of}/{id}/permittedUsers`,
      `/v1/${of}/{id}/permittedUsers`,
      'permitted_users',
      `${of} entity_id`,
      of === 'deals' ? { extra: ['data'] } : {},
    ],
  ),
]

const writes: readonly [method: string, path: string, url: string, json: unknown, Kind][] = [
  ['POST', '/deals', '/api/v2/deals', { title: 'x' }, deal],
  ['PATCH', '/deals/{id}', '/api/v2/deals/1', { status: 'won' }, deal],
  ['DELETE', '/deals/{id}', '/api/v2/deals/1', undefined, {}],
  ['POST', '/persons', '/api/v2/persons', { name: 'x y' }, person],
  ['PATCH', '/persons/{id}', '/api/v2/persons/1', { name: 'x y' }, person],
  ['DELETE', '/persons/{id}', '/api/v2/persons/1', undefined, {}],
  ['POST', '/organizations', '/api/v2/organizations', { name: 'x' }, organization],
  ['PATCH', '/organizations/{id}', '/api/v2/organizations/1', { name: 'x' }, organization],
  [
    'POST',
    '/activities',
    '/api/v2/activities',
    { subject: 'x' },
    { nullable: [...(activity.nullable ?? []), 'due_date'] },
  ],
  ['PATCH', '/activities/{id}', '/api/v2/activities/1', { done: true }, activity],
  ['POST', '/products', '/api/v2/products', { name: 'x' }, product],
  ['PATCH', '/products/{id}', '/api/v2/products/1', { name: 'x' }, product],
  ['POST', '/pipelines', '/api/v2/pipelines', { name: 'x' }, {}],
  ['POST', '/stages', '/api/v2/stages', { name: 'x', pipeline_id: 1 }, {}],
  ['DELETE', '/stages/{id}', '/api/v2/stages/1', undefined, {}],
  ['POST', '/notes', '/v1/notes', { content: 'x' }, note],
  ['PUT', '/notes/{id}', '/v1/notes/1', { content: 'x' }, note],
  ['DELETE', '/notes/{id}', '/v1/notes/1', undefined, {}],
  ['POST', '/leads', '/v1/leads', { title: 'x', person_id: 1 }, lead],
  ['DELETE', '/files/{id}', '/v1/files/1', undefined, {}],
  [
    'POST',
    '/dealFields',
    '/api/v2/dealFields',
    { field_name: 'x', field_type: 'enum', options: [{ label: 'y' }] },
    {},
  ],
]

const versionOf = (path: string): string => (path.startsWith('/api/v2') ? 'v2' : 'v1')

type Node = Record<string, unknown>

/** The part of the schema of recents that describes one kind of row. */
function branchOf(schema: unknown, item: string): Node {
  if (typeof schema !== 'object' || schema === null) return {}
  const properties = (schema as { properties?: { item?: { enum?: unknown[] } } }).properties
  if (properties?.item?.enum?.[0] === item) return schema as Node
  const inside = Object.values(schema).map((part) => branchOf(part, item))
  return inside.find((part) => Object.keys(part).length > 0) ?? {}
}

/** Leads carry the company's own fields at their root, under keys that no document can name. */
function withoutHashes(body: Body): Body {
  const text = JSON.stringify(body, (key, value: unknown) => (/^[0-9a-f]{40}/.test(key) ? undefined : value))
  return JSON.parse(text) as Body
}

describe.skipIf(!haveDocuments)("by Pipedrive's own documents", () => {
  let operations: readonly Operation[] = []
  beforeAll(() => {
    operations = readOperations()
  })

  const operationOf = (version: string, method: string, path: string): Operation => {
    const found = operations.find(
      (one) => one.version === version && one.method === method && one.path === path,
    )
    if (!found) throw new Error(`${method} ${path} is in no document.`)
    return found
  }

  async function expectValid(
    { call }: Running,
    operation: Operation,
    path: string,
    kind: Kind,
  ): Promise<void> {
    const { status, body } = await call(path)
    const validate = validator(operation.schemas.get(String(status)) ?? { not: {} }, kind)
    const shown = path.startsWith('/v1/leads') ? withoutHashes(body) : body
    validate(shown)
    expect({ status, errors: validate.errors }).toEqual({ status: 200, errors: null })
  }

  test.each(reads)('%s: GET %s answers what the document describes', async (path, asked, kind) => {
    const running = await run({ size: { deals: 300, activities: 200, persons: 150 } })
    const url = typeof asked === 'string' ? asked : asked(running)
    await expectValid(running, operationOf(versionOf(url), 'GET', path), url, kind)
  })

  test.each(childReads)(
    '%s: GET %s answers what the document describes',
    async (path, url, entity, under, kind) => {
      const running = await run({ size: { deals: 120 } })
      const [key = '', of] = under.split(' ').toReversed()
      const children = running.emulator.company.list(entity)
      const ids = children.flatMap((row) => (of === undefined || row['entity'] === of ? [row[key]] : []))
      const asked = [...new Set(ids as (string | number)[])]
        .slice(0, 12)
        .map((id) => url.replace('{id}', `${id}`))
      const replies = await Promise.all(asked.map(async (each) => [each, await running.call(each)] as const))
      const answered = replies.flatMap(([each, { rows }]) => (rows.length > 0 ? [each] : []))
      expect(answered.length).toBeGreaterThan(1)
      for (const each of answered)
        await expectValid(running, operationOf(versionOf(url), 'GET', path), each, kind)
    },
  )

  test.each(writes)('%s %s answers what the document describes', async (method, path, url, json, kind) => {
    const { call } = await run()
    const { status, body } = await call(url, { method, ...(json === undefined ? {} : { json }) })
    const schema = operationOf(versionOf(url), method, path).schemas.get(String(status))
    const validate = validator(schema ?? { not: {} }, kind)
    validate(body)
    expect(validate.errors).toBeNull()
  })

  test('PATCH of a field answers what the document describes', async () => {
    const { call, emulator } = await run()
    const code = emulator.company.catalog.custom('deals')[0]?.code ?? ''
    const { status, body } = await call(`/api/v2/dealFields/${code}`, {
      method: 'PATCH',
      json: { field_name: 'x', description: 'y' },
    })
    const { schemas } = operationOf('v2', 'PATCH', '/dealFields/{field_code}')
    const validate = validator(schemas.get(String(status)) ?? { not: {} })
    validate(body)
    expect([status, validate.errors]).toEqual([200, null])
  })

  test('a person of a company that syncs its contacts is still what the document describes', async () => {
    const running = await run({ switches: { contactSync: true } })
    await expectValid(running, operationOf('v2', 'GET', '/persons'), '/api/v2/persons', person)
    expect((await running.call('/api/v2/persons/1')).body['data']).toHaveProperty('birthday')
  })

  test('an organization of a company with organization data is still what the document describes', async () => {
    const running = await run({ switches: { organizationData: true } })
    await expectValid(
      running,
      operationOf('v2', 'GET', '/organizations'),
      '/api/v2/organizations',
      organization,
    )
    expect((await running.call('/api/v2/organizations/1')).body['data']).toHaveProperty('website')
  })

  test.each([
    ['activity', 'activities'],
    ['deal', 'deals'],
    ['file', 'files'],
    ['note', 'notes'],
    ['organization', 'organizations'],
    ['person', 'persons'],
    ['pipeline', 'pipelines'],
    ['stage', 'stages'],
  ] as const)('a changed %s is in recents as the document describes it', async (item, entity) => {
    const { call, emulator } = await run()
    emulator.company[entity].update(1, {})
    const { rows } = await call(`/v1/recents?since_timestamp=2026-06-15 00:00:00&items=${item}`)
    const list = operationOf('v1', 'GET', '/recents').schemas.get('200')
    const kind: Kind = {
      open: true,
      either: item === 'organization' ? ['owner_id'] : [],
      nullable: [
        ...(note.nullable ?? []),
        ...(file.nullable ?? []),
        ...(open.nullable ?? []),
        'location',
        'label',
        'address',
        'rotten_days',
      ],
    }
    const validate = validator(branchOf(list, item), kind)
    validate(rows[0])
    expect(validate.errors).toBeNull()
  })

  test('every operation costs the tokens of its document', () => {
    const asked = routes.map(({ method, version, path, cost }) => ({ method, version, path, cost }))
    const documented = asked.map((route) => {
      const path = route.path.replace(/:id/g, '{id}').replace(/:code/g, '{field_code}')
      return { ...route, cost: operationOf(route.version, route.method, path).cost }
    })
    expect(asked).toEqual(documented)
  })
})
