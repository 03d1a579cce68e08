import { describe, expect, test } from 'vitest'
import { openWorld, type World } from '../support/world.ts'
import { fillOne, told, verdictOf, verifyWorld } from './support.ts'

const MINUTE = 60_000
const LIVE = '_deleted_at is null'

async function idsOf({ db }: World, where: string): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `select id::text from pipedrive.deals where ${LIVE} and ${where} order by deals.id`,
  )
  return rows.map(({ id }) => id)
}

/** Parents that were asked for while something was done. */
async function askedFor(world: World, work: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const before = world.tap.asked.length
  await work()
  const asked = world.tap.asked.slice(before).filter(({ path }) => path === '/api/v2/deals/products')
  return new Set(asked.flatMap(({ query }) => query.get('deal_ids')?.split(',') ?? []))
}

/** A line of products that nobody at Pipedrive knows of. */
function addLine({ db }: World, deal: string | undefined): Promise<unknown> {
  return db.query(`insert into pipedrive.deal_products (id, deal_id) values (999999, ${deal})`)
}

describe('of how many parents the children are looked at', () => {
  test('is told, and is every one where the whole of the sample is asked for', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_products')
    const [all, counted] = [await idsOf(world, 'true'), await idsOf(world, 'products_count > 0')]
    expect(all.length).toBeGreaterThan(counted.length)
    const some = await verifyWorld(world, { streams, sample: 30 })
    expect(verdictOf(some, 'deal_products')).toMatchObject({ parents_read: 3, parents: all.length })
    let verdict = verdictOf(some, 'deal_products')
    const asked = await askedFor(world, async () => {
      verdict = verdictOf(await verifyWorld(world, { streams }), 'deal_products')
    })
    expect(verdict).toMatchObject({ parents_read: all.length, parents: all.length, differences: [] })
    expect(asked).toEqual(new Set(all))
  })

  test('leaves out those whose one follower is their owner, who has no row', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_followers')
    const [all, several] = [await idsOf(world, 'true'), await idsOf(world, 'followers_count <> 1')]
    expect(all.length).toBeGreaterThan(several.length)
    const report = await verifyWorld(world, { streams })
    expect(verdictOf(report, 'deal_followers')).toMatchObject({
      parents_read: several.length,
      parents: all.length,
    })
    expect(report).toMatchObject({ status: 'done', equal: true })
  })

  test('a child of a parent that counts none is found when all are looked at, and mended', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_products')
    const [deal] = await idsOf(world, 'products_count > 0')
    await world.db.query(`delete from pipedrive.deal_products where deal_id = ${deal}`)
    await world.db.query(`update pipedrive.deals set products_count = 0 where id = ${deal}`)
    await world.db.query(`delete from pipedrive_sync.parent_read where parent = '${deal}'`)
    const report = await verifyWorld(world, { streams, repair: true })
    expect(told(report)).toEqual([])
    const lines = told(report, 'mended')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(/^deal_products \d+ missing$/)
    expect(await verifyWorld(world, { streams })).toMatchObject({ equal: true })
  })

  test('a row of a parent that counts none is looked at whatever the sample', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_products')
    const [childless] = await idsOf(world, 'products_count = 0')
    await addLine(world, childless)
    let lines: readonly string[] = []
    const asked = await askedFor(world, async () => {
      lines = told(await verifyWorld(world, { streams, sample: 0 }))
    })
    expect(lines).toEqual(['deal_products 999999 surplus'])
    expect(asked).toEqual(new Set([childless]))
    const mended = await verifyWorld(world, { streams, sample: 0, repair: true, maxShare: 1 })
    expect(told(mended, 'mended')).toEqual(lines)
    expect(await verifyWorld(world, { streams })).toMatchObject({ equal: true })
  })

  test('a parent whose children went since they were read is not synced yet', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_products')
    const [deal] = await idsOf(world, 'products_count > 0')
    await world.db.query(`update pipedrive.deals set products_count = 0 where id = ${deal}`)
    const verdict = verdictOf(await verifyWorld(world, { streams, sample: 0 }), 'deal_products')
    expect(verdict).toMatchObject({ pending: 1, parents_read: 0, differences: [] })
  })
})

describe('a child', () => {
  test('that came after its parent was read is not synced yet, whether that one counted some or none', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_products')
    world.clock.advance(MINUTE)
    for (const where of ['products_count > 0', 'products_count = 0']) {
      const [deal] = await idsOf(world, where)
      world.emulator.company.deal_products.create({ deal_id: Number(deal), product_id: 1, quantity: 7 })
    }
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'deal_products')).toMatchObject({ status: 'done', pending: 2 })
  })

  test('that was read with a later pass is not taken as unsynced because the last sweep was before', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deal_products')
    await world.db.query(
      `insert into pipedrive_sync.stream_state (account, stream, partition, completed_at)
       select 'pipedrive', 'deal_products', 'live', timestamptz '2000-01-01'
       on conflict (account, stream, partition) do update set completed_at = excluded.completed_at`,
    )
    const [row] = await world.db.query<{ id: string }>(
      `update pipedrive.deal_products set name = 'Tampered' where id = (select min(id) from pipedrive.deal_products where ${LIVE}) returning id::text`,
    )
    expect(told(await verifyWorld(world, { streams }))).toEqual([`deal_products ${row?.id} different name`])
  })
})

test('a parent that has been deleted since the last sync keeps its stream from nothing', async () => {
  await using world = await openWorld()
  const streams = await fillOne(world, 'deal_participants')
  const [id = ''] = await idsOf(world, 'participants_count > 0')
  await world.db.query('update pipedrive.deals set _deleted_at = now() where id <> $1', [id])
  world.emulator.company.deals.delete(Number(id))
  expect(await verifyWorld(world, { streams })).toMatchObject({ streams: [{ status: 'done' }] })
})

test('what was found of the parents that the budget was enough for is told', async () => {
  await using world = await openWorld({ size: { deals: 140 } })
  const streams = await fillOne(world, 'deal_products')
  const parents = (await idsOf(world, 'true')).length
  expect(parents).toBeGreaterThan(110)
  await world.db.query('update pipedrive.deal_products set quantity = quantity + 1')
  const tokens = 2 + 10 + 10
  const report = await verifyWorld(world, { streams, allowance: { tokens } })
  expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET', equal: false, tokens })
  expect(verdictOf(report, 'deal_products')).toMatchObject({ parents_read: 100, parents })
  expect(told(report).length).toBeGreaterThan(5)
})
