import { describe, expect, test } from 'vitest'
import { iso, run, SECOND, START, type Body, type Running } from './support/emulator.ts'

const post = (json: unknown) => ({ method: 'POST', json })
const patch = (json: unknown) => ({ method: 'PATCH', json })
const dataOf = ({ body }: { body: Body }): Body => body['data'] as Body
const LATER = iso(START + 3600 * SECOND)

async function hourLater(): Promise<Running> {
  const running = await run()
  running.advance(3600 * SECOND)
  return running
}

const codeOf = ({ emulator }: Running, entity: 'deals' | 'persons', type: string): string =>
  emulator.company.catalog.custom(entity).find((field) => field.type === type)?.code ?? ''

describe('a value that its key does not take is refused, and nothing is stored', () => {
  const wrong: readonly [list: string, json: Body][] = [
    ['deals', { value: 'many' }],
    ['deals', { title: '' }],
    ['deals', { title: 7 }],
    ['deals', { owner_id: 'me' }],
    ['deals', { owner_id: 999_999 }],
    ['deals', { person_id: 999_999 }],
    ['deals', { stage_id: 999_999 }],
    ['deals', { pipeline_id: 999_999 }],
    ['deals', { stage_id: 1, pipeline_id: 2 }],
    ['deals', { status: 'gone' }],
    ['deals', { status: 'open', won_time: iso(START) }],
    ['deals', { status: 'won', lost_time: iso(START) }],
    ['deals', { status: 'won', won_time: 'yesterday' }],
    ['deals', { expected_close_date: '2026-02-30' }],
    ['deals', { probability: 101 }],
    ['deals', { label_ids: 'hot' }],
    ['persons', { emails: 'x@example.com' }],
    ['persons', { emails: [{ label: 'work' }] }],
    ['organizations', { address: 'Narva maantee 1' }],
    ['activities', { due_date: 'soon' }],
    ['activities', { due_time: '25:00' }],
    ['activities', { done: 'yes' }],
    ['activities', { participants: [{ person_id: 999_999, primary: true }] }],
    ['products', { prices: [{ price: '10', currency: 'EUR' }] }],
    ['pipelines', { is_deal_probability_enabled: 1 }],
    ['stages', { deal_probability: 200 }],
  ]

  test.each(wrong)('%s %j', async (list, json) => {
    const { call, emulator } = await hourLater()
    emulator.company[list as 'deals'].set(2, { is_archived: false, is_deleted: false, status: 'open' })
    const before = emulator.company.list(list as 'deals')
    const whole = { title: 'x', name: 'x', ...(list === 'stages' ? { pipeline_id: 1 } : {}), ...json }
    const made = await call(`/api/v2/${list}`, post(whole))
    const edited = await call(`/api/v2/${list}/2`, patch(json))
    expect([made.status, edited.status]).toEqual([400, 400])
    expect(emulator.company.list(list as 'deals')).toEqual(before)
  })

  test.each([
    ['leads', { title: 'x' }],
    ['leads', { title: 'x', person_id: 1, value: 10 }],
    ['leads', { title: 'x', person_id: 1, label_ids: [1] }],
    ['notes', { content: 'x', deal_id: 999_999 }],
    ['notes', { content: 'x', pinned_to_deal_flag: 2 }],
  ])('v1 %s %j', async (list, json) => {
    const { call, emulator } = await run()
    const { size } = emulator.company[list as 'leads']
    expect((await call(`/v1/${list}`, post(json))).status).toBe(400)
    expect(emulator.company[list as 'leads'].size).toBe(size)
  })

  test('a lead cannot lose both its person and its organization', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.leads.create({ title: 'x', person_id: 1 })['id'] as string
    const unlinked = patch({ person_id: null, organization_id: null })
    expect((await call(`/v1/leads/${id}`, unlinked)).status).toBe(400)
    expect(emulator.company.leads.get(id)?.['person_id']).toBe(1)
  })
})

describe('a custom field', () => {
  const wrong: readonly [type: string, value: unknown][] = [
    ['set', 1],
    ['set', []],
    ['set', [1]],
    ['enum', 1],
    ['enum', '12001'],
    ['varchar', 5],
    ['varchar', 'x'.repeat(256)],
    ['double', '5'],
    ['monetary', 10],
    ['monetary', { currency: 'EUR' }],
    ['user', 1],
    ['org', 999_999],
    ['people', 'Jüri'],
    ['date', '15.06.2026'],
    ['daterange', { value: '2026-06-15' }],
    ['time', '10:00:00'],
    ['timerange', { value: '10:00:00', until: 'noon' }],
    ['address', 'Narva maantee 1'],
    ['address', { value: 'Narva maantee 1', planet: 'Earth' }],
  ]

  test.each(wrong)('of type %s does not take %j, and the list still answers', async (type, value) => {
    const running = await run()
    const json = { custom_fields: { [codeOf(running, 'persons', type)]: value } }
    expect((await running.call('/api/v2/persons/1', patch(json))).status).toBe(400)
    expect((await running.call('/api/v2/persons')).status).toBe(200)
  })

  const right: readonly [type: string, value: unknown, held: unknown][] = [
    ['monetary', { value: 10 }, { value: 10, currency: 'EUR' }],
    [
      'time',
      { value: '10:00', timezone_id: 2 },
      { value: '10:00:00', timezone_id: 2, timezone_name: 'Europe/Berlin' },
    ],
    ['daterange', { value: '2026-06-15', until: '2026-06-16' }, { value: '2026-06-15', until: '2026-06-16' }],
    ['date', '2026-06-15', '2026-06-15'],
    ['varchar', null, null],
  ]

  test.each(right)('of type %s takes %j', async (type, value, held) => {
    const running = await run()
    const code = codeOf(running, 'persons', type)
    const reply = await running.call('/api/v2/persons/1', patch({ custom_fields: { [code]: value } }))
    expect((dataOf(reply)['custom_fields'] as Body)[code]).toEqual(held)
  })

  test.each([['x'], [[]], [{ name: 'New' }], [{ constructor: 1 }]])(
    'is not wiped or invented by custom_fields %j',
    async (custom) => {
      const { call, emulator } = await run()
      const before = emulator.company.persons.get(1)
      expect((await call('/api/v2/persons/1', patch({ custom_fields: custom }))).status).toBe(400)
      expect(emulator.company.persons.get(1)).toEqual(before)
    },
  )

  test('takes a part alone on a lead that has its value, and refuses it on one that has none', async () => {
    const running = await run()
    const code = codeOf(running, 'deals', 'monetary')
    const [set, unset] = [{ [code]: { value: 10, currency: 'EUR' } }, {}].map(
      (custom) =>
        running.emulator.company.leads.create({ person_id: 1, custom_fields: custom })['id'] as string,
    )
    const part = patch({ [`${code}_currency`]: 'USD' })
    expect(dataOf(await running.call(`/v1/leads/${set}`, part))).toMatchObject({
      [code]: 10,
      [`${code}_currency`]: 'USD',
    })
    expect((await running.call(`/v1/leads/${unset}`, part)).status).toBe(400)
  })

  test('of a lead takes the options of v1: a text, or texts separated by commas', async () => {
    const running = await run()
    const id = running.emulator.company.leads.create({ person_id: 1 })['id'] as string
    const [one, many] = [codeOf(running, 'deals', 'enum'), codeOf(running, 'deals', 'set')]
    const options = (code: string): string =>
      (running.emulator.company.catalog.find('deals', code)?.options ?? [])
        .slice(0, 2)
        .map((option) => option.id as number)
        .join()
    const [first = ''] = options(one).split(',')
    const json = { [one]: first, [many]: options(many) }
    expect(dataOf(await running.call(`/v1/leads/${id}`, patch(json)))).toMatchObject(json)
    expect((await running.call(`/v1/leads/${id}`, patch({ [one]: '1' }))).status).toBe(400)
    expect((await running.call(`/v1/leads/${id}`, patch({ [many]: '' }))).status).toBe(400)
  })
})

describe('the life of a deal', () => {
  test.each([
    ['won', { won_time: '2026-05-01 10:00:00' }, { won_time: '2026-05-01T10:00:00Z', lost_time: null }],
    ['lost', { lost_time: '2026-05-01T10:00:00Z' }, { lost_time: '2026-05-01T10:00:00Z', won_time: null }],
    ['won', { close_time: '2026-05-02 10:00:00' }, { won_time: LATER, close_time: '2026-05-02T10:00:00Z' }],
  ])('ends as %s at the time that is given: %j', async (status, times, expected) => {
    const { call, emulator } = await hourLater()
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    const ended = dataOf(await call(`/api/v2/deals/${id}`, patch({ status, ...times })))
    expect(ended).toMatchObject({ status, ...expected })
    const closed = (ended['close_time'] as string).slice(0, 10)
    expect(ended['local_close_date']).toBe(closed)
  })

  test('keeps a lost_reason only while it is lost', async () => {
    const { call } = await run()
    const lost = dataOf(
      await call('/api/v2/deals', post({ title: 'x', status: 'lost', lost_reason: 'Price' })),
    )
    expect(lost).toMatchObject({ status: 'lost', lost_reason: 'Price', lost_time: iso(START) })
    const won = dataOf(await call(`/api/v2/deals/${lost['id'] as number}`, patch({ status: 'won' })))
    expect(won).toMatchObject({ lost_reason: null, lost_time: null, won_time: iso(START) })
    const open = dataOf(await call('/api/v2/deals', post({ title: 'x', lost_reason: 'Price' })))
    expect(open['lost_reason']).toBeNull()
  })

  test('starts in the first stage of the first pipeline, by their order, that is not deleted', async () => {
    const { call, emulator } = await run()
    const { stages, pipelines } = emulator.company
    const seat = async (json: Body): Promise<unknown[]> => {
      const deal = dataOf(await call('/api/v2/deals', post({ title: 'x', ...json })))
      return [deal['pipeline_id'], deal['stage_id']]
    }
    expect(await seat({})).toEqual([1, 1])
    stages.delete(1)
    expect(await seat({})).toEqual([1, 2])
    stages.set(3, { order_nr: 0 })
    expect(await seat({ pipeline_id: 1 })).toEqual([1, 3])
    pipelines.delete(1)
    expect((await seat({}))[0]).toBe(2)
    expect((await call('/api/v2/deals', post({ title: 'x', stage_id: 1 }))).status).toBe(400)
  })

  test('is refused in a pipeline without stages', async () => {
    const { call } = await run()
    const empty = dataOf(await call('/api/v2/pipelines', post({ name: 'Empty' })))['id']
    expect((await call('/api/v2/deals', post({ title: 'x', pipeline_id: empty }))).status).toBe(400)
  })
})

test('a deleted stage is not moved by its siblings', async () => {
  const { call, emulator, advance } = await run()
  emulator.company.stages.delete(1)
  const before = emulator.company.stages.get(1)
  advance(SECOND)
  await call('/api/v2/stages/2', patch({ name: 'New' }))
  expect(emulator.company.stages.get(1)).toEqual(before)
  expect(emulator.company.stages.get(3)?.['update_time']).toBe(iso(START + SECOND))
})

test('the person of an activity is its primary participant', async () => {
  const { call } = await run()
  const people = (primary: number) => [1, 2].map((id) => ({ person_id: id, primary: id === primary }))
  const made = dataOf(await call('/api/v2/activities', post({ subject: 'x', participants: people(2) })))
  expect(made).toMatchObject({ person_id: 2, participants: people(2) })
  const edited = dataOf(
    await call(`/api/v2/activities/${made['id'] as number}`, patch({ participants: people(1) })),
  )
  expect(edited['person_id']).toBe(1)
})

test.each(['/api/v2/persons', '/api/v2/organizations', '/v1/notes'])(
  'at %s the time of addition can be given when a record is made',
  async (path) => {
    const { call } = await run()
    const made = dataOf(await call(path, post({ name: 'x', content: 'x', add_time: '2024-02-29T10:00:00Z' })))
    expect(made['add_time']).toBe(path.startsWith('/v1') ? '2024-02-29 10:00:00' : '2024-02-29T10:00:00Z')
  },
)
