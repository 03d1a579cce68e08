import { describe, expect, test } from 'vitest'
import { sync } from '../../jobs/sync.ts'
import { dataOf, place, statuses } from './support/check.ts'

const FOLLOWERS = /^\/api\/v2\/deals\/\d+\/followers/
const limits = { budget: '50%', maxShare: '5%' } as const

/** A place whose warehouse holds some streams. */
async function filled(stream: string) {
  const found = await place()
  await sync(found.context, { stream, ...limits })
  const before = found.emulator.requests.length
  const asked = (): string[] => found.emulator.requests.slice(before).map(({ path }) => path)
  return { ...found, asked }
}

describe('what is read parent by parent', () => {
  test('is tried with the first parent that Pipedrive shows, and paid for', async () => {
    const { emulator, run } = await place()
    const result = await run({ stream: 'deal_followers,mail_messages' })
    expect(result.exit).toBe(0)
    expect(statuses(result)).toEqual({ deal_followers: 'readable', mail_messages: 'readable' })
    expect(result.text).toContain('\nReadable   deal_followers, mail_messages\n')
    expect(result.text).not.toContain('Not tried')
    expect(dataOf(result).streams.map(({ tokens }) => tokens)).toEqual([10 + 10, 20 + 20])
    expect(emulator.limits.spent).toBe(22 + 60)
    const followers = emulator.requests.filter(({ path }) => FOLLOWERS.test(path))
    expect(followers.map(({ query }) => new URLSearchParams(query).get('limit'))).toEqual(['1'])
  })

  test('takes no more than its own request where its parents are tried too', async () => {
    const { emulator, run } = await place()
    const result = await run({ stream: 'deals,deal_followers,deal_products' })
    expect(dataOf(result).streams.map(({ tokens }) => tokens)).toEqual([40, 10, 10])
    expect(emulator.limits.spent).toBe(22 + 60)
  })

  test('is tried with a parent that the warehouse holds', async () => {
    const { run, asked, database } = await filled('deals')
    expect(statuses(await run({ stream: 'deal_followers' }))).toEqual({ deal_followers: 'readable' })
    const [last] = await database.query('select max(id) as id from pipedrive.deals where _deleted_at is null')
    expect(asked()).toEqual([
      '/v1/users/me',
      '/v1/permissionSets',
      `/api/v2/deals/${String(last?.['id'])}/followers`,
    ])
  })

  test('is given the dates that are a parent’s own, from the warehouse or from Pipedrive', async () => {
    const { run, emulator } = await filled('goals')
    const periods = async (): Promise<(string | null)[]> => {
      expect(statuses(await run({ stream: 'goal_results' }))).toEqual({ goal_results: 'readable' })
      const query = new URLSearchParams(emulator.requests.at(-1)?.query)
      return [query.get('period.start'), query.get('period.end')]
    }
    const date = expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string
    expect(await periods()).toEqual([date, date])
    const fresh = await place()
    expect(statuses(await fresh.run({ stream: 'goal_results' }))).toEqual({ goal_results: 'readable' })
    const query = new URLSearchParams(fresh.emulator.requests.at(-1)?.query)
    const [goal] = fresh.emulator.company.list('goals')
    expect(query.get('period.start')).toBe((goal?.['duration'] as { start: string }).start)
    expect(query.get('period.end')).toMatch(/^\d{4}-\d\d-\d\d$/)
  })
})

describe('children that are refused', () => {
  test.each([
    [402, 'skipped', "The company's plan or billing does not open it."],
    [403, 'skipped', "The token's user may not read it: use the token of a global admin."],
    [404, 'skipped', 'There is nothing at this address.'],
    [415, 'skipped', 'The feature is not on for this company.'],
    [400, 'failed', 'Pipedrive does not take this request.'],
  ])('with %i are %s, with the reason', async (status, became, why) => {
    const { emulator, run } = await filled('deals')
    emulator.faults.add({ kind: 'status', status, match: FOLLOWERS })
    const result = await run({ stream: 'users,deal_followers' })
    expect(result.exit).toBe(4)
    expect(statuses(result)).toEqual({ users: 'readable', deal_followers: became })
    expect(dataOf(result).streams[1]?.error).toMatch(
      new RegExp(
        `^deal_followers: GET /api/v2/deals/\\d+/followers.* ${status}.*${why.replaceAll('.', '\\.')}$`,
      ),
    )
  })

  test('for one parent only, which is gone, are tried with another', async () => {
    const { emulator, run, asked } = await filled('deals')
    emulator.faults.add({ kind: 'status', status: 404, match: FOLLOWERS, times: 1 })
    expect(statuses(await run({ stream: 'deal_followers' }))).toEqual({ deal_followers: 'readable' })
    const tried = asked().filter((path) => FOLLOWERS.test(path))
    expect(new Set(tried).size).toBe(2)
  })

  test('with 404 since a parent has none are no refusal', async () => {
    const { emulator, run } = await place()
    emulator.faults.add({ kind: 'status', status: 404, match: /permissionSets\/.*\/assignments/ })
    const result = await run({ stream: 'permission_set_assignments' })
    expect(statuses(result)).toEqual({ permission_set_assignments: 'readable' })
  })

  test('of a first parent that is deleted are no refusal either', async () => {
    const { emulator, run } = await place({ size: { deals: 3 } })
    for (const deal of emulator.company.list('deals')) emulator.company.deals.delete(deal['id'] as number)
    emulator.faults.add({ kind: 'status', status: 404, match: FOLLOWERS })
    const result = await run({ stream: 'deal_followers' })
    expect(result.exit).toBe(0)
    expect(dataOf(result).streams).toMatchObject([
      { status: 'untried', reason: 'the first record of deals is deleted' },
    ])
  })
})

describe('children of parents that there are none of', () => {
  test('are not tried, and it is said why', async () => {
    const { run } = await place({ size: { deals: 0, notes: 0 } })
    const result = await run({ stream: 'deal_followers,deal_products,note_comments,product_followers' })
    expect(result.exit).toBe(0)
    expect(statuses(result)).toEqual({
      deal_followers: 'untried',
      deal_products: 'untried',
      note_comments: 'untried',
      product_followers: 'readable',
    })
    expect(result.text).toContain(
      [
        '\nNot tried  deal_products, deal_followers, note_comments',
        '           (no record of deals to try it with)',
        '           (no record of notes to try it with)\n',
      ].join('\n'),
    )
  })

  test('nor where the parents themselves are refused', async () => {
    const { emulator, run } = await place()
    emulator.faults.add({ kind: 'forbidden', match: /^\/api\/v2\/deals\?/ })
    const { streams } = dataOf(await run({ stream: 'deals,deal_followers' }))
    expect(streams.map(({ status }) => status)).toEqual(['skipped', 'untried'])
    expect(streams[1]?.reason).toBe('deals cannot be read, so there is none to try it with')
  })
})

test('what trying children costs counts into the budget', async () => {
  const enough = { stream: 'deal_followers', budget: '42' } as const
  expect(statuses(await (await place()).run(enough))).toEqual({ deal_followers: 'readable' })
  const { run, emulator } = await place()
  const { text } = await run({ ...enough, budget: '41' })
  expect(text).toMatch(/^WARNING: The streams were not tried: that costs 40 tokens, more than --budget/)
  expect(emulator.limits.spent).toBe(2)
})
