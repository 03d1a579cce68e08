import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { countOf, only } from '../support/warehouse.ts'
import { BACKFILL, PASS, inPagesOf, openWorld, streamNamed } from '../support/world.ts'

const SECOND = 1000
const persons = inPagesOf(4, streamNamed('persons'))
const size = { persons: 480 }

test.each([
  ['alone', 0],
  ['of several', 7],
])('a walker %s is refused nothing where the limit is low', async (_what, walkers) => {
  const limits = { burst: 10, daily: 1_000_000 }
  await using world = await openWorld({ size, limits })
  world.tap.onAnswer = () => world.clock.advance(walkers > 0 ? 50 : 0)
  const began = world.clock.now()
  const report = await world.run({ streams: [persons], plan: BACKFILL, walkers })
  expect(report.status).toBe('done')
  // It had to wait for the limit, time and again.
  expect(report.requests).toBeGreaterThan(10 * limits.burst)
  expect(world.clock.now() - began).toBeGreaterThan(10 * SECOND)
  expect(world.emulator.limits.refused).toEqual({ burst: 0, daily: 0, banned: 0 })
})

test('no more than sixteen requests are in flight, however many walkers there are', async () => {
  await using world = await openWorld({ size })
  const held: (() => void)[] = []
  let most = 0
  world.tap.onAnswer = async () => {
    world.clock.advance(100)
    const { promise, resolve } = Promise.withResolvers<void>()
    most = Math.max(most, held.push(resolve))
    // Whoever else is on the way comes before anybody is let go.
    setTimeout(() => held.shift()?.(), 5)
    await promise
  }
  await world.run({ streams: [persons], plan: BACKFILL, walkers: 50 })
  expect(most).toBeGreaterThan(4)
  expect(most).toBeLessThanOrEqual(16)
})

/** Whoever reads or writes the table has to wait until `end`. */
async function holdTable(url: string, table: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin')
  await client.query(`lock table pipedrive.${table} in access exclusive mode`)
  return client
}

const IS_WAITED_FOR = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`

test('while the database takes nothing, pages are read ahead up to a bound', async () => {
  await using world = await openWorld({ size })
  const { db, tap, clock } = world
  const [pagesInBatch, walkers] = [5, 7]
  world.batch = { batchRows: 4 * pagesInBatch, batchMs: 1e9 }
  let holder: pg.Client | undefined
  tap.onAnswer = async ({ path }) => {
    clock.advance(100)
    if (path === '/api/v2/persons' && holder === undefined) holder = await holdTable(db.url, 'persons')
  }
  const run = world.run({ streams: [persons], plan: BACKFILL, walkers })
  await vi.waitFor(async () => expect(await db.query(IS_WAITED_FOR)).toHaveLength(1), 10_000)
  let before = -1
  await vi.waitFor(
    () => {
      const { length } = tap.asked
      const isStill = length === before
      before = length
      expect(isStill).toBe(true)
    },
    { interval: 200, timeout: 10_000 },
  )
  const asked = tap.asked.filter(({ path }) => path === '/api/v2/persons').length
  // One batch is being loaded, another is full, and each walker holds a page and has asked for the next one.
  expect(asked).toBeLessThanOrEqual(2 * pagesInBatch + 2 * (walkers + 1))
  await holder?.end()
  expect(only(await run).inserted).toBe(size.persons)
  expect(tap.asked.length).toBeGreaterThan(2 * asked)
})

test('a few that changed among many are read with a few requests', async () => {
  await using world = await openWorld({ size: { persons: 2000 } })
  const request = { streams: [inPagesOf(100, persons)] }
  await world.run({ ...request, plan: BACKFILL })
  world.clock.advance(3600 * SECOND)
  const changed = 200
  for (let id = 10; id <= 10 * changed; id += 10)
    world.emulator.company.persons.update(id, { name: `Changed ${id}` })
  const report = await world.run({ ...request, plan: PASS })
  expect(only(report)).toMatchObject({ status: 'done', updated: changed })
  expect(await countOf(world.db, 'persons', `name like 'Changed %'`)).toBe(changed)
  expect(report.requests).toBeLessThanOrEqual(12)
})
