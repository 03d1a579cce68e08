import { expect, test } from 'vitest'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { bookmarkOf, countOf, only } from '../support/warehouse.ts'
import { BACKFILL, PASS, inPagesOf, openWorld, streamNamed, type World } from '../support/world.ts'

const PERSONS = '/api/v2/persons'
const SECOND = 1000
const small = inPagesOf(4, streamNamed('persons'))
const request = { streams: [small], walkers: 7 }
const size = { persons: 200 }
/** Loading is no work to speak of: the pages are what is waited for. */
const EVERY_FEW_PAGES = { batchRows: 40, batchMs: 1e9 }

/** Answers take long: while one is waited for, others can be. */
function slowly({ tap, clock }: World): void {
  tap.onAnswer = () => clock.advance(100)
}

interface Walker {
  readonly since: string | null
  readonly until: string | null
}

/** What was asked for from the start, a walker each; `from`: requests before it do not count. */
function walkersOf({ tap }: World, from = 0): Walker[] {
  return tap.asked
    .slice(from)
    .filter(({ path, query }) => path === PERSONS && query.get('cursor') === null)
    .map(({ query }) => ({ since: query.get('updated_since'), until: query.get('updated_until') }))
}

async function partsOf({
  db,
}: World): Promise<{ since: number; until: number; closed: boolean; bookmark: Date | null }[]> {
  return db.query(
    `select extract(epoch from since)::float8 as since, extract(epoch from until)::float8 as until, bookmark,
            closed_at is not null as closed
     from pipedrive_sync.sync_window where stream = 'persons' order by since`,
  )
}

test('a backfill whose answers are waited for is read by several walkers, each its own part, and ends equal', async () => {
  await using world = await openWorld({ size })
  slowly(world)
  const report = only(await world.run({ ...request, plan: BACKFILL }))
  const all = await countOf(world.db, 'persons')
  expect(report).toMatchObject({ status: 'done', inserted: all, updated: 0, unchanged: 0, stale: 0 })
  const walkers = walkersOf(world)
  expect(walkers.length).toBeGreaterThan(4)
  expect(new Set(walkers.map(({ since }) => since)).size).toBe(walkers.length)
  // Each walker costs a page or two that another reads as well.
  const pages = world.tap.asked.filter(({ path }) => path === PERSONS).length
  expect(pages).toBeLessThanOrEqual(all / 4 + 2 * walkers.length)
  await expectWarehouseEquals(world, { streams: ['persons'] })
})

test('one walker reads it where the others are busy, or nothing is waited for', async () => {
  await using world = await openWorld({ size })
  await world.run({ ...request, plan: BACKFILL, walkers: 0 })
  slowly(world)
  expect(walkersOf(world)).toHaveLength(1)
  const from = world.tap.asked.length
  await world.run({ ...request, plan: { ...BACKFILL, until: world.clock.now() + SECOND }, walkers: 0 })
  expect(walkersOf(world, from)).toHaveLength(1)
})

test('where the budget does not reach for all of it one walker goes on, day after day', async () => {
  await using world = await openWorld({ size })
  slowly(world)
  for (let day = 0; day < 3; day++) {
    const from = world.tap.asked.length
    const report = await world.run({ ...request, plan: BACKFILL, allowance: { tokens: 100 } })
    expect(report.status).toBe('deferred')
    expect(walkersOf(world, from)).toHaveLength(1)
  }
})

test('a backfill that was cut off goes on with each part where that was', async () => {
  await using world = await openWorld({ size })
  slowly(world)
  world.batch = EVERY_FEW_PAGES
  world.emulator.faults.add({ kind: 'status', status: 400, match: `${PERSONS}?`, after: 25, times: 1 })
  expect(only(await world.run({ ...request, plan: BACKFILL })).status).toBe('failed')
  const parts = await partsOf(world)
  expect(parts.length).toBeGreaterThan(4)
  for (const [index, { since }] of parts.slice(1).entries()) expect(since).toBe(parts[index]?.until)
  expect([parts[0]?.since, parts.at(-1)?.until]).toEqual([-Infinity, Infinity])
  const open = parts.filter(({ closed }) => !closed)
  expect(open.some(({ bookmark }) => bookmark !== null)).toBe(true)
  const low = parts.find(({ closed }) => !closed)?.bookmark?.getTime()
  expect(await bookmarkOf(world.db, 'persons')).toBe(low)
  const held = await countOf(world.db, 'persons')
  const from = world.tap.asked.length
  expect(only(await world.run({ ...request, plan: BACKFILL })).status).toBe('done')
  const asked = new Set(walkersOf(world, from).map(({ since }) => Date.parse(since ?? '') / SECOND))
  for (const { since, bookmark } of open) {
    const reached = bookmark === null ? -Infinity : bookmark.getTime() / SECOND - 300
    expect(asked).toContain(Math.max(since, reached))
  }
  const pages = world.tap.asked.slice(from).filter(({ path }) => path === PERSONS).length
  const all = await countOf(world.db, 'persons')
  expect(pages).toBeLessThan((all - held) / 4 + 3 * walkersOf(world, from).length)
  await expectWarehouseEquals(world, { streams: ['persons'] })
})

test('a first pass is read so too, goes on so, and leaves nothing behind but its bookmark', async () => {
  await using world = await openWorld({ size })
  slowly(world)
  world.batch = EVERY_FEW_PAGES
  world.emulator.faults.add({ kind: 'status', status: 400, match: `${PERSONS}?`, after: 25, times: 1 })
  expect(only(await world.run({ ...request, plan: PASS })).status).toBe('failed')
  expect((await partsOf(world)).length).toBeGreaterThan(4)
  expect(only(await world.run({ ...request, plan: PASS })).status).toBe('done')
  expect(await partsOf(world)).toEqual([])
  const [latest] = await world.db.query<{ at: Date }>('select max(update_time) as at from pipedrive.persons')
  expect(await bookmarkOf(world.db, 'persons')).toBe(latest?.at.getTime())
  const from = world.tap.asked.length
  await world.run({ ...request, plan: PASS })
  expect(walkersOf(world, from)).toHaveLength(1)
  await expectWarehouseEquals(world, { streams: ['persons'] })
})

/** The index of the first request to this path, and of the last. */
function placesOf({ tap }: World, path: string): [number, number] {
  const paths = tap.asked.map((asked) => asked.path)
  return [paths.indexOf(path), paths.lastIndexOf(path)]
}

const ARCHIVED = '/api/v2/deals/archived'
const DEALS = '/api/v2/deals'
const deals = { streams: [inPagesOf(4, streamNamed('deals'))], walkers: 7, plan: BACKFILL }

test('the next list is begun while the last walkers of the one before are on their way, and ends equal', async () => {
  await using world = await openWorld({ size: { deals: 120 } })
  slowly(world)
  expect(only(await world.run(deals)).status).toBe('done')
  expect(placesOf(world, ARCHIVED)[0]).toBeLessThan(placesOf(world, DEALS)[1])
  await expectWarehouseEquals(world, { streams: ['deals'] })
})

test('with few tokens left no list is begun before the one before has ended', async () => {
  await using world = await openWorld({ size: { deals: 120 } })
  slowly(world)
  expect(only(await world.run({ ...deals, allowance: { tokens: 900 } })).status).toBe('done')
  expect(placesOf(world, ARCHIVED)[0]).toBeGreaterThan(placesOf(world, DEALS)[1])
})

test('a list that is begun early and refused takes nothing from the one before', async () => {
  await using world = await openWorld({ size: { deals: 120 } })
  slowly(world)
  world.emulator.faults.add({ kind: 'status', status: 400, match: `${ARCHIVED}?` })
  expect(only(await world.run(deals)).status).toBe('failed')
  expect(placesOf(world, ARCHIVED)[0]).toBeLessThan(placesOf(world, DEALS)[1])
  const live = world.emulator.company.list('deals').filter((deal) => deal['is_archived'] !== true)
  expect(await countOf(world.db, 'deals')).toBe(live.length)
  world.emulator.faults.clear()
  const from = world.tap.asked.length
  expect(only(await world.run(deals)).status).toBe('done')
  expect(world.tap.asked.slice(from).map(({ path }) => path)).not.toContain(DEALS)
  await expectWarehouseEquals(world, { streams: ['deals'] })
})

test('a run that is stopped keeps what each walker has brought', async () => {
  await using world = await openWorld({ size })
  const { clock, tap } = world
  world.batch = EVERY_FEW_PAGES
  const stop = new AbortController()
  let pages = 0
  tap.onAnswer = ({ path }) => {
    clock.advance(100)
    if (path === PERSONS && ++pages === 25) stop.abort(new Error('enough'))
  }
  await expect(world.run({ ...request, plan: BACKFILL }, stop.signal)).rejects.toThrow('enough')
  expect((await partsOf(world)).length).toBeGreaterThan(4)
  slowly(world)
  expect(only(await world.run({ ...request, plan: BACKFILL })).status).toBe('done')
  await expectWarehouseEquals(world, { streams: ['persons'] })
})

test('an order that breaks under several walkers loses nothing, and what comes next neither', async () => {
  await using world = await openWorld({ size })
  slowly(world)
  world.emulator.faults.add({ kind: 'unsorted-page', match: `${PERSONS}?`, after: 8, times: 2 })
  expect(only(await world.run({ ...request, plan: BACKFILL })).status).toBe('done')
  await expectWarehouseEquals(world, { streams: ['persons'] })
  const [latest] = await world.db.query<{ at: Date }>('select max(update_time) as at from pipedrive.persons')
  expect(await bookmarkOf(world.db, 'persons')).toBe(latest?.at.getTime())
})

test('a backfill up to a time, of a list that cannot be asked to end there, leaves no gap for the pass behind it', async () => {
  await using world = await openWorld()
  const products = inPagesOf(4, streamNamed('products'))
  const times = world.emulator.company
    .list('products')
    .map((product) => Date.parse((product['update_time'] as string).replace(' ', 'T').replace(/Z?$/, 'Z')))
    .toSorted((one, other) => one - other)
  const until = times[5] ?? 0
  await world.run({ streams: [products], plan: { ...BACKFILL, until } })
  expect(await bookmarkOf(world.db, 'products')).toBeLessThan(until)
  await world.run({ streams: [products], plan: PASS })
  await expectWarehouseEquals(world, { streams: ['products'] })
})
