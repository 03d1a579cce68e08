import { describe, expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import { run } from './support/emulator.ts'

const FIRST_USER = 25_760_681

describe('what hangs on roles', () => {
  test('everyone is in one, and every role counts its own', async () => {
    const { call, emulator } = await run({ size: { users: 9 } })
    const { rows } = await call('/v1/roles')
    const assigned: unknown[] = []
    for (const role of rows) {
      const found = (await call(`/v1/roles/${String(role['id'])}/assignments`)).rows
      expect(role['assignment_count']).toBe(String(found.length))
      assigned.push(...found.map((row) => row['user_id']))
    }
    expect(assigned.sort()).toEqual(emulator.company.users.list().map((user) => user['id']))
  })

  test('an assignment goes by the name of its role, and comes and goes with the count', async () => {
    const { call, emulator } = await run()
    const { role_assignments } = emulator.company
    const made = role_assignments.create({ role_id: 7, user_id: FIRST_USER })
    const { rows } = await call('/v1/roles/7/assignments')
    expect(rows).toEqual([
      {
        ...{ user_id: FIRST_USER, role_id: 7, parent_role_id: 6, name: 'Interns' },
        ...{ active_flag: true, type: '1' },
      },
    ])
    const count = async (): Promise<unknown> => (await call('/v1/roles')).rows[6]?.['assignment_count']
    expect(await count()).toBe('1')
    role_assignments.delete(made['id'] as number)
    expect(await count()).toBe('0')
  })

  test('assignments come in pages', async () => {
    const { call, emulator } = await run()
    for (const user of [1, 2, 3]) emulator.company.role_assignments.create({ role_id: 7, user_id: user })
    const page = await call('/v1/roles/7/assignments?start=1&limit=1')
    expect(page.rows.map((row) => row['user_id'])).toEqual([2])
    expect(page.body['additional_data']).toEqual({
      pagination: { start: 1, limit: 1, more_items_in_collection: true, next_start: 2 },
    })
  })

  test('settings are one object', async () => {
    const { call, emulator } = await run()
    const { role_settings } = emulator.company
    const one = role_settings.list().find((row) => row['role_id'] === 2) as Row
    role_settings.update(one['id'] as number, { value: 5 })
    const { data } = (await call('/v1/roles/2/settings')).body
    expect(data).toEqual({
      deal_default_visibility: 5,
      lead_default_visibility: 1,
      org_default_visibility: 1,
      person_default_visibility: 1,
      product_default_visibility: 1,
    })
  })

  test('pipelines are the visible ones, or the others', async () => {
    const { call, emulator } = await run({ size: { pipelines: 3 } })
    const hidden = emulator.company.role_pipelines
      .list()
      .find((row) => row['role_id'] === 1 && row['pipeline_id'] === 2)
    emulator.company.role_pipelines.delete(hidden?.['id'] as number)
    const data = async (query: string): Promise<unknown> =>
      (await call(`/v1/roles/1/pipelines${query}`)).body['data']
    expect(await data('')).toEqual({ pipeline_ids: [1, 3], visible: true })
    expect(await data('?visible=false')).toEqual({ pipeline_ids: [2], visible: false })
  })

  test.each(['assignments', 'settings', 'pipelines'])(
    'the %s of an unknown role are not found',
    async (part) => {
      const { call, emulator } = await run()
      expect((await call(`/v1/roles/99/${part}`)).status).toBe(404)
      emulator.company.roles.delete(3)
      expect((await call(`/v1/roles/3/${part}`)).status).toBe(404)
    },
  )
})

describe('what hangs on permission sets, teams and users', () => {
  test('a set is held by whom the users say', async () => {
    const { call, emulator } = await run({ size: { users: 4 } })
    const held = emulator.company.users
      .list()
      .flatMap((user) => (user['access'] as Row[]).map((one) => [one['permission_set_id'], user['id']]))
    const found: unknown[] = []
    for (const set of (await call('/v1/permissionSets')).rows) {
      const { rows } = await call(`/v1/permissionSets/${String(set['id'])}/assignments`)
      expect([set['assignment_count'], rows.map((row) => row['name'])]).toEqual([
        rows.length,
        rows.map(() => set['name']),
      ])
      found.push(...rows.map((row) => [row['permission_set_id'], row['user_id']]))
    }
    expect(found.sort()).toEqual(held.sort())
  })

  test.each([true, false])('their paging is shown as the switch says: %s', async (undocumentedPagination) => {
    const { call, emulator } = await run({ switches: { undocumentedPagination } })
    const id = emulator.company.permission_sets.list()[1]?.['id'] as string
    const { body, rows } = await call(`/v1/permissionSets/${id}/assignments?limit=1`)
    expect(rows).toHaveLength(1)
    expect('additional_data' in body).toBe(undocumentedPagination)
    const past = await call(`/v1/permissionSets/${id}/assignments?start=100`)
    expect([past.body['data'], 'additional_data' in past.body]).toEqual([null, undocumentedPagination])
  })

  test('a team has the users that its list shows', async () => {
    const { call, emulator } = await run()
    const { team_users } = emulator.company
    team_users.create({ team_id: 1, user_id: 77 })
    const users = team_users.list().filter((row) => row['team_id'] === 1)
    expect((await call('/v1/legacyTeams/1/users')).body['data']).toEqual(users.map((row) => row['user_id']))
    expect((await call('/v1/legacyTeams')).rows[0]?.['users']).toEqual(users.map((row) => row['user_id']))
  })

  test('a team that is not there is named in the answer', async () => {
    const { call, emulator } = await run()
    emulator.company.teams.delete(1)
    const { status, body } = await call('/v1/legacyTeams/1/users')
    expect([status, body]).toEqual([404, { success: false, error: 'Team 1 does not exist' }])
  })

  test('permissions are one object of each user', async () => {
    const { call, emulator } = await run()
    const { user_permissions } = emulator.company
    const one = user_permissions.list().find((row) => row['name'] === 'can_use_api') as Row
    user_permissions.update(one['id'] as number, { value: false })
    const data = async (user: number): Promise<Row> =>
      (await call(`/v1/users/${user}/permissions`)).body['data'] as Row
    const first = await data(FIRST_USER)
    expect(Object.entries(first).filter(([, allowed]) => allowed !== true)).toEqual([['can_use_api', false]])
    expect((await data(FIRST_USER + 1))['can_add_custom_fields']).toBe(false)
    expect((await call('/v1/users/1/permissions')).body['error']).toBe('User not found or not accessible.')
  })

  test("permissions of the token's user are a regular user's where that one is no admin", async () => {
    const { call } = await run({ switches: { admin: false } })
    const data = async (user: number): Promise<unknown> =>
      (await call(`/v1/users/${user}/permissions`)).body['data']
    expect(await data(FIRST_USER)).toMatchObject({ can_see_deals_list_summary: false, can_use_api: true })
    expect(await data(FIRST_USER)).toEqual(await data(FIRST_USER + 1))
  })

  test('settings of a user are those of the role', async () => {
    const { call } = await run()
    const { data } = (await call(`/v1/users/${FIRST_USER + 1}/roleSettings`)).body
    expect(data).toMatchObject({ deal_default_visibility: 1, product_default_visibility: 1 })
    expect(data).toEqual((await call('/v1/roles/2/settings')).body['data'])
    expect((await call('/v1/users/1/roleSettings')).status).toBe(404)
  })
})

describe('results of a goal', () => {
  test('come with the goal', async () => {
    const { call, emulator } = await run()
    const [goal, result] = [emulator.company.goals.list()[1], emulator.company.goal_results.list()[1]]
    emulator.company.goal_results.update(result?.['id'] as number, { progress: 41 })
    const path = `/v1/goals/${goal?.['id'] as string}/results`
    expect((await call(`${path}?period.start=2024-01-01&period.end=2024-01-31`)).body['data']).toEqual({
      ...{ progress: 41, goal },
    })
  })

  test.each([
    ['', 400],
    ['?period.start=2024-01-01', 400],
    ['?period.end=2024-01-01', 400],
    ['?period.start=2024-13-01&period.end=2025-01-01', 400],
    ['?period.start=2024-01-01T00:00:00Z&period.end=2024-01-02', 400],
    ['?period.start=2024-02-01&period.end=2024-01-01', 400],
    ['?period.start=2000-01-01&period.end=2024-01-01', 400],
    ['?period.start=2024-01-01&period.end=2099-01-01', 400],
    ['?period.start=2024-01-01&period.end=2024-01-01', 200],
  ])('are asked for a period within the goal: "%s" is answered %s', async (query, status) => {
    const { call, emulator } = await run()
    const id = emulator.company.goals.list()[0]?.['id'] as string
    expect((await call(`/v1/goals/${id}/results${query}`)).status).toBe(status)
  })

  test('are held for the whole of their goal', async () => {
    const { emulator } = await run()
    const { goals, goal_results } = emulator.company
    const duration = { start: '2026-02-01', end: '2026-03-31' }
    const made = goal_results.create({ goal_id: goals.create({ duration })['id'] as string })
    const period = { period_start: duration.start, period_end: duration.end }
    expect(made).toMatchObject({ ...period, progress: 0 })
    const [goal, result] = [goals.list()[0], goal_results.list()[0]]
    expect(goal?.['duration']).toEqual({ start: result?.['period_start'], end: result?.['period_end'] })
  })

  test('of an unknown goal are not found', async () => {
    const { call } = await run()
    const path = '/v1/goals/1/results?period.start=2024-01-01&period.end=2024-01-01'
    expect((await call(path)).status).toBe(404)
  })
})

test.each([
  ['roles', '/v1/roles', '/v1/roles/1/assignments', '/v1/roles/1/settings', '/v1/roles/1/pipelines'],
  ['permission_sets', '/v1/permissionSets', '/v1/permissionSets/1/assignments'],
  ['teams', '/v1/legacyTeams', '/v1/legacyTeams/1/users'],
  ['goals', '/v1/goals/find', '/v1/goals/1/results'],
  ['user_permissions', '/v1/users/1/permissions'],
  ['mail', '/v1/mailbox/mailThreads', '/v1/mailbox/mailThreads/1/mailMessages', '/v1/deals/1/mailMessages'],
  ['call_logs', '/v1/callLogs'],
  ['webhooks', '/v1/webhooks'],
  ['billing_addons', '/v1/billing/subscriptions/addons'],
  ['currencies', '/v1/currencies'],
  ['leads', '/v1/leads', '/v1/leads/archived', '/v1/leads/1'],
])('all of %s is refused where the plan does not include it', async (feature, ...paths) => {
  const { call } = await run({ switches: { lockedFeatures: [feature], lockedStatus: 402 } })
  for (const path of paths) {
    const { status, body } = await call(path)
    expect([path, status, body['error']]).toEqual([path, 402, 'Required suites missing'])
  }
})
