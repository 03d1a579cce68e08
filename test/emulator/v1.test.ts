import { describe, expect, test } from 'vitest'
import { DAY, iso, pagesOf, run, SECOND, START, type Body, type Call } from './support/emulator.ts'

const pagination = ({ body }: { body: Body }): unknown => (body['additional_data'] as Body)['pagination']

async function offsetPages(
  call: Call,
  path: string,
  between: () => void = () => undefined,
): Promise<unknown[][]> {
  const pages: unknown[][] = []
  for (let start: number | undefined = 0; start !== undefined;) {
    const page: Awaited<ReturnType<Call>> = await call(`${path}&start=${start}`)
    pages.push(page.ids)
    start = (pagination(page) as { next_start?: number }).next_start
    if (start !== undefined) between()
  }
  return pages
}

describe('an offset list', () => {
  test.each(['notes', 'files', 'leads'])('of %s gives every record once', async (list) => {
    const { call, emulator } = await run({ size: { notes: 12, files: 12, leads: 12 } })
    const pages = await offsetPages(call, `/v1/${list}?limit=5`)
    const held = emulator.company[list as 'notes'].list().filter((row) => row['is_archived'] !== true)
    expect(pages.slice(0, -1).every((page) => page.length === 5)).toBe(true)
    expect(pages.flat().sort()).toEqual(held.map((row) => row['id']).sort())
  })

  test('says where the next page starts, and only when there is one', async () => {
    const { call } = await run({ size: { notes: 12 } })
    expect(pagination(await call('/v1/notes?limit=6'))).toEqual({
      ...{ start: 0, limit: 6, more_items_in_collection: true, next_start: 6 },
    })
    expect(pagination(await call('/v1/notes?limit=6&start=6'))).toEqual({
      ...{ start: 6, limit: 6, more_items_in_collection: false },
    })
  })

  test.each([
    ['null', null],
    ['array', []],
  ] as const)('that is empty has data %s, as the switch says', async (emptyV1List, data) => {
    const { call } = await run({ size: { notes: 0 }, switches: { emptyV1List } })
    expect((await call('/v1/notes')).body['data']).toEqual(data)
    expect((await call('/v1/recents?since_timestamp=2026-06-14 00:00:00&items=note')).body['data']).toEqual(
      data,
    )
  })

  test('of files has at most 100 a page', async () => {
    const { call } = await run({ size: { files: 130, notes: 130 } })
    expect((await call('/v1/files?limit=500')).rows).toHaveLength(100)
    expect((await call('/v1/notes?limit=500')).rows).toHaveLength(130)
  })

  test.each(['update_time ASC', 'update_time DESC', 'id DESC'])('is sorted by %s', async (sort) => {
    const { call } = await run({ size: { files: 40 } })
    const [key = '', direction] = sort.split(' ')
    const values = (await call(`/v1/files?sort=${sort}`)).rows.map((row) => String(row[key]).padStart(20))
    expect(values).toEqual(direction === 'ASC' ? values.toSorted() : values.toSorted().reverse())
  })

  test('is sorted by several keys in turn', async () => {
    const { call } = await run({ size: { leads: 200 } })
    const { rows } = await call('/v1/leads?limit=500&sort=owner_id DESC, title ASC')
    const pairs = rows.map((row): [number, string] => [row['owner_id'] as number, row['title'] as string])
    const sorted = pairs.toSorted(([a, x], [b, y]) => b - a || (x < y ? -1 : 1))
    expect(pairs).toEqual(sorted)
    expect(new Set(pairs.map(([owner]) => owner)).size).toBe(3)
  })

  test('ignores parameters it does not know', async () => {
    const { call } = await run()
    const plain = (await call('/v1/users')).text
    expect((await call('/v1/users?sort=name&colour=red')).text).toBe(plain)
  })

  test('loses a record when one is deleted behind it, as offsets do', async () => {
    const { call, emulator } = await run({ size: { leads: 12 }, switches: {} })
    const ids = (await call('/v1/leads')).ids
    const pages = await offsetPages(call, '/v1/leads?limit=5', () => {
      if (emulator.company.leads.get(ids[0] as string)) emulator.company.leads.delete(ids[0] as string)
    })
    expect(pages.flat()).toEqual(ids.filter((id) => id !== ids[5]))
  })

  test('of notes can be asked for by deal, flag and day', async () => {
    const { call, emulator } = await run()
    const { notes } = emulator.company
    const id = notes.create({
      content: 'x',
      deal_id: 5,
      pinned_to_person_flag: true,
      add_time: '2031-01-02 10:00:00',
    })['id']
    expect((await call('/v1/notes?pinned_to_person_flag=1')).ids).toEqual([id])
    expect((await call('/v1/notes?pinned_to_person_flag=0')).ids).not.toContain(id)
    expect((await call('/v1/notes?start_date=2031-01-02')).ids).toEqual([id])
    expect((await call('/v1/notes?start_date=2031-01-02&end_date=2031-01-02')).ids).toEqual([id])
    expect((await call('/v1/notes?start_date=2031-01-03')).ids).toEqual([])
    expect((await call('/v1/notes?end_date=2031-01-01')).ids).not.toContain(id)
    const { rows } = await call('/v1/notes?deal_id=5')
    expect(new Set(rows.map((row) => row['deal_id']))).toEqual(new Set([5]))
  })

  test('of notes names what they hang on as it is called now', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.notes.create({ content: 'x', deal_id: 5 })['id'] as number
    emulator.company.deals.set(5, { title: 'Called otherwise' })
    const { body } = await call(`/v1/notes/${id}`)
    expect(body['data']).toMatchObject({ deal: { title: 'Called otherwise' }, person: null })
    const { rows } = await call('/v1/notes?limit=500')
    expect(rows.find((row) => row['id'] === id)).toEqual(body['data'])
  })

  test('of users comes whole, with the company', async () => {
    const { call } = await run({ size: { users: 5 } })
    const { rows, body } = await call('/v1/users?limit=2')
    expect(rows).toHaveLength(5)
    expect(Object.keys(body['additional_data'] as Body)).toEqual(['company_id'])
  })
})

describe('recents', () => {
  const since = '/v1/recents?since_timestamp=2026-06-15 12:00:00'

  test('lists what changed at or after the time, oldest first, in the form of v1', async () => {
    const { call, emulator, advance } = await run()
    emulator.company.persons.update(4, { name: 'One' })
    advance(SECOND)
    emulator.company.deals.set(3, { is_deleted: false })
    emulator.company.deals.update(3, { title: 'Two' })
    const { rows, body } = await call(`${since}&items=deal,person`)
    expect(rows).toMatchObject([
      { item: 'person', id: 4, data: { name: 'One', active_flag: true, update_time: '2026-06-15 12:00:00' } },
      { item: 'deal', id: 3, data: { title: 'Two', update_time: '2026-06-15 12:00:01' } },
    ])
    expect(rows[1]?.['data']).not.toHaveProperty('custom_fields')
    expect(body['additional_data']).toEqual({
      since_timestamp: '2026-06-15 12:00:00',
      last_timestamp_on_page: '2026-06-15 12:00:01',
      pagination: { start: 0, limit: 100, more_items_in_collection: false },
    })
  })

  test('has the empty texts and flat keys of v1', async () => {
    const { call, emulator } = await run()
    emulator.company.activities.create({ subject: 'x', location: { value: 'Tallinn', country: 'Eesti' } })
    emulator.company.persons.create({ name: 'x', label_ids: [12, 11] })
    emulator.company.deals.create({ title: 'x', label_ids: [12, 11] })
    const { rows } = await call(`${since}&items=activity,person,deal`)
    const dataOf = (item: string): unknown => rows.find((row) => row['item'] === item)?.['data']
    expect(dataOf('activity')).toMatchObject({ due_time: '', duration: '', marked_as_done_time: '' })
    expect(dataOf('activity')).toMatchObject({ location: 'Tallinn', location_country: 'Eesti' })
    expect(dataOf('person')).toMatchObject({ label: 12, label_ids: [12, 11], visible_to: '3' })
    expect(dataOf('deal')).toMatchObject({ label: '12,11', visible_to: '3' })
  })

  test('is paged by offset', async () => {
    const { call, emulator } = await run()
    for (const id of [1, 2, 3]) emulator.company.persons.update(id, {})
    const page = await call(`${since}&items=person&limit=2`)
    expect(page.ids).toEqual([1, 2])
    expect(pagination(page)).toMatchObject({ more_items_in_collection: true, next_start: 2 })
    expect((await call(`${since}&items=person&limit=2&start=2`)).ids).toEqual([3])
  })

  test('moves a time of more than a month ago up without a word', async () => {
    const { call } = await run({ size: { persons: 400 } })
    const { body, rows } = await call(
      '/v1/recents?since_timestamp=2020-01-01 00:00:00&items=person&limit=500',
    )
    expect((body['additional_data'] as Body)['since_timestamp']).toBe('2026-05-15 12:00:00')
    const oldest = rows.map((row) => (row['data'] as Body)['update_time'] as string).sort()[0] ?? ''
    expect(oldest >= '2026-05-15 12:00:00').toBe(true)
  })

  test.each([
    ['null', null],
    ['flagged', { active_flag: false }],
  ] as const)('has a deleted person with data %s, as the switch says', async (recentsDeleted, data) => {
    const { call, emulator } = await run({ switches: { recentsDeleted } })
    emulator.company.persons.delete(4)
    const { rows } = await call(`${since}&items=person`)
    expect(rows[0]?.['id']).toBe(4)
    if (data === null) expect(rows[0]?.['data']).toBeNull()
    else expect(rows[0]?.['data']).toMatchObject(data)
  })

  test.each([
    ['none', []],
    ['persons', ['person']],
    ['all', ['deal', 'organization', 'person']],
  ] as const)('tells what was merged of %s, as the switch says', async (recentsMerges, told) => {
    const { call, emulator } = await run({ switches: { recentsMerges } })
    const { company } = emulator
    for (const entity of ['persons', 'organizations', 'deals'] as const) {
      const [absorbed, survivor] = [1, 2].map(() => company[entity].create()['id'] as number)
      company.merge(entity, absorbed ?? 0, survivor ?? 0)
      expect(company.get(entity, survivor ?? 0)).not.toHaveProperty('merge_what_id')
    }
    const { rows } = await call(`${since}&items=person,organization,deal`)
    const merged = rows.flatMap(({ item, id, data }) => {
      const said = (data as Body | null)?.['merge_what_id']
      return said === undefined ? [] : [{ item, said, id }]
    })
    expect(merged.map(({ item }) => item).toSorted()).toEqual(told)
    for (const { said, id } of merged) expect(said).toBe((id as number) - 1)
  })

  test.each([true, false])(
    'of a survivor that is edited later: %s, as the switch says',
    async (recentsMergesStay) => {
      const { call, emulator, advance } = await run({ switches: { recentsMergesStay } })
      const { company } = emulator
      const [lost = 0, kept = 0] = ['a', 'b'].map((name) => company.persons.create({ name })['id'] as number)
      company.merge('persons', lost, kept)
      const said = async (): Promise<unknown> =>
        ((await call(`${since}&items=person`)).rows.find(({ id }) => id === kept)?.['data'] as Body)[
          'merge_what_id'
        ]
      expect(await said()).toBe(lost)
      advance(SECOND)
      company.persons.update(kept, { name: 'c' })
      expect(await said()).toBe(recentsMergesStay ? lost : undefined)
    },
  )

  test('has a deleted deal as deleted', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    emulator.company.deals.delete(id)
    const { rows } = await call(`${since}&items=deal`)
    expect(rows).toMatchObject([{ id, data: { status: 'deleted', deleted: true, active: false } }])
  })

  test('has users in a list, and never what has no update_time', async () => {
    const { call, emulator } = await run()
    const [user] = emulator.company.users
    emulator.company.users.update(user?.['id'] as number, {})
    emulator.company.pipelines.set(1, { update_time: null })
    emulator.company.pipelines.update(2, {})
    const { rows } = await call(`${since}&items=user,pipeline,activityType,filter`)
    expect(rows).toMatchObject([
      { item: 'user', data: [{ id: user?.['id'] }] },
      { item: 'pipeline', id: 2 },
    ])
    expect(rows).toHaveLength(2)
  })

  test('has every kind when none is named', async () => {
    const { call, emulator } = await run()
    emulator.company.stages.create({ name: 'x', pipeline_id: 1 })
    emulator.company.files.create({ name: 'x' })
    expect((await call(since)).rows.map((row) => row['item']).sort()).toEqual(['file', 'stage'])
  })
})

describe('the old collection lists', () => {
  const isShown = (row: Body): boolean => row['is_deleted'] !== true && row['is_archived'] !== true

  test.each(['deals', 'persons', 'organizations', 'activities'] as const)(
    'of %s give every live record once, by token',
    async (entity) => {
      const { call, emulator } = await run()
      emulator.company[entity].delete(2)
      const rows = (await pagesOf(call, `/v1/${entity}/collection?limit=9`)).flatMap((page) => page.rows)
      const live = emulator.company[entity].list().filter(isShown)
      expect(rows.map((row) => row['id'])).toEqual(live.map((row) => row['id']))
      expect(rows[0]?.['add_time']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    },
  )

  test('take a window of update_time', async () => {
    const { call, emulator } = await run()
    for (const [id, at] of [
      [1, START],
      [2, START - SECOND],
      [3, START - DAY],
    ] as const)
      emulator.company.persons.set(id, { update_time: iso(at) })
    const { ids } = await call('/v1/persons/collection?since=2026-06-15 11:59:59&until=2026-06-15 12:00:00')
    expect(ids).toEqual([2])
    const later = await run({ switches: { collectionSince: 'after' } })
    later.emulator.company.persons.set(2, { update_time: iso(START - SECOND) })
    const asked = await later.call('/v1/persons/collection?since=2026-06-15 11:59:59&limit=500')
    expect(asked.ids).not.toContain(2)
  })

  test('give deleted deals on request', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    emulator.company.deals.delete(id)
    expect((await call('/v1/deals/collection?status=deleted')).ids).toContain(id)
  })

  const recordsOf = async (name: 'deals' | 'persons' | 'activities', query: string) => {
    const { call, emulator } = await run({ size: { deals: 200, persons: 200, activities: 200 } })
    const ids = new Set((await call(`/v1/${name}/collection?limit=500&${query}`)).ids)
    const live = emulator.company.list(name).filter(isShown)
    return {
      found: live.filter((row) => ids.has(row['id'])),
      left: live.filter((row) => !ids.has(row['id'])),
    }
  }

  test.each([
    ['deals', 'user_id=25760681', (row: Body) => row['owner_id'] === 25_760_681],
    ['deals', 'stage_id=2', (row: Body) => row['stage_id'] === 2],
    ['deals', 'status=won', (row: Body) => row['status'] === 'won'],
    ['persons', 'owner_id=25760682', (row: Body) => row['owner_id'] === 25_760_682],
    ['persons', 'first_char=a', (row: Body) => /^a/i.test(row['name'] as string)],
    ['activities', 'user_id=25760681', (row: Body) => row['owner_id'] === 25_760_681],
    ['activities', 'done=true', (row: Body) => row['done'] === true],
    ['activities', 'done=0', (row: Body) => row['done'] === false],
    ['activities', 'type=call,lunch', (row: Body) => ['call', 'lunch'].includes(row['type'] as string)],
  ] as const)('of %s can be asked for by %s', async (name, query, wanted) => {
    const { found, left } = await recordsOf(name, query)
    expect([found.length > 3, left.length > 3]).toEqual([true, true])
    expect(found.every(wanted)).toBe(true)
    expect(left.some(wanted)).toBe(false)
  })

  test('have the keys that only v1 has', async () => {
    const { call } = await run()
    for (const name of ['persons', 'organizations'])
      expect((await call(`/v1/${name}/collection`)).rows[0]).toMatchObject({
        active_flag: true,
        delete_time: null,
        cc_email: 'pohjala@pipedrivemail.com',
      })
    const [row] = (await call('/v1/activities/collection')).rows
    expect(row).toMatchObject({ source_timezone: '', update_user_id: row?.['user_id'] })
  })

  test('have the documented keys, or those of the other lists too', async () => {
    const keysUnder = async (collectionKeys: 'documented' | 'all'): Promise<unknown[]> => {
      const { call, emulator } = await run({ switches: { collectionKeys } })
      emulator.company.activities.set(1, { participants: [{ person_id: 3, primary: true }] })
      const [activity] = (await call('/v1/activities/collection')).rows
      const [deal] = (await call('/v1/deals/collection')).rows
      return [activity?.['participants'], typeof deal?.['owner_name'], deal?.['deleted']]
    }
    expect(await keysUnder('documented')).toEqual([undefined, 'undefined', undefined])
    expect(await keysUnder('all')).toEqual([[{ person_id: 3, primary_flag: true }], 'string', false])
  })

  test('show archived deals and deleted persons, or not', async () => {
    for (const shown of [true, false]) {
      const switches = { archivedInCollection: shown, deletedInLists: shown }
      const { call, emulator } = await run({ switches })
      emulator.company.deals.set(3, { is_archived: true, is_deleted: false })
      emulator.company.persons.delete(2)
      const deals = await call('/v1/deals/collection?limit=500')
      const persons = await call('/v1/persons/collection?limit=500')
      expect([deals.ids.includes(3), persons.ids.includes(2)]).toEqual([shown, shown])
    }
  })

  test('have an empty contact for a person without one', async () => {
    const { call, emulator } = await run()
    emulator.company.persons.set(1, { emails: [], phones: [] })
    const [person] = (await call('/v1/persons/collection')).rows
    const none = [{ value: '', primary: true }]
    expect([person?.['email'], person?.['phone']]).toEqual([none, none])
  })

  test.each([
    ['a status that is none', 'status=gone'],
    ['a token of another list', `cursor=${Buffer.from('{"field":"x"}').toString('base64url')}`],
  ])('refuse %s', async (_what, query) => {
    const { call } = await run()
    expect((await call(`/v1/deals/collection?${query}`)).status).toBe(400)
  })

  test('are 403 to a user who is no admin', async () => {
    const { call } = await run({ switches: { admin: false } })
    const reply = await call('/v1/deals/collection')
    expect([reply.status, reply.body]).toEqual([
      403,
      {
        success: false,
        error: 'You do not have permissions to do this.',
        error_info: 'Please check developers.pipedrive.com',
        data: null,
        additional_data: null,
      },
    ])
  })
})

describe('the summary of deals', () => {
  test('counts what the list has, neither archived nor deleted ones', async () => {
    const { call } = await run({ size: { deals: 300 } })
    for (const status of ['open', 'won', 'lost']) {
      const { rows } = await call(`/api/v2/deals?limit=500&status=${status}`)
      const { body } = await call(`/v1/deals/summary?status=${status}`)
      expect((body['data'] as Body)['total_count']).toBe(rows.length)
    }
  })

  test('adds up by currency', async () => {
    const { call } = await run({ size: { deals: 300 } })
    const { rows } = await call('/api/v2/deals?limit=500')
    const { body } = await call('/v1/deals/summary')
    const totals = (body['data'] as { values_total: Record<string, { value: number }> }).values_total
    const euros = rows.filter((row) => row['currency'] === 'EUR').map((row) => row['value'] as number)
    expect(totals['EUR']?.value).toBeCloseTo(
      euros.reduce((sum, value) => sum + value, 0),
      2,
    )
  })
})

describe('goals', () => {
  const ids = async (call: Call, query: string): Promise<unknown[]> => {
    const { goals } = (await call(`/v1/goals/find${query}`)).body['data'] as { goals: Body[] }
    return goals.map((goal) => goal['id'])
  }

  test('are those of the token without a criterion, everyone’s with one, and active unless asked', async () => {
    const { call, emulator } = await run()
    const held = emulator.company.goals.list()
    const [mine] = emulator.company.users.list().map((user) => user['id'])
    const idsOf = (wanted: (goal: Body) => boolean): unknown[] =>
      held.filter(wanted).map((goal) => goal['id'])
    const isMine = (goal: Body): boolean => (goal['assignee'] as Body)['id'] === mine
    const metric = (goal: Body): unknown => (goal['expected_outcome'] as Body)['tracking_metric']
    expect(await ids(call, '')).toEqual(idsOf((goal) => goal['is_active'] === true && isMine(goal)))
    for (const active of [true, false]) {
      const query = `?is_active=${active}&expected_outcome.tracking_metric=sum`
      const expected = idsOf((goal) => goal['is_active'] === active && metric(goal) === 'sum')
      expect(expected.length).toBeGreaterThan(0)
      expect(await ids(call, query)).toEqual(expected)
    }
    expect((await call('/v1/goals/find?period.start=2026-01-01')).status).toBe(400)
  })
})

describe('what the user has connected', () => {
  test('is false where there is nothing', async () => {
    const { call, emulator } = await run()
    expect((await call('/v1/userConnections')).body['data']).toEqual({ google: expect.any(String) as string })
    emulator.company.user_connections.delete('google')
    expect((await call('/v1/userConnections')).body['data']).toEqual({ google: false })
  })
})
