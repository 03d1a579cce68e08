import { describe, expect, test } from 'vitest'
import type { RunReport } from '../../src/run-types.ts'
import { throughDoor } from '../../src/streams/door.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { bookmarkOf, countOf, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import {
  BACKFILL,
  checkpointEveryPage,
  inPagesOf,
  openWorld,
  streamNamed,
  type World,
} from '../support/world.ts'

const deals = streamNamed('deals')
const PROBABILITY = 'alter table pipedrive.deals drop column probability cascade'
const LABELS = 'drop table pipedrive.deal_labels'

/** A warehouse as an earlier release has left it, which lacked what the statements take away; views go with it. */
async function olderWarehouse(streams: readonly Stream[], ...statements: readonly string[]): Promise<World> {
  const world = await openWorld()
  await world.run({ streams })
  for (const statement of statements) await world.db.query(statement)
  return world
}

function warningOf(report: RunReport, name: string): string | undefined {
  return reportOf(report, name).warning
}

describe('what a release adds to tables that are filled', () => {
  test('is filled by the next pass, which reads all records again and says so', async () => {
    await using world = await olderWarehouse([deals], PROBABILITY, LABELS)
    const before = await bookmarkOf(world.db, 'deals')
    const report = await world.run({ streams: [deals] })
    expect(warningOf(report, 'deals')).toBe(
      'deals: column deals.probability, table deal_labels added; all records are read again to fill that, with about 2 requests.',
    )
    expect(await countOf(world.db, 'deals', 'probability is not null')).toBeGreaterThan(0)
    expect(await countOf(world.db, 'deal_labels')).toBeGreaterThan(5)
    await expectWarehouseEquals(world, { streams: ['deals'] })
    expect(await bookmarkOf(world.db, 'deals')).toBe(before)
    const [again] = (await world.run({ streams: [deals] })).streams
    expect(again).toMatchObject({ status: 'done', inserted: 0, updated: 0 })
    expect(again?.unchanged).toBeLessThan(10)
    expect(again?.warning).toBeUndefined()
  })

  test('may be a column of a table that is made of arrays', async () => {
    const persons = streamNamed('persons')
    await using world = await olderWarehouse(
      [persons],
      'alter table pipedrive.person_emails drop column label cascade',
    )
    expect(warningOf(await world.run({ streams: [persons] }), 'persons')).toMatch(
      /^persons: column person_emails\.label added;/,
    )
    expect(await countOf(world.db, 'person_emails', 'label is not null')).toBeGreaterThan(5)
    await expectWarehouseEquals(world, { streams: ['persons'] })
  })

  test('is filled from where it was when the reading is cut off', async () => {
    await using world = await olderWarehouse([deals], PROBABILITY)
    checkpointEveryPage(world)
    const streams = [inPagesOf(10, deals)]
    const spent: number[] = []
    for (let status = ''; status !== 'done' && spent.length < 20;) {
      const report = await world.run({ streams, allowance: { tokens: 45 } })
      status = report.status
      spent.push(report.tokens)
    }
    expect(spent.length).toBeGreaterThan(1)
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })

  test('is filled by what is read parent by parent too', async () => {
    const products = streamNamed('deal_products')
    const streams = [deals, products]
    await using world = await olderWarehouse(
      streams,
      'alter table pipedrive.deal_products drop column sum cascade',
    )
    const report = await world.run({ streams })
    expect(warningOf(report, 'deals')).toBeUndefined()
    expect(warningOf(report, 'deal_products')).toMatch(
      /^deal_products: column deal_products\.sum added; .* with about one request\.$/,
    )
    await expectWarehouseEquals(world, { streams: ['deal_products'] })
  })

  test('is filled by the pass that comes after a read through another door, or of a part', async () => {
    for (const request of [
      { streams: [throughDoor(deals, 'v1-collection')] },
      { streams: [deals], plan: { ...BACKFILL, since: Date.now() } },
    ]) {
      await using world = await olderWarehouse(
        [deals],
        'alter table pipedrive.deals drop column files_count cascade',
      )
      expect(warningOf(await world.run(request), 'deals')).toMatch(/^deals: column deals\.files_count added;/)
      expect(await countOf(world.db, 'deals', 'files_count is not null')).toBe(0)
      await world.run({ streams: [deals] })
      await expectWarehouseEquals(world, { streams: ['deals'] })
    }
  })

  test('needs no word where all is read in every run', async () => {
    const stages = streamNamed('stages')
    await using world = await olderWarehouse(
      [stages],
      'alter table pipedrive.stages drop column name cascade',
    )
    expect(warningOf(await world.run({ streams: [stages] }), 'stages')).toBeUndefined()
    await expectWarehouseEquals(world, { streams: ['stages'] })
  })
})

describe('nothing is read again', () => {
  test('for a column whose values have waited in _extra of every row, but where a row is older than they', async () => {
    const { expected_close_date: closes, ...columns } = deals.columns
    expect(closes).toBe('date')
    for (const [older, says] of [
      [0, undefined],
      [1, expect.stringMatching(/^deals: column deals\.expected_close_date added;/)],
    ] as const) {
      await using world = await openWorld()
      await world.run({ streams: [{ ...deals, columns }] })
      await world.db.query(
        `update pipedrive.deals set _synced_at = _synced_at - interval '1 day'
         where id in (select id from pipedrive.deals where _deleted_at is null limit $1)`,
        [older],
      )
      expect(warningOf(await world.run({ streams: [deals] }), 'deals')).toEqual(says)
      await expectWarehouseEquals(world, { streams: ['deals'] })
    }
  })

  test.each([
    ['for the column of a custom field', []],
    [
      'where the table is empty',
      ['delete from pipedrive.deals', 'delete from pipedrive.deal_labels', PROBABILITY, LABELS],
    ],
  ])('%s', async (_what, statements) => {
    await using world = await olderWarehouse([deals], ...statements)
    if (statements.length === 0) {
      const [custom] = await world.db.query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = 'pipedrive.deals'::regclass
         and attname like 'cf\\_%' and not attisdropped order by 1 limit 1`,
      )
      await world.db.query(`alter table pipedrive.deals drop column ${custom?.name ?? ''} cascade`)
    }
    const before = await bookmarkOf(world.db, 'deals')
    const report = await world.run({ streams: [deals] })
    expect(reportOf(report, 'deals').status).toBe('done')
    expect(reportOf(report, 'deals').unchanged + reportOf(report, 'deals').inserted).toBeLessThan(10)
    expect(warningOf(report, 'deals')).toBeUndefined()
    expect(await bookmarkOf(world.db, 'deals')).toBe(before)
    const added = await world.db.query(
      "select from pipedrive_sync.schema_changes where reason like 'new column%'",
    )
    expect(added.length).toBeGreaterThan(0)
  })
})
