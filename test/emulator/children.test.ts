import { describe, expect, test } from 'vitest'
import { childNames, type ChildName } from '../../emulator/company/children.ts'
import { defaultSize, startEmulator } from '../../emulator/index.ts'
import { SMALL } from '../support/world.ts'
import { DAY, pagesOf, run, SECOND, START, type Body, type Call } from './support/emulator.ts'

const NEVER = 987_654

/** Every list that is read through one record, and how it is paged. */
const lists: readonly [path: string, entity: ChildName, key: string, paging: 'cursor' | 'offset' | 'none'][] =
  [
    ['/api/v2/deals/{id}/products', 'deal_products', 'deal_id', 'cursor'],
    ['/api/v2/deals/products?deal_ids={id}', 'deal_products', 'deal_id', 'cursor'],
    ['/api/v2/deals/installments?deal_ids={id}', 'deal_installments', 'deal_id', 'cursor'],
    ['/api/v2/deals/{id}/discounts', 'deal_discounts', 'deal_id', 'none'],
    ['/v1/deals/{id}/participants', 'deal_participants', 'deal_id', 'offset'],
    ['/v1/deals/{id}/participantsChangelog', 'deal_participant_changes', 'deal_id', 'cursor'],
    ['/api/v2/deals/{id}/followers', 'deal_followers', 'deal_id', 'cursor'],
    ['/api/v2/persons/{id}/followers', 'person_followers', 'person_id', 'cursor'],
    ['/api/v2/organizations/{id}/followers', 'organization_followers', 'org_id', 'cursor'],
    ['/api/v2/products/{id}/followers', 'product_followers', 'product_id', 'cursor'],
    ['/v1/deals/{id}/changelog', 'deal_changes', 'deal_id', 'cursor'],
    ['/v1/persons/{id}/changelog', 'person_changes', 'person_id', 'cursor'],
    ['/v1/organizations/{id}/changelog', 'organization_changes', 'org_id', 'cursor'],
    ['/v1/deals/{id}/flow?all_changes=1', 'deal_flow', 'deal_id', 'offset'],
    ['/v1/notes/{id}/comments', 'note_comments', 'note_id', 'offset'],
    ['/api/v2/products/{id}/variations', 'product_variations', 'product_id', 'cursor'],
    ['/v1/organizationRelationships?org_id={id}', 'organization_relationships', 'org_id', 'none'],
  ]

const at = (path: string, id: unknown): string => path.replace('{id}', String(id))
const withLimit = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}limit=1`

async function rowsOf(call: Call, path: string, paging: 'cursor' | 'offset' | 'none'): Promise<Body[]> {
  if (paging === 'cursor') return (await pagesOf(call, withLimit(path))).flatMap(({ rows }) => rows)
  if (paging === 'none') return (await call(path)).rows
  const found: Body[] = []
  for (;;) {
    const { rows, body } = await call(`${withLimit(path)}&start=${found.length}`)
    found.push(...rows)
    const { pagination } = body['additional_data'] as { pagination: Body }
    if (pagination['more_items_in_collection'] !== true) return found
  }
}

/** They hold the same, in whatever order; a held row has keys that its list leaves out, and an answered one more beside. */
function expectSame(answered: readonly Body[], held: readonly Body[]): void {
  // What the other organization is depends on which of the two is asked.
  const isSeen = (key: string): boolean =>
    key.startsWith('calculated_') || key === 'related_organization_name'
  const keys = Object.keys(answered[0] ?? {}).filter((key) => held.some((row) => key in row) && !isSeen(key))
  const text = (row: Body): string => JSON.stringify(keys.map((key) => row[key]))
  expect(keys.length).toBeGreaterThan(1)
  expect(answered.map(text).sort()).toEqual(held.map(text).sort())
}

describe('the children of a record', () => {
  test.each(childNames)('%s are there in a small company and in a large one', async (name) => {
    const { emulator } = await run({ size: SMALL })
    expect(emulator.company.list(name).length).toBeGreaterThan(2)
    const { emulator: large } = await run({ size: defaultSize })
    expect(large.company[name].size).toBeGreaterThan(5)
  })

  test('are the same for the same seed, whenever they are looked at', async () => {
    const [one, other] = [await run({ seed: 5 }), await run({ seed: 5 })]
    other.emulator.company.deals.update(2, { visible_to: 1 })
    for (const name of childNames)
      expect(other.emulator.company.list(name)).toEqual(one.emulator.company.list(name))
  })

  test.each(lists)('%s gives what is held, page by page', async (path, entity, key, paging) => {
    const { call, emulator } = await run({ size: { deals: 90 } })
    const byParent = Map.groupBy(emulator.company.list(entity), (row) => row[key])
    const deleted = new Set(
      emulator.company
        .list('deals')
        .filter((row) => row['is_deleted'] === true)
        .map(({ id }) => id),
    )
    const parents = [...byParent].filter(([id]) => key !== 'deal_id' || !deleted.has(id as number))
    const [id, held = []] = parents.toSorted(([, a], [, b]) => b.length - a.length)[0] ?? []
    expect(held.length).toBeGreaterThan(0)
    const answered = await rowsOf(call, at(path, id), paging)
    expectSame(
      answered,
      entity === 'organization_relationships'
        ? emulator.company
            .list(entity)
            .filter((row) => JSON.stringify(row).includes(`"value":${JSON.stringify(id)}}`))
        : held,
    )
  })

  test.each(lists)('%s leaves its internal keys out', async (path, entity, key, paging) => {
    const { call, emulator } = await run({ size: { deals: 90 } })
    const id = emulator.company.list(entity).at(-1)?.[key]
    const [row = {}] = await rowsOf(call, at(path, id), paging)
    const named = ['deal_products', 'deal_installments', 'deal_discounts', 'product_variations'].includes(
      entity,
    )
    expect(key in row).toBe(named)
    const hasId = !/followers$|changes$|flow$|comments$/.test(entity)
    expect('id' in row).toBe(hasId)
  })

  test.each(lists.filter(([path]) => !path.includes('deal_ids')))(
    '%s is 404 for a record that is not there or deleted',
    async (path, entity, key) => {
      const { call, emulator } = await run()
      const id = emulator.company.list(entity)[0]?.[key] as number
      const missing = { success: false, error: 'Entity was not found', error_info: 'Object was not found.' }
      expect(await call(at(path, NEVER))).toMatchObject({ status: 404, body: missing })
      const of = {
        deal_id: 'deals',
        person_id: 'persons',
        org_id: 'organizations',
        product_id: 'products',
        note_id: 'notes',
      } as const
      emulator.company[of[key as keyof typeof of]].delete(id)
      expect(await call(at(path, id))).toMatchObject({ status: 404, body: missing })
    },
  )
})

describe('lists of several deals', () => {
  const paths = ['/api/v2/deals/products', '/api/v2/deals/installments'] as const

  test.each(paths)('%s asks for up to a hundred ids, comma separated', async (path) => {
    const { call } = await run()
    const ids = (count: number): string => Array.from({ length: count }, (_, i) => i + 1).join()
    expect((await call(path)).status).toBe(400)
    expect((await call(`${path}?deal_ids=`)).status).toBe(400)
    expect((await call(`${path}?deal_ids=1,x`)).status).toBe(400)
    expect((await call(`${path}?deal_ids=${ids(101)}`)).status).toBe(400)
    expect((await call(`${path}?deal_ids=${ids(100)}`)).status).toBe(200)
  })

  test.each(paths)('%s leaves out deals that are not there', async (path) => {
    const { call, emulator } = await run()
    const entity = path.endsWith('products') ? 'deal_products' : 'deal_installments'
    const deal = emulator.company.deals.create({ title: 'x' })['id'] as number
    const child = emulator.company[entity].create({ deal_id: deal })
    const { status, ids } = await call(`${path}?deal_ids=${NEVER},${deal}`)
    expect([status, ids]).toEqual([200, [child['id']]])
    emulator.company.deals.delete(deal)
    expect((await call(`${path}?deal_ids=${deal}`)).rows).toEqual([])
  })

  test('are sorted as asked, over pages', async () => {
    const { call, emulator } = await run()
    const ids = Array.from({ length: 60 }, (_, i) => i + 1).join()
    const path = `/api/v2/deals/products?deal_ids=${ids}&limit=4&sort_by=add_time&sort_direction=desc`
    const rows = (await pagesOf(call, path)).flatMap((page) => page.rows)
    const times = rows.map((row) => row['add_time'] as string)
    expect(times.length).toBeGreaterThan(10)
    expect(times).toEqual(times.toSorted().toReversed())
    expect(new Set(rows.map(({ id }) => id)).size).toBe(times.length)
    expect(times.length).toBe(
      emulator.company.deal_products
        .list()
        .filter((row) => emulator.company.deals.get(row['deal_id'] as number)?.['is_deleted'] === false)
        .length,
    )
    expect((await call(`/api/v2/deals/products?deal_ids=1&sort_by=name`)).status).toBe(400)
    expect((await call(`/api/v2/deals/1/products?sort_by=deal_id`)).status).toBe(400)
  })

  test('of installments say nothing of a next page when the switch says so', async () => {
    const { call, emulator } = await run({ switches: { installmentsPaged: false } })
    for (let n = 0; n < 3; n++) emulator.company.deal_installments.create({ deal_id: 1, amount: n })
    const { body, rows } = await call('/api/v2/deals/installments?deal_ids=1&limit=1')
    expect(rows.length).toBeGreaterThanOrEqual(3)
    expect(body).not.toHaveProperty('additional_data')
  })
})

describe('counters', () => {
  const counterOf = async (call: Call, of: string, id: number, name: string): Promise<unknown> =>
    ((await call(`/api/v2/${of}/${id}?include_fields=${name}`)).body['data'] as Body)[name]

  test.each([
    ['deals', 'products_count', 'deal_products', 'deal_id'],
    ['deals', 'participants_count', 'deal_participants', 'deal_id'],
    ['deals', 'followers_count', 'deal_followers', 'deal_id'],
    ['persons', 'followers_count', 'person_followers', 'person_id'],
    ['organizations', 'followers_count', 'organization_followers', 'org_id'],
  ] as const)('of %s: %s agrees with the list and moves with it', async (of, name, entity, key) => {
    const { call, emulator } = await run()
    const { company } = emulator
    for (const id of [1, 2, 3, 4, 5]) {
      const held = company.list(entity).filter((row) => row[key] === id)
      expect(await counterOf(call, of, id, name)).toBe(held.length)
    }
    const before = (await counterOf(call, of, 2, name)) as number
    const made = company[entity].create({
      [key]: 2,
      user_id: 99,
      person_id: entity === 'deal_participants' ? 7 : 2,
    })
    expect(await counterOf(call, of, 2, name)).toBe(before + 1)
    company[entity].delete(made['id'] as number)
    expect(await counterOf(call, of, 2, name)).toBe(before)
    const seeded = company.list(entity).find((row) => row[key] === 2)
    if (seeded) company[entity].delete(seeded['id'] as number)
    expect(await counterOf(call, of, 2, name)).toBe(seeded ? before - 1 : 0)
  })

  test('in a list are those of now', async () => {
    const { call, emulator } = await run()
    const path = '/api/v2/deals?limit=3&include_fields=products_count'
    const [first] = (await call(path)).rows
    emulator.company.deal_products.create({ deal_id: first?.['id'] as number })
    expect((await call(path)).rows[0]?.['products_count']).toBe((first?.['products_count'] as number) + 1)
  })
})

describe('what follows from a change', () => {
  test('whoever is made the owner of a deal follows it', async () => {
    const { call, emulator } = await run()
    const [me, you] = emulator.company.users.list().map(({ id }) => id as number)
    const id = emulator.company.deals.create({ title: 'x' })['id'] as number
    const users = async (): Promise<unknown[]> =>
      (await call(`/api/v2/deals/${id}/followers`)).rows.map((row) => row['user_id'])
    expect(await users()).toEqual([me])
    emulator.company.deals.update(id, { owner_id: you as number })
    emulator.company.deals.update(id, { owner_id: me as number })
    expect(await users()).toEqual([me, you])
    expect((await call(`/v1/deals/${id}/permittedUsers`)).body['data']).toEqual([me])
  })

  test('the person of a deal takes part in it, and who does is logged', async () => {
    const { call, emulator } = await run()
    const id = emulator.company.deals.create({ title: 'x', person_id: 3 })['id'] as number
    const { rows } = await call(`/v1/deals/${id}/participants`)
    expect(rows.map((row) => (row['person_id'] as Body)['value'])).toEqual([3])
    expect(rows[0]?.['person']).toMatchObject({ id: 3, open_deals_count: expect.any(Number) as number })
    emulator.company.deal_participants.delete(rows[0]?.['id'] as number)
    expect((await call(`/v1/deals/${id}/participants`)).body['data']).toBeNull()
    const { rows: log } = await call(`/v1/deals/${id}/participantsChangelog`)
    expect(log.map(({ action, person_id: person }) => [action, person])).toEqual([
      ['removed', 3],
      ['added', 3],
    ])
  })

  test('an update of a deal is in its changelog, newest first, and in its flow', async () => {
    const { call, emulator, advance } = await run()
    const id = emulator.company.deals.create({ title: 'Old', stage_id: 1 })['id'] as number
    advance(SECOND)
    emulator.company.deals.update(id, { title: 'New', probability: 3 })
    advance(SECOND)
    emulator.company.deals.update(id, { stage_id: 2, value: 5 })
    const { rows } = await call(`/v1/deals/${id}/changelog`)
    expect(rows.map((row) => [row['field_key'], row['old_value'], row['new_value'], row['time']])).toEqual([
      ['stage_id', '1', '2', '2026-06-15 12:00:02'],
      ['value', '0', '5', '2026-06-15 12:00:02'],
      ['title', 'Old', 'New', '2026-06-15 12:00:01'],
    ])
    expect(rows[0]?.['actor_user_id']).toBe(25_760_681)
    const { rows: flow } = await call(`/v1/deals/${id}/flow`)
    expect(flow.map(({ object, data }) => [object, (data as Body)['field_key']])).toEqual([
      ['dealChange', 'stage_id'],
      ['dealChange', 'value'],
      ['dealChange', 'title'],
    ])
  })

  test.each([
    ['persons', { name: 'New Name' }, 'name'],
    ['organizations', { owner_id: 25_760_682 }, 'owner_id'],
  ] as const)('an update of %s is in its changelog', async (of, patch, key) => {
    const { call, emulator } = await run()
    emulator.company[of].update(1, { ...patch, visible_to: 1 })
    const [first] = (await call(`/v1/${of}/1/changelog?limit=1`)).rows
    expect(first).toMatchObject({ field_key: key, new_value: String(Object.values(patch)[0]) })
  })

  test('a change of a custom field is in the changelog, and in the flow when all changes are asked for', async () => {
    const { call, emulator } = await run()
    const { company } = emulator
    const code = company.catalog.custom('deals').find(({ type }) => type === 'varchar')?.code ?? ''
    const id = company.deals.create({ title: 'x' })['id'] as number
    company.deals.update(id, { custom_fields: { [code]: 'seen' } })
    company.notes.create({ deal_id: id, content: 'Hello' })
    const [change] = (await call(`/v1/deals/${id}/changelog`)).rows
    expect(change).toMatchObject({ field_key: code, old_value: null, new_value: 'seen' })
    const objects = async (query: string): Promise<unknown[]> =>
      (await call(`/v1/deals/${id}/flow${query}`)).rows.map(({ object }) => object)
    expect(await objects('')).toEqual(['note'])
    expect((await objects('?all_changes=1')).toSorted()).toEqual(['dealChange', 'note'])
    expect(await objects('?all_changes=1&items=dealChange,call')).toEqual(['dealChange'])
  })

  const parts = [
    ['deal_products', 'deals', 'deal_id'],
    ['deal_installments', 'deals', 'deal_id'],
    ['deal_discounts', 'deals', 'deal_id'],
    ['deal_participants', 'deals', 'deal_id'],
    ['deal_followers', 'deals', 'deal_id'],
    ['person_followers', 'persons', 'person_id'],
    ['note_comments', 'notes', 'note_id'],
    ['product_variations', 'products', 'product_id'],
    ['organization_relationships', 'organizations', 'org_id'],
  ] as const

  test.each(parts.flatMap((part) => [true, false].map((bumps) => [...part, bumps] as const)))(
    'a change of %s moves its parent in %s under %s when the switch is on: %s',
    async (entity, of, key, bumps) => {
      const { emulator, advance } = await run({ switches: { childBumpsParent: bumps } })
      const { company } = emulator
      const moved = (act: () => unknown): boolean => {
        const before = company.get(of, 2)?.['update_time']
        advance(DAY)
        act()
        return company.get(of, 2)?.['update_time'] !== before
      }
      const idKey = entity === 'note_comments' ? 'uuid' : 'id'
      let id: number | string = 0
      const acts = [
        () => (id = company[entity].create({ [key]: 2 })[idKey] as number),
        () => company[entity].update(id, {}),
        () => company[entity].delete(id),
      ]
      expect(acts.map(moved)).toEqual([bumps, bumps, bumps])
    },
  )

  test.each([true, false])(
    'deleted children with a flag are listed when the switch says %s',
    async (deletedInLists) => {
      const { call, emulator } = await run({ switches: { deletedInLists } })
      const { company } = emulator
      const participant = company.deal_participants.create({ deal_id: 1, person_id: 9 })['id'] as number
      const comment = company.note_comments.create({ note_id: 1, content: 'x' })['uuid'] as string
      const relationship = company.organization_relationships.create({ org_id: 1, rel_linked_org_id: 2 })[
        'id'
      ] as number
      company.deal_participants.delete(participant)
      company.note_comments.delete(comment)
      company.organization_relationships.delete(relationship)
      expect((await call('/v1/deals/1/participants')).ids.includes(participant)).toBe(deletedInLists)
      const { rows } = await call('/v1/notes/1/comments')
      expect(rows.some(({ uuid, active_flag: active }) => uuid === comment && active === false)).toBe(
        deletedInLists,
      )
      expect((await call('/v1/organizationRelationships?org_id=2')).ids.includes(relationship)).toBe(
        deletedInLists,
      )
    },
  )
})

describe('a merge', () => {
  test('gives the survivor what the absorbed deal had, and nobody twice', async () => {
    const { call, emulator } = await run()
    const { company } = emulator
    const [me, you] = company.users.list().map(({ id }) => id as number)
    const deal = (): number => company.deals.create({ title: 'x', person_id: 3 })['id'] as number
    const [absorbed, survivor] = [deal(), deal()]
    company.deal_followers.create({ deal_id: absorbed, user_id: you as number })
    company.deal_participants.create({ deal_id: absorbed, person_id: 4 })
    const product = company.deal_products.create({ deal_id: absorbed, product_id: 1 })['id']
    company.merge('deals', absorbed, survivor)
    expect((await call(`/api/v2/deals/${survivor}/products`)).ids).toEqual([product])
    const { rows: followers } = await call(`/api/v2/deals/${survivor}/followers`)
    expect(followers.map((row) => row['user_id'])).toEqual([me, you])
    const people = async (): Promise<unknown[]> =>
      (await call(`/v1/deals/${survivor}/participants`)).rows.map(
        (row) => (row['person_id'] as Body)['value'],
      )
    expect((await people()).toSorted()).toEqual([3, 4])
    company.merge('persons', 4, 5)
    expect((await people()).toSorted()).toEqual([3, 5])
    company.merge('persons', 5, 3)
    expect(await people()).toEqual([3])
  })

  test('leaves no organization related to itself', async () => {
    const { call, emulator } = await run()
    const { company } = emulator
    const id = company.organization_relationships.create({ org_id: 11, rel_linked_org_id: 12 })[
      'id'
    ] as number
    const other = company.organization_relationships.create({ org_id: 12, rel_linked_org_id: 10 })[
      'id'
    ] as number
    company.merge('organizations', 12, 11)
    const { ids } = await call('/v1/organizationRelationships?org_id=11')
    expect([ids.includes(id), ids.includes(other)]).toEqual([false, true])
  })
})

describe('one by one', () => {
  test('a product that is attached brings its name, and its sum follows its price', async () => {
    const { emulator } = await run()
    const { company } = emulator
    const name = company.products.get(4)?.['name']
    const made = company.deal_products.create({ deal_id: 1, product_id: 4, item_price: 10, quantity: 3 })
    expect(made).toMatchObject({ name, sum: 30, add_time: '2026-06-15T12:00:00Z' })
    expect(company.deal_products.update(made['id'] as number, { discount: 10 })['sum']).toBe(27)
  })

  test('an organization sees a relationship from its own side', async () => {
    const { call, emulator } = await run()
    const { company } = emulator
    const id = company.organization_relationships.create({
      org_id: 1,
      rel_linked_org_id: 12,
      type: 'parent',
    })['id']
    const seen = async (org: number): Promise<unknown> => {
      const { rows } = await call(`/v1/organizationRelationships?org_id=${org}`)
      const row = rows.find((one) => one['id'] === id)
      return [
        row?.['calculated_type'],
        row?.['calculated_related_org_id'],
        row?.['related_organization_name'],
        (row?.['rel_owner_org_id'] as Body)['value'],
      ]
    }
    const nameOf = (org: number): unknown => company.organizations.get(org)?.['name']
    expect(await seen(1)).toEqual(['daughter', 12, nameOf(12), 1])
    expect(await seen(12)).toEqual(['parent', 1, nameOf(1), 1])
    expect((await call('/v1/organizationRelationships')).status).toBe(400)
    expect((await call(`/v1/organizationRelationships?org_id=${NEVER}`)).status).toBe(404)
  })

  test.each(['deals', 'persons', 'organizations', 'leads', 'products'] as const)(
    'permitted users of %s are ids',
    async (of) => {
      const { call, emulator } = await run()
      const { company } = emulator
      const id = company.list(of).find((row) => row['is_deleted'] !== true)?.['id'] as number
      const { body } = await call(`/v1/${of}/${id}/permittedUsers`)
      const held = company
        .list('permitted_users')
        .filter((row) => row['entity'] === of && row['entity_id'] === id)
      expect(body).toEqual({ success: true, data: held.map((row) => row['user_id']) })
      expect(held.length).toBe(3)
      const missing = of === 'leads' ? 'requested lead not found' : 'Entity was not found'
      expect(await call(`/v1/${of}/${NEVER}/permittedUsers`)).toMatchObject({
        status: 404,
        body: { error: missing },
      })
    },
  )

  test('followers of a user are other users', async () => {
    const { call, emulator } = await run()
    const [{ followed_user_id: id = 0 } = {}, ...others] = emulator.company.list('user_followers')
    const held = emulator.company.list('user_followers').filter((row) => row['followed_user_id'] === id)
    const { rows } = await call(`/api/v2/users/${id as number}/followers`)
    expect(rows).toEqual(held.map((row) => ({ user_id: row['user_id'], add_time: row['add_time'] })))
    expect(rows.some((row) => row['user_id'] === id)).toBe(false)
    expect(others.length).toBeGreaterThan(0)
    expect((await call('/api/v2/users/1/followers')).status).toBe(404)
  })

  test.each([
    ['deal_products', '/api/v2/deals/1/products'],
    ['deal_products', '/api/v2/deals/products?deal_ids=1'],
    ['installments', '/api/v2/deals/installments?deal_ids=1'],
    ['discounts', '/api/v2/deals/1/discounts'],
    ['participants', '/v1/deals/1/participants'],
    ['followers', '/api/v2/persons/1/followers'],
    ['changelog', '/v1/organizations/1/changelog'],
    ['flow', '/v1/deals/1/flow'],
    ['comments', '/v1/notes/1/comments'],
    ['variations', '/api/v2/products/1/variations'],
    ['relationships', '/v1/organizationRelationships?org_id=1'],
    ['permitted_users', '/v1/products/1/permittedUsers'],
  ])('%s can be missing from the plan: %s', async (feature, path) => {
    const { call, emulator } = await run({ switches: { lockedFeatures: [feature] } })
    expect((await call(path)).status).toBe(402)
    emulator.switches.lockedFeatures = []
    expect((await call(path)).status).toBe(200)
  })
})

test('a company of the default size is ready within a second', async () => {
  const began = performance.now()
  const emulator = await startEmulator({ now: () => START })
  const took = performance.now() - began
  await emulator.stop()
  expect(took).toBeLessThan(1000)
})
