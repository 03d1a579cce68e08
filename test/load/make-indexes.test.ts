import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { streams } from '../../src/streams/index.ts'
import { layoutStream } from '../../src/transform/layout.ts'
import { readerIndexes } from '../../src/transform/reader-indexes.ts'
import { only } from '../support/warehouse.ts'
import { BACKFILL, inPagesOf, openWorld, streamNamed, type World } from '../support/world.ts'

const deals = streamNamed('deals')
/** However small a table is. */
const INDEXED = { indexFrom: 0 }

const indexesOf = async ({ db }: World, table: string): Promise<readonly string[]> =>
  (
    await db.query<{ name: string }>(
      "select indexname as name from pg_indexes where schemaname = 'pipedrive' and tablename = $1 order by 1",
      [table],
    )
  ).map(({ name }) => name)

const named = (table: string, ...columns: readonly string[]) => columns.map((one) => `${table}_${one}_idx`)
const COLUMNS = ['org_id', 'person_id', 'source_lead_id', 'update_time'] as const
const DEALS = [...named('deals', ...COLUMNS), 'deals_pkey'].toSorted()

describe('the indexes for readers', () => {
  test('are of columns that there are, and have names that PostgreSQL does not cut', () => {
    const all = streams.flatMap((stream) => readerIndexes(stream, layoutStream(stream, [])))
    expect(all.length).toBeGreaterThan(50)
    expect(all.filter(({ name }) => Buffer.byteLength(name) > 63)).toEqual([])
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  })

  test.each(['pass', 'range'] as const)('are made when a %s has read all, and not before', async (mode) => {
    await using world = await openWorld()
    const plan = { ...BACKFILL, mode }
    const few = { ...INDEXED, streams: [inPagesOf(5, deals)], plan, batch: { batchRows: 1, batchMs: 0 } }
    expect((await world.run({ ...few, allowance: { tokens: 60 } })).status).toBe('deferred')
    expect(await indexesOf(world, 'deals')).toEqual(['deals_pkey'])
    expect(only(await world.run(few)).status).toBe('done')
    expect(await indexesOf(world, 'deals')).toEqual(DEALS)
    // A list of one table that names another, read parent by parent; and one that is made of an array.
    await world.run({ ...INDEXED, streams: [streamNamed('deal_participants')] })
    expect(await indexesOf(world, 'deal_participants')).toContain('deal_participants_deal_id_idx')
    await world.run({ ...INDEXED, streams: [streamNamed('activities')] })
    expect(await indexesOf(world, 'activity_participants')).toContain('activity_participants_person_id_idx')
  })

  test('are not made for a table that is read whole in a moment', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals] })
    expect(await indexesOf(world, 'deals')).toEqual(['deals_pkey'])
    const [{ size } = { size: 0 }] = await world.db.query<{ size: number }>(
      "select pg_relation_size('pipedrive.deals')::int as size",
    )
    await world.run({ streams: [deals], indexFrom: size + 1 })
    expect(await indexesOf(world, 'deals')).toEqual(['deals_pkey'])
    await world.run({ streams: [deals], indexFrom: size })
    expect(await indexesOf(world, 'deals')).toEqual(DEALS)
  })

  test('come back where one is missing, but not where the schema is to freeze', async () => {
    await using world = await openWorld()
    await world.run({ ...INDEXED, streams: [deals] })
    await world.db.query('drop index pipedrive.deals_org_id_idx')
    await world.run({ ...INDEXED, streams: [deals], contract: 'freeze' })
    expect(await indexesOf(world, 'deals')).not.toContain('deals_org_id_idx')
    await world.run({ ...INDEXED, streams: [deals] })
    expect(await indexesOf(world, 'deals')).toEqual(DEALS)
  })

  test('wait for nobody who writes to the table for long, and the run says so', async () => {
    await using world = await openWorld()
    const { db } = world
    await world.run({ ...INDEXED, streams: [deals] })
    await db.query('drop index pipedrive.deals_org_id_idx')
    const writer = new pg.Client({ connectionString: db.url })
    await writer.connect()
    await writer.query('begin; delete from pipedrive.deals where false')
    const report = only(await world.run({ ...INDEXED, streams: [deals] }))
    await writer.end()
    expect(report.status).toBe('done')
    expect(report.warning).toMatch(/^deals: indexes of deals could not be made: another session/)
    expect(await indexesOf(world, 'deals')).not.toContain('deals_org_id_idx')
  })
})
