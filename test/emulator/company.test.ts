import { describe, expect, test } from 'vitest'
import type { EntityName } from '../../emulator/index.ts'
import { createClock, DAY, pagesOf, run, START, type Body } from './support/emulator.ts'

const lists = [
  ...[
    'deals',
    'deals/archived',
    'persons',
    'organizations',
    'activities',
    'products',
    'pipelines',
    'stages',
  ].map((name) => `/api/v2/${name}?limit=500`),
  ...['leads', 'notes', 'files', 'users', 'filters', 'leadLabels', 'leadFields', 'dealFields'].map(
    (name) => `/v1/${name}`,
  ),
  ...['dealFields', 'personFields', 'organizationFields', 'productFields', 'projectFields'].map(
    (name) => `/api/v2/${name}?limit=500`,
  ),
  ...['projects', 'projects/archived', 'projects/3/changelog', 'tasks', 'boards', 'projectTemplates'].map(
    (name) => `/api/v2/${name}`,
  ),
  ...['roles', 'permissionSets', 'legacyTeams', 'users/25760681/permissions', 'roles/2/settings'].map(
    (name) => `/v1/${name}`,
  ),
  ...['mailbox/mailThreads?folder=inbox', 'mailbox/mailThreads/3/mailMessages', 'deals/7/mailMessages'].map(
    (name) => `/v1/${name}`,
  ),
]

const everything = async (options: { seed: number; start?: number }): Promise<string[]> => {
  const { call } = await run({ seed: options.seed }, createClock(options.start ?? START))
  const texts: string[] = []
  for (const path of lists) texts.push((await call(path)).text)
  return texts
}

describe('the generated company', () => {
  test('is the same, byte for byte, for the same seed and time', async () => {
    expect(await everything({ seed: 7 })).toEqual(await everything({ seed: 7 }))
  })

  test.each([
    ['seed', { seed: 8 }],
    ['time', { seed: 7, start: START + DAY }],
  ])('is another one for another %s', async (_what, options) => {
    const [one, other] = [await everything({ seed: 7 }), await everything(options)]
    expect(one[0]).not.toBe(other[0])
    expect(one[2]).not.toBe(other[2])
  })

  test('answers an unchanged record alike in every order and page size', async () => {
    const { call } = await run()
    const one = (await pagesOf(call, '/api/v2/deals?limit=500')).flatMap((page) => page.rows)
    const other = (
      await pagesOf(call, '/api/v2/deals?limit=7&sort_by=update_time&sort_direction=desc')
    ).flatMap((page) => page.rows)
    const byId = (a: Body, b: Body): number => (a['id'] as number) - (b['id'] as number)
    expect(other.sort(byId)).toEqual(one)
  })

  test('shows its messengers under the name that the switch says, also when that changes', async () => {
    const { call, emulator } = await run({ switches: { contactSync: true } })
    const keys = async (): Promise<string[]> => Object.keys((await call('/api/v2/persons')).rows[0] ?? {})
    expect(await keys()).toContain('im')
    emulator.switches.messengerKey = 'ims'
    expect(await keys()).toContain('ims')
  })

  test('is what the emulator says it holds', async () => {
    const { call, emulator } = await run()
    const { rows } = await call('/api/v2/persons?limit=500')
    expect(rows).toEqual(emulator.company.persons.list())
    expect((await call('/api/v2/persons/3')).body['data']).toEqual(rows[2])
  })

  test('has as many records as it was asked for', async () => {
    const { emulator } = await run({ size: { persons: 31, deals: 77 } })
    expect([emulator.company.persons.size, emulator.company.deals.size]).toEqual([31, 77])
  })

  test.each<EntityName>([
    'projects',
    'tasks',
    'project_boards',
    'project_phases',
    'project_templates',
    'project_changes',
    'role_assignments',
    'role_settings',
    'role_pipelines',
    'permission_set_assignments',
    'team_users',
    'user_permissions',
    'goal_results',
    'mail_threads',
    'mail_messages',
  ])('has some %s, each with what it hangs on', async (name) => {
    const { emulator } = await run()
    const rows = emulator.company.list(name)
    expect(rows.length).toBeGreaterThan(2)
    const parents = {
      role_id: 'roles',
      permission_set_id: 'permission_sets',
      team_id: 'teams',
      user_id: 'users',
      goal_id: 'goals',
      mail_thread_id: 'mail_threads',
      board_id: 'project_boards',
      project_id: 'projects',
      pipeline_id: 'pipelines',
      phase_id: 'project_phases',
    } as const
    for (const row of rows)
      for (const [key, parent] of Object.entries(parents))
        if (key in row) expect(emulator.company.get(parent, row[key] as number)).toBeDefined()
  })

  test('has nothing in the future and nothing updated before it was added', async () => {
    const { call } = await run({ size: { deals: 400 } })
    for (const name of ['deals', 'persons', 'organizations', 'activities', 'products']) {
      const { rows } = await call(
        `/api/v2/${name}?limit=500&${name === 'deals' ? 'status=open,won,lost,deleted' : ''}`,
      )
      for (const row of rows) {
        const [added, updated] = [
          Date.parse(row['add_time'] as string),
          Date.parse(row['update_time'] as string),
        ]
        expect(added).toBeLessThanOrEqual(updated)
        expect(updated).toBeLessThanOrEqual(START)
      }
    }
  })

  test('has deals that were won, lost, archived, deleted and are still open, in stages of their pipeline', async () => {
    const { call, emulator } = await run({ size: { deals: 500 } })
    const deals = emulator.company.deals.list()
    const statuses = new Set(deals.map((deal) => deal['status']))
    expect(statuses).toEqual(new Set(['open', 'won', 'lost', 'deleted']))
    expect(deals.some((deal) => deal['is_archived'] === true)).toBe(true)
    const { rows: stages } = await call('/api/v2/stages')
    const pipelineOf = new Map(stages.map((stage) => [stage['id'], stage['pipeline_id']]))
    for (const deal of deals) expect(pipelineOf.get(deal['stage_id'])).toBe(deal['pipeline_id'])
    for (const deal of deals.filter((one) => one['status'] === 'won')) {
      expect(deal['won_time']).toBe(deal['close_time'])
      expect(deal['won_time']).toEqual(expect.any(String))
    }
  })

  test('links only to records that exist', async () => {
    const { emulator } = await run({ size: { deals: 200 } })
    const { company } = emulator
    for (const deal of company.deals.list()) {
      if (deal['person_id'] !== null) expect(company.persons.get(deal['person_id'] as number)).toBeDefined()
      if (deal['org_id'] !== null) expect(company.organizations.get(deal['org_id'] as number)).toBeDefined()
      expect(company.users.get(deal['owner_id'] as number)).toBeDefined()
    }
  })

  test('writes its names in many scripts', async () => {
    const { call } = await run({ size: { persons: 300 } })
    const { text } = await call('/api/v2/persons?limit=500')
    const scripts = [
      'Latin',
      'Cyrillic',
      'Han',
      'Greek',
      'Arabic',
      'Hebrew',
      'Devanagari',
      'Thai',
      'Georgian',
    ]
    for (const script of scripts)
      expect(new RegExp(`\\p{Script=${script}}`, 'u').test(text), script).toBe(true)
  })

  const types = [
    ...[
      'varchar',
      'varchar_auto',
      'text',
      'double',
      'monetary',
      'set',
      'enum',
      'user',
      'org',
      'people',
      'phone',
    ],
    ...['time', 'timerange', 'date', 'daterange', 'address'],
  ]

  test.each(['deal', 'person', 'organization', 'product'])(
    'has a custom field of each of the sixteen types on a %s',
    async (name) => {
      const { call } = await run({ size: { deals: 300, persons: 300, organizations: 300, products: 300 } })
      const fields = (await call(`/api/v2/${name}Fields?limit=500`)).rows.filter(
        (field) => field['is_custom_field'] === true,
      )
      expect(new Set(fields.map((field) => field['field_type']))).toEqual(new Set(types))
      const { rows } = await call(`/api/v2/${name}s?limit=500`)
      for (const { field_code: code } of fields) {
        expect(code).toMatch(/^[0-9a-f]{40}$/)
        const values = rows.map((row) => (row['custom_fields'] as Body)[code as string])
        expect(values.every((value) => value !== undefined)).toBe(true)
        expect(values.some((value) => value !== null)).toBe(true)
        expect(values.some((value) => value === null)).toBe(true)
      }
    },
  )

  test('has custom_fields null when no field is defined', async () => {
    const { call } = await run({ size: { customFields: 0 } })
    expect((await call('/api/v2/deals?limit=1')).rows[0]).toHaveProperty('custom_fields', null)
  })

  test('has no custom fields on activities', async () => {
    const { call } = await run()
    expect((await call('/api/v2/activities?limit=1')).rows[0]).not.toHaveProperty('custom_fields')
  })
})

describe('pages that were made ahead', () => {
  test('are the ones that would have been made', async () => {
    const path = '/api/v2/deals?limit=9&include_fields=notes_count'
    const [ahead, later] = [await run(), await run()]
    ahead.emulator.prerender(path)
    const texts = async ({ call }: typeof ahead): Promise<string[]> =>
      (await pagesOf(call, path)).map((page) => page.text)
    expect(await texts(ahead)).toEqual(await texts(later))
    expect(ahead.emulator.limits.spent).toBe(later.emulator.limits.spent)
  })

  test('show a change that came after', async () => {
    const { call, emulator } = await run()
    emulator.prerender('/api/v2/persons?limit=5')
    emulator.company.persons.update(2, { name: 'Renamed Since' })
    expect((await call('/api/v2/persons?limit=5')).rows[1]).toHaveProperty('name', 'Renamed Since')
  })

  test('are of v2 lists only', async () => {
    const { emulator } = await run()
    expect(() => emulator.prerender('/v1/notes')).toThrow('No v2 list at /v1/notes.')
  })
})
