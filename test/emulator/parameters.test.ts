import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { idsOf, iso, pagesOf, run, SECOND, START } from './support/emulator.ts'

const time = '2026-06-01T00:00:00Z'
const manyIds = (n: number): string => Array.from({ length: n }, (_, i) => i + 1).join()
const manyCodes = (n: number): string => Array.from({ length: n }, (_, i) => `code${i}`).join()

test.each(['UTC', 'Asia/Tokyo', 'America/New_York'])(
  'a v1 time without a zone is UTC, also where the clocks are those of %s',
  async (zone) => {
    vi.stubEnv('TZ', zone)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { call, emulator } = await run({ size: { notes: 3 } })
    for (const [id, at] of [
      [1, '2026-06-01 09:59:59'],
      [2, '2026-06-01 10:00:00'],
      [3, '2026-06-01 10:00:01'],
    ] as const)
      emulator.company.notes.set(id, { update_time: at })
    for (const form of ['2026-06-01T10:00:00', '2026-06-01 10:00:00', '2026-06-01T12:00:00%2B02:00'])
      expect((await call(`/v1/notes?updated_since=${form}`)).ids).toEqual([2, 3])
  },
)

describe('a request is refused with 400', () => {
  test.each([
    ['limit below 1', '/api/v2/deals?limit=0'],
    ['limit that is no number', '/api/v2/deals?limit=many'],
    ['sort_by the list does not know', '/api/v2/deals?sort_by=title'],
    ['sort_direction that is none', '/api/v2/deals?sort_direction=up'],
    ['more than 100 ids', `/api/v2/deals?ids=${manyIds(101)}`],
    ['a status that is none', '/api/v2/deals?status=open,gone'],
    ['a time with fractions of a second', '/api/v2/deals?updated_since=2026-06-01T00:00:00.000Z'],
    ['a time with a space', '/api/v2/deals?updated_since=2026-06-01%2000:00:00'],
    ['a time with an offset', '/api/v2/deals?updated_since=2026-06-01T00:00:00%2B00:00'],
    ['a day that does not exist', '/api/v2/deals?updated_since=2026-13-01T00:00:00Z'],
    ['a day that its month does not have', '/api/v2/deals?updated_since=2026-02-30T10:00:00Z'],
    ['an hour that no day has', '/api/v2/deals?updated_since=2026-02-28T24:00:00Z'],
    ['a v1 day that its month does not have', '/v1/notes?updated_since=2026-02-30'],
    ['a filter, which is not emulated', '/api/v2/deals?filter_id=1'],
    ['a filter of leads, which is not emulated', '/v1/leads?filter_id=1'],
    ['labels of records, which are not emulated', '/api/v2/deals?include_labels=true'],
    ['labels of a record, which are not emulated', '/api/v2/persons/1?include_labels=true'],
    ['the second of two v1 sorts that is not offered', '/v1/leads?sort=title, colour'],
    ['a bad updated_until', '/api/v2/persons?updated_until=yesterday'],
    ['updated_since on pipelines', `/api/v2/pipelines?updated_since=${time}`],
    ['updated_since on stages', `/api/v2/stages?updated_since=${time}`],
    ['updated_until on products', `/api/v2/products?updated_until=${time}`],
    ['a field that cannot be included', '/api/v2/deals?include_fields=notes_count,colour'],
    ['more than 15 custom fields', `/api/v2/deals?custom_fields=${manyCodes(16)}`],
    ['an id that is no number', '/api/v2/deals/first'],
    ['recents without a time', '/v1/recents'],
    ['recents of an unknown item', '/v1/recents?since_timestamp=2026-06-01 00:00:00&items=lead'],
    ['a v1 sort that is not offered', '/v1/files?sort=file_name'],
    ['a v1 time that is none', '/v1/notes?updated_since=soon'],
    ['a key of every object', '/api/v2/dealFields?include_fields=toString'],
    ['a field that cannot be included in fields', '/api/v2/dealFields?include_fields=colour'],
  ])('for %s', async (_what, path) => {
    const { call } = await run()
    const { status, body } = await call(path)
    expect(status).toBe(400)
    expect(body).toMatchObject({
      success: false,
      data: null,
      error_info: 'Please check developers.pipedrive.com',
    })
    expect(body['error']).toEqual(expect.any(String))
  })

  test('for a time, in the words that Pipedrive uses', async () => {
    const { call } = await run()
    expect((await call('/api/v2/deals?updated_since=x')).body['error']).toContain('not a valid datetime')
  })

  test('for a body that is not JSON', async () => {
    const { emulator } = await run()
    const response = await fetch(`${emulator.url}/api/v2/deals`, {
      method: 'POST',
      headers: { 'x-api-token': emulator.token },
      body: '{"title":',
    })
    expect(response.status).toBe(400)
  })
})

describe('a window of update_time', () => {
  const times = [START - 2 * SECOND, START - SECOND, START]

  test.each([
    ['deals', 'updated_since', [2, 3]],
    ['deals', 'updated_until', [1]],
    ['persons', 'updated_since', [2, 3]],
    ['organizations', 'updated_until', [1]],
    ['activities', 'updated_since', [2, 3]],
    ['products', 'updated_since', [2, 3]],
  ] as const)('on %s: %s is at or after, until is before', async (entity, bound, expected) => {
    const { call, emulator } = await run({ size: { [entity]: 3 } })
    for (const [i, at] of times.entries())
      emulator.company[entity].set(i + 1, { update_time: iso(at), is_archived: false })
    expect((await call(`/api/v2/${entity}?${bound}=${iso(START - SECOND)}`)).ids).toEqual(expected)
  })

  test('includes its start and not its end', async () => {
    const { call, emulator } = await run({ size: { persons: 3 } })
    for (const [i, at] of times.entries()) emulator.company.persons.set(i + 1, { update_time: iso(at) })
    const path = `/api/v2/persons?updated_since=${iso(START - 2 * SECOND)}&updated_until=${iso(START)}`
    expect((await call(path)).ids).toEqual([1, 2])
  })

  test.each(['asc', 'desc'])(
    'shows in the order of update_time, %s, what it shows by id',
    async (direction) => {
      const { call, emulator } = await run()
      const times = emulator.company
        .list('deals')
        .map((row) => row['update_time'] as string)
        .toSorted()
      // Both bounds are times of records.
      const [since = '', until = ''] = [times[10], times[40]]
      const inWindow = `/api/v2/deals?updated_since=${since}&updated_until=${until}&limit=7`
      const byId = idsOf(await pagesOf(call, inWindow))
      const byTime = idsOf(await pagesOf(call, `${inWindow}&sort_by=update_time&sort_direction=${direction}`))
      expect(byId.length).toBeGreaterThan(20)
      expect(byTime.toSorted((one, other) => Number(one) - Number(other))).toEqual(byId)
      const shown = byTime.map((id) => emulator.company.get('deals', id as number)?.['update_time'] as string)
      expect(shown).toEqual(direction === 'asc' ? shown.toSorted() : shown.toSorted().reverse())
    },
  )

  test.each(['leads', 'notes'] as const)('on v1 %s begins at updated_since', async (entity) => {
    const { call, emulator } = await run()
    const some = emulator.company[entity].list().find((row) => row['is_archived'] !== true)
    emulator.company[entity].update(some?.['id'] as number, {})
    expect((await call(`/v1/${entity}?updated_since=${iso(START)}`)).ids).toEqual([some?.['id']])
    expect((await call(`/v1/${entity}?updated_since=${iso(START + SECOND)}`)).ids).toEqual([])
  })

  test('on an archived lead is ignored, as v1 ignores what it does not know', async () => {
    const { call } = await run({ size: { leads: 60 } })
    const { ids } = await call('/v1/leads/archived?updated_since=2030-01-01T00:00:00Z')
    expect(ids.length).toBeGreaterThan(0)
  })
})

describe('a v2 list gives only', () => {
  test('the ids that are asked for and exist', async () => {
    const { call } = await run()
    expect((await call('/api/v2/persons?ids=3,999999,1')).ids).toEqual([1, 3])
  })

  test('up to 100 ids', async () => {
    const { call } = await run({ size: { persons: 200 } })
    expect((await call(`/api/v2/persons?ids=${manyIds(100)}`)).rows).toHaveLength(100)
  })

  test('deals of the statuses that are asked for', async () => {
    const { call } = await run({ size: { deals: 300 } })
    const statuses = async (query: string): Promise<string[]> => {
      const { rows } = await call(`/api/v2/deals?limit=500${query}`)
      return [...new Set(rows.map((row) => String(row['status'])))].sort()
    }
    expect(await statuses('')).toEqual(['lost', 'open', 'won'])
    expect(await statuses('&status=won')).toEqual(['won'])
    expect(await statuses('&status=open,lost')).toEqual(['lost', 'open'])
    expect(await statuses('&status=open,won,lost,deleted')).toEqual(['deleted', 'lost', 'open', 'won'])
  })

  test.each([
    ['deals', 'owner_id', 'owner_id'],
    ['deals', 'stage_id', 'stage_id'],
    ['persons', 'org_id', 'org_id'],
    ['activities', 'deal_id', 'deal_id'],
    ['stages', 'pipeline_id', 'pipeline_id'],
  ])('%s with the %s that is asked for', async (list, parameter, key) => {
    const { call } = await run()
    const all = (await call(`/api/v2/${list}?limit=500`)).rows
    const value = all.find((row) => row[key] !== null)?.[key]
    const expected = all.filter((row) => row[key] === value)
    expect(expected.length).toBeLessThan(all.length)
    expect((await call(`/api/v2/${list}?limit=500&${parameter}=${String(value)}`)).rows).toEqual(expected)
  })

  test('the persons of a deal', async () => {
    const { call, emulator } = await run()
    const deal = emulator.company.deals.create({ title: 'Roof', person_id: 6 })
    expect((await call(`/api/v2/persons?deal_id=${deal['id'] as number}`)).ids).toEqual([6])
  })
})

describe('what is asked for in addition', () => {
  test('appears, and only then', async () => {
    const { call } = await run()
    const plain = (await call('/api/v2/deals?limit=1')).rows[0] ?? {}
    const more =
      (await call('/api/v2/deals?limit=1&include_fields=notes_count,smart_bcc_email')).rows[0] ?? {}
    const { notes_count: notes, smart_bcc_email: address, ...rest } = more
    expect(rest).toEqual(plain)
    expect([typeof notes, typeof address]).toEqual(['number', 'string'])
  })

  test('counts what hangs on the record, and follows its changes', async () => {
    const { call, emulator } = await run()
    const deal = emulator.company.deals.create({ title: 'Roof' })['id'] as number
    const counts = async (): Promise<unknown[]> => {
      const fields = 'notes_count,activities_count,undone_activities_count'
      const { rows } = await call(`/api/v2/deals?ids=${deal}&include_fields=${fields}`)
      return fields.split(',').map((name) => rows[0]?.[name])
    }
    expect(await counts()).toEqual([0, 0, 0])
    emulator.company.notes.create({ content: 'x', deal_id: deal })
    const activity = emulator.company.activities.create({ deal_id: deal })['id'] as number
    expect(await counts()).toEqual([1, 1, 1])
    emulator.company.activities.update(activity, { done: true })
    expect(await counts()).toEqual([1, 1, 0])
    emulator.company.activities.delete(activity)
    expect(await counts()).toEqual([1, 0, 0])
  })

  test('attendees of activities are left out unless they are asked for', async () => {
    const { call } = await run()
    expect((await call('/api/v2/activities?limit=1')).rows[0]).not.toHaveProperty('attendees')
    const asked = await call('/api/v2/activities?limit=1&include_fields=attendees')
    expect(asked.rows[0]).toHaveProperty('attendees')
  })

  test('only the custom fields that are named are in the answer', async () => {
    const { call, emulator } = await run()
    const codes = emulator.company.catalog
      .custom('deals')
      .slice(0, 2)
      .map((field) => field.code)
    const { rows } = await call(`/api/v2/deals?limit=1&custom_fields=${codes.join()}`)
    expect(Object.keys(rows[0]?.['custom_fields'] as object)).toEqual(codes)
  })

  test('options come with their labels', async () => {
    const { call, emulator } = await run()
    const field = emulator.company.catalog.custom('deals').find((one) => one.type === 'enum')
    const [option] = field?.options ?? []
    const code = field?.code ?? ''
    const id = emulator.company.deals.create({ custom_fields: { [code]: option?.id ?? null } })[
      'id'
    ] as number
    const { rows } = await call(`/api/v2/deals?ids=${id}&include_option_labels=true`)
    expect(rows[0]?.['custom_fields']).toMatchObject({ [code]: { id: option?.id, label: option?.label } })
  })
})
