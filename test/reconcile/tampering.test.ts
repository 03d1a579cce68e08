import { describe, expect, test } from 'vitest'
import { selectStreams, streams as registry } from '../../src/streams/index.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { openWorld, type World } from '../support/world.ts'
import { fillOne, told, verdictOf, verifyWorld } from './support.ts'

/** What is done to the warehouse, and how it is told; `$id` is the key of the row that it is done to. */
interface Tampering {
  readonly what: string
  readonly stream: string
  /** The row, where not any live one. */
  readonly where?: string
  readonly sql: readonly string[]
  readonly told: string
}

const tamperings: readonly Tampering[] = [
  {
    what: 'a row that is missing',
    stream: 'deals',
    sql: ['delete from pipedrive.deals where id = $id'],
    told: 'missing',
  },
  {
    what: 'an archived row that is missing',
    stream: 'leads',
    where: 'is_archived',
    sql: [`delete from pipedrive.leads where id = '$id'`],
    told: 'missing',
  },
  {
    what: 'a row that Pipedrive never had',
    stream: 'organizations',
    sql: [
      `insert into pipedrive.organizations (id, name, update_time) select 999999, name, update_time from pipedrive.organizations where id = $id`,
    ],
    told: 'surplus',
  },
  {
    what: 'a wrong value',
    stream: 'persons',
    sql: [`update pipedrive.persons set name = 'Tampered' where id = $id`],
    told: 'different name',
  },
  {
    what: 'a wrong value that seems to be newer',
    stream: 'products',
    sql: [
      `update pipedrive.products set name = 'Tampered', update_time = update_time + interval '1 day' where id = $id`,
    ],
    told: 'different name update_time',
  },
  {
    what: 'an older version',
    stream: 'activities',
    sql: [`update pipedrive.activities set update_time = update_time - interval '1 day' where id = $id`],
    told: 'different update_time',
  },
  {
    what: 'a counter that has moved',
    stream: 'deals',
    sql: ['update pipedrive.deals set activities_count = activities_count + 7 where id = $id'],
    told: 'counters activities_count',
  },
  {
    what: 'a wrong child row',
    stream: 'persons',
    where: 'id in (select person_id from pipedrive.person_emails)',
    sql: [`update pipedrive.person_emails set value = 'x@y.example' where person_id = $id and position = 0`],
    told: 'different person_emails',
  },
  {
    what: 'a child row too many',
    stream: 'persons',
    sql: [`insert into pipedrive.person_emails (person_id, position, value) values ($id, 90, 'x@y.example')`],
    told: 'different person_emails',
  },
  {
    what: 'a child row too few',
    stream: 'products',
    where: 'id in (select product_id from pipedrive.product_prices)',
    sql: ['delete from pipedrive.product_prices where product_id = $id and position = 0'],
    told: 'different product_prices',
  },
  {
    what: 'a tombstone that is missing',
    stream: 'deals',
    where: 'is_deleted',
    sql: ['update pipedrive.deals set _deleted_at = null where id = $id'],
    told: 'unmarked',
  },
  {
    what: 'a tombstone on what is there',
    stream: 'notes',
    sql: ['update pipedrive.notes set _deleted_at = now() where id = $id'],
    told: 'marked',
  },
  {
    what: 'a wrong value of a list that is always read whole',
    stream: 'stages',
    sql: [`update pipedrive.stages set name = 'Tampered' where id = $id`],
    told: 'different name',
  },
  {
    what: 'a wrong value of a list that cannot be read by id',
    stream: 'currencies',
    sql: [`update pipedrive.currencies set name = 'Tampered' where id = $id`],
    told: 'different name',
  },
  {
    what: 'a row that is missing of what is read parent by parent',
    stream: 'deal_products',
    sql: ['delete from pipedrive.deal_products where id = $id'],
    told: 'missing',
  },
  {
    what: 'a row that Pipedrive never had, of what is read parent by parent',
    stream: 'deal_products',
    sql: [
      'insert into pipedrive.deal_products (id, deal_id) select 999999, deal_id from pipedrive.deal_products where id = $id',
    ],
    told: 'surplus',
  },
  {
    what: 'a child that seems to be newer, beside others of its parent',
    stream: 'deal_products',
    where: `_deleted_at is null and deal_id in
      (select deal_id from pipedrive.deal_products where _deleted_at is null group by 1 having count(*) > 1)`,
    sql: [
      `update pipedrive.deal_products set name = 'Tampered', update_time = update_time + interval '1 day' where id = $id`,
    ],
    told: 'different name update_time',
  },
  {
    what: 'a wrong tombstone in what hangs on two parents',
    stream: 'organization_relationships',
    sql: ['update pipedrive.organization_relationships set _deleted_at = now() where id = $id'],
    told: 'marked',
  },
  {
    what: 'a row that has moved to another parent',
    stream: 'deal_products',
    sql: [
      'update pipedrive.deal_products set deal_id = (select max(id) from pipedrive.deals) where id = $id',
    ],
    told: 'different deal_id',
  },
  {
    what: 'a wrong tombstone in what has a key of several columns',
    stream: 'deal_followers',
    sql: ['update pipedrive.deal_followers set _deleted_at = now() where deal_id = $id'],
    told: 'marked',
  },
]

async function victim({ db }: World, stream: string, where: string): Promise<string> {
  const [key = ''] = registry.find(({ name }) => name === stream)?.key ?? []
  const [row] = await db.query<{ key: string }>(
    `select ${key}::text as key from pipedrive.${stream} where ${where} order by 1 limit 1`,
  )
  if (row === undefined) throw new Error(`No ${stream} where ${where}`)
  return row.key
}

/** xmin of every row of a stream but those of some keys. */
async function others({ db }: World, stream: string, key: string) {
  const [column = ''] = registry.find(({ name }) => name === stream)?.key ?? []
  return db.query(
    `select ${column}, xmin::text from pipedrive.${stream} where ${column}::text not in ($1, '999999') order by ctid`,
    [key],
  )
}

describe('what was changed in the warehouse behind its back', () => {
  test.each(tamperings)('$what is found, named and mended, and nothing else is touched', async (each) => {
    await using world = await openWorld()
    const streams = await fillOne(world, each.stream)
    const key = await victim(world, each.stream, each.where ?? '_deleted_at is null')
    const before = await others(world, each.stream, key)
    expect(before.length).toBeGreaterThan(0)
    for (const sql of each.sql) await world.db.query(sql.replaceAll('$id', key))

    const found = await verifyWorld(world, { streams })
    expect(found).toMatchObject({ status: 'done', equal: false })
    const lines = told(found)
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(new RegExp(`^${each.stream} .*${each.told}$`))
    expect(lines.join('\n')).toContain(each.told === 'surplus' ? '999999' : key)
    expect(await others(world, each.stream, key)).toEqual(before)

    const mended = await verifyWorld(world, { streams, repair: true, maxShare: 1 })
    expect(told(mended)).toEqual([])
    expect(told(mended, 'mended')).toEqual(lines)
    expect(mended).toMatchObject({ status: 'done', equal: true })
    expect(await verifyWorld(world, { streams })).toMatchObject({ equal: true })
    expect(await others(world, each.stream, key)).toEqual(before)
    await expectWarehouseEquals(world, { streams: [each.stream] })
  })

  test('a wrong custom field of every type is found and mended', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deals')
    const columns = await world.db.query<{ name: string; type: string }>(
      `select column_name as name, data_type as type from information_schema.columns
       where table_schema = 'pipedrive' and table_name = 'deals' and column_name like 'cf\\_%' order by 1`,
    )
    expect(columns.length).toBeGreaterThan(16)
    const tampered: string[] = []
    for (const { name } of columns) {
      const [row] = await world.db.query<{ id: string }>(
        `update pipedrive.deals set ${name} = null where id =
         (select id from pipedrive.deals where ${name} is not null and _deleted_at is null order by id limit 1)
         returning id`,
      )
      if (row !== undefined) tampered.push(`${row.id} ${name}`)
    }
    expect(tampered.length).toBeGreaterThan(16)
    const found = verdictOf(await verifyWorld(world, { streams }), 'deals')
    const named = found.differences.flatMap(({ key, kind, columns: of }) => {
      expect(kind).toBe('different')
      return of.map((name) => `${key} ${name}`)
    })
    expect(named.toSorted()).toEqual(tampered.toSorted())
    expect(await verifyWorld(world, { streams, repair: true })).toMatchObject({ equal: true })
    await expectWarehouseEquals(world, { streams: ['deals'] })
  })

  test('a repair tells of the columns that it could not make, as a sync does', async () => {
    await using world = await openWorld({ size: { customFields: 0 } })
    const streams = await fillOne(world, 'deals')
    world.emulator.company.fields.add('deals', 'Size', 'varchar')
    const spoil = () => world.db.query(`update pipedrive.deals set title = 'spoilt' where id = 1`)
    await spoil()
    const frozen = await verifyWorld(world, { streams, repair: true, contract: 'freeze' })
    const said = 'deals: cf_size could not be made: the schema contract is to freeze; '
    expect(verdictOf(frozen, 'deals').warning).toContain(said)
    expect(world.warnings).toEqual([expect.stringContaining(said)])
    await spoil()
    const evolved = await verifyWorld(world, { streams, repair: true })
    expect(verdictOf(evolved, 'deals')).toMatchObject({ warning: null, mended: [{ kind: 'different' }] })
    expect(world.warnings).toHaveLength(1)
  })

  test('the totals of deals show it too, group by group', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deals')
    const before = verdictOf(await verifyWorld(world, { streams }), 'deals').totals
    expect(before.filter(({ equal }) => !equal)).toEqual([])
    const [deal] = await world.db.query<{ id: string; currency: string; status: string }>(
      `update pipedrive.deals set value = coalesce(value, 0) + 0.01 where id =
       (select min(id) from pipedrive.deals where status = 'won' and _deleted_at is null and not is_archived)
       returning id, currency, status`,
    )
    const report = await verifyWorld(world, { streams, sample: 0 })
    expect(told(report)).toEqual([])
    const lines = verdictOf(report, 'deals').totals.filter(({ equal }) => !equal)
    expect(lines).toEqual([expect.objectContaining({ by: deal?.status, group: deal?.currency })])
    expect((lines[0]?.sum_here ?? 0) - (lines[0]?.sum_there ?? 0)).toBeCloseTo(0.01)
    expect(report).toMatchObject({ status: 'done', equal: false })
  })

  test('more than may go at once is refused, and nothing of it is marked as deleted', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'organizations')
    await world.db.query(
      `insert into pipedrive.organizations (id, name) select n, 'Nobody' from generate_series(90001, 90009) as n`,
    )
    const report = await verifyWorld(world, { streams, repair: true })
    expect(report).toMatchObject({ status: 'partial', equal: false })
    expect(verdictOf(report, 'organizations')).toMatchObject({ status: 'failed', mended: [] })
    expect(verdictOf(report, 'organizations').error).toMatch(/--max-share/)
    expect(told(report)).toHaveLength(9)
    expect(
      await world.db.query(
        "select from pipedrive.organizations where name = 'Nobody' and _deleted_at is not null",
      ),
    ).toEqual([])
  })

  test('the sample is as large as it is asked for, the same for the same seed, another for another', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'persons')
    const asked = async (seed: string): Promise<string | null | undefined> => {
      await verifyWorld(world, { streams, sample: 3, seed })
      return world.tap.asked.findLast(({ query }) => query.has('ids'))?.query.get('ids')
    }
    const [first, again, other] = [await asked('one'), await asked('one'), await asked('two')]
    expect(first?.split(',')).toHaveLength(3)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test("of what Pipedrive shows of the token's user only, the rows of others are left alone", async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'user_settings')
    const [one] = await world.db.query<{ user: string }>(
      'select min(user_id)::text as user from pipedrive.user_settings',
    )
    const add = (user: string) =>
      world.db.query(`insert into pipedrive.user_settings (user_id, name) values (${user}, 'tampered')`)
    await add('987654321')
    expect(await verifyWorld(world, { streams })).toMatchObject({ status: 'done', equal: true })
    await add(one?.user ?? '')
    const report = await verifyWorld(world, { streams, repair: true, maxShare: 1 })
    expect(told(report, 'mended')).toEqual([`user_settings [${one?.user}, "tampered"] surplus`])
    expect(report).toMatchObject({ status: 'done', equal: true })
    const marked = await world.db.query(
      'select user_id from pipedrive.user_settings where _deleted_at is not null',
    )
    expect(marked).toEqual([{ user_id: one?.user }])
  })

  test('a stream that was never read is told of as such', async () => {
    await using world = await openWorld()
    await world.run({ streams: selectStreams(['users']) })
    const report = await verifyWorld(world, { streams: selectStreams(['users', 'deals']) })
    expect(verdictOf(report, 'users')).toMatchObject({ status: 'done' })
    expect(verdictOf(report, 'deals')).toMatchObject({ status: 'skipped', unread: true })
    expect(report).toMatchObject({ status: 'partial', equal: false })
  })
})
