import { describe, expect, test } from 'vitest'
import type { EmulatorOptions, EntityName } from '../../emulator/index.ts'
import { throughDoor } from '../../src/streams/door.ts'
import type { Stream } from '../../src/streams/stream.ts'
import type { TestDatabase } from '../support/database.ts'
import { bookmarkOf, countOf, only } from '../support/warehouse.ts'
import {
  BACKFILL,
  SWEEP,
  checkpointEveryPage,
  inPagesOf,
  openWorld,
  streamNamed,
  type World,
} from '../support/world.ts'

const names = ['deals', 'persons', 'organizations', 'activities'] as const
type Row = Readonly<Record<string, unknown>>

const door = (name: string): Stream => throughDoor(streamNamed(name), 'v1-collection')

/** Columns of a stream, and of its custom fields, that the door may leave as they are. */
function silent(name: string, column: string): boolean {
  const spec = door(name).columns[column]
  if (spec === undefined) return column.endsWith('_timezone')
  return typeof spec === 'object' && spec.nulls === 'stay'
}

const OWN = new Set(['_synced_at', '_extra'])

async function rowsOf(db: TestDatabase, table: string, order = 'id'): Promise<Row[]> {
  const rows = await db.query<{ row: Row }>(
    `select to_jsonb(t) as row from pipedrive.${table} t order by ${order}`,
  )
  return rows.map(({ row }) => row)
}

function without(row: Row, dropped: (column: string) => boolean): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !OWN.has(column) && !dropped(column)))
}

async function childRows(db: TestDatabase, table: string, parent: string): Promise<Row[]> {
  const rows = await rowsOf(db, table, `${parent}, position`)
  return rows.map((row) => without(row, () => false))
}

/** The rows of every table of a stream, and what marks each version of them. */
async function versions({ db }: World, name: string): Promise<unknown[]> {
  const tables = [name, ...(streamNamed(name).exploded ?? []).map(({ table }) => table)]
  const rows = tables.map((table) =>
    db.query(
      `select '${table}' as table_name, xmin::text, to_jsonb(t) as row from pipedrive.${table} t order by ctid`,
    ),
  )
  return (await Promise.all(rows)).flat()
}

/** Tables and columns as PostgreSQL describes them. */
function shapeOf(db: TestDatabase): Promise<Row[]> {
  return db.query(
    `select relname, attname, atttypid::regtype::text as type, col_description(attrelid, attnum) as comment
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = 'pipedrive'::regnamespace and attnum > 0 order by relname, attnum`,
  )
}

const ARCHIVED_TOO = { archivedInCollection: true } as const

/** One company, read through v2 into one warehouse and through the door into another. */
async function readBothWays(name: string, options: EmulatorOptions): Promise<{ v2: World; v1: World }> {
  const [v2, v1] = [await openWorld(options), await openWorld({ size: { deals: 1 } })]
  const { company, token } = v2.emulator
  company.persons.set(2, { emails: [], phones: [] })
  company.persons.set(3, { label_ids: [12, 11] })
  company.deals.set(2, { label_ids: [11, 12], is_archived: true, is_deleted: false })
  company.deals.delete(3)
  company.activities.set(4, {
    participants: [{ person_id: 3, primary: true }],
    location: { value: 'Mustamäe tee 3, Tallinn', country: 'Estonia', locality: 'Tallinn' },
  })
  const { signal } = new AbortController()
  const source = { baseUrl: v2.emulator.url, token }
  expect((await v2.run({ streams: [streamNamed(name)], plan: BACKFILL })).status).toBe('done')
  expect((await v1.run({ streams: [door(name)], plan: BACKFILL }, signal, source)).status).toBe('done')
  return { v2, v1 }
}

describe.each(names)('%s through the v1 collection', (name) => {
  test('ends as v2 does in every column that v1 gives, and empty in the others', async () => {
    const { v2, v1 } = await readBothWays(name, { switches: ARCHIVED_TOO })
    await using _v2 = v2
    await using _v1 = v1
    const [said, held] = [await rowsOf(v2.db, name), await rowsOf(v1.db, name)]
    expect(said.length).toBeGreaterThan(5)
    expect(await shapeOf(v1.db)).toEqual(await shapeOf(v2.db))
    const given = (row: Row): Row => without(row, (column) => silent(name, column))
    expect(held.map(given)).toEqual(said.map(given))
    for (const row of held)
      for (const column of Object.keys(row).filter((each) => silent(name, each)))
        expect([column, row[column]]).toEqual([column, null])
    for (const { table, parent, nulls } of door(name).exploded ?? []) {
      const rows = await childRows(v2.db, table, parent)
      expect(await childRows(v1.db, table, parent)).toEqual(nulls === 'stay' ? [] : rows)
    }
  })

  test('ends as v2 does in every column that v2 gives unasked where v1 sends more than is documented', async () => {
    const { v2, v1 } = await readBothWays(name, { switches: { ...ARCHIVED_TOO, collectionKeys: 'all' } })
    await using _v2 = v2
    await using _v1 = v1
    const asked = streamNamed(name).partitions[0]?.params?.['include_fields']?.split(',') ?? []
    const compared = (row: Row): Row =>
      without(row, (column) => asked.includes(column) || column.endsWith('_timezone'))
    expect((await rowsOf(v1.db, name)).map(compared)).toEqual((await rowsOf(v2.db, name)).map(compared))
    expect(await countOf(v1.db, name, "_extra - '{source_timezone,update_user_id}'::text[] <> '{}'")).toBe(0)
    for (const { table, parent } of door(name).exploded ?? [])
      expect(await childRows(v1.db, table, parent)).toEqual(await childRows(v2.db, table, parent))
  })

  test('leaves what v1 does not give as it is, and writes nothing when nothing is new', async () => {
    await using world = await openWorld({ switches: ARCHIVED_TOO })
    await world.run({ streams: [streamNamed(name)], plan: BACKFILL })
    const children = (): Promise<Row[][]> =>
      Promise.all(
        (streamNamed(name).exploded ?? []).map(({ table, parent }) => childRows(world.db, table, parent)),
      )
    const [before, lists] = [await rowsOf(world.db, name), await children()]
    const first = only(await world.run({ streams: [door(name)] }))
    // Activities have two keys of which v2 knows nothing.
    expect(first).toMatchObject({ inserted: 0, updated: name === 'activities' ? before.length : 0 })
    const bare = (row: Row): Row => without(row, () => false)
    expect((await rowsOf(world.db, name)).map(bare)).toEqual(before.map(bare))
    expect(await children()).toEqual(lists)
    const held = await versions(world, name)
    expect(only(await world.run({ streams: [door(name)], plan: SWEEP }))).toMatchObject({
      ...{ inserted: 0, updated: 0, tombstoned: 0 },
    })
    expect(await versions(world, name)).toEqual(held)
  })

  test('says who may read it where it is refused', async () => {
    await using world = await openWorld({ switches: { admin: false } })
    const report = await world.run({ streams: [door(name)] })
    expect(report.status).toBe('partial')
    expect(only(report)).toMatchObject({ status: 'skipped' })
    expect(only(report).error).toContain('Only global admins can read these endpoints.')
  })

  test.each(['from', 'after'] as const)('reads all of a range (since: %s)', async (collectionSince) => {
    await using world = await openWorld({ switches: { collectionSince } })
    const moments = world.emulator.company
      .list(name)
      .filter((each) => !each['is_deleted'] && !each['is_archived'])
      .map((each) => Date.parse(each['update_time'] as string))
      .toSorted((one, other) => one - other)
    const [since = 0, until = 0] = [moments[3], moments.at(-3)]
    await world.run({ streams: [door(name)], plan: { mode: 'range', since, until } })
    const where = `update_time >= to_timestamp(${since / 1000}) and update_time < to_timestamp(${until / 1000})`
    expect(await countOf(world.db, name, `${where} and not is_deleted`)).toBe(
      moments.filter((moment) => moment >= since && moment < until).length,
    )
  })

  test.each(['from', 'after'] as const)(
    'reads on from its own bookmark (since: %s)',
    async (collectionSince) => {
      await using world = await openWorld({ switches: { collectionSince } })
      const request = { streams: [door(name)] }
      const { length } = await readAll(world, request)
      world.clock.advance(3_600_000)
      const title = streamNamed(name).columns['title'] ? 'title' : name === 'activities' ? 'subject' : 'name'
      const changed = world.emulator.company[name].update(liveId(world, name), { [title]: 'Changed' })
      const report = only(await world.run(request))
      expect(report).toMatchObject({ inserted: 0, updated: 1 })
      expect(report.unchanged).toBeLessThan(length / 2)
      expect(await countOf(world.db, name, `${title} = 'Changed'`)).toBe(1)
      expect(await bookmarkOf(world.db, name, 'collection')).toBe(
        Date.parse(changed['update_time'] as string),
      )
      expect(await bookmarkOf(world.db, name, 'live')).toBeNull()
    },
  )
})

test('every type of custom field is read through the door', async () => {
  await using world = await openWorld({ size: { deals: 200 } })
  await world.run({ streams: [door('deals')] })
  const fields = await world.db.query<{ name: string; type: string }>(
    "select column_name as name, field_type as type from pipedrive.fields where entity = 'deals' and is_custom",
  )
  const filled = await Promise.all(
    fields.map(async ({ name, type }) => {
      return (await countOf(world.db, 'deals', `${name} is not null`)) > 0 ? type : `${type}: nothing`
    }),
  )
  expect(filled.toSorted()).toEqual([
    ...['address', 'date', 'daterange', 'double', 'enum', 'monetary', 'org', 'people', 'phone', 'set'],
    ...['text', 'time', 'timerange', 'user', 'varchar', 'varchar_auto'],
  ])
})

describe('what is deleted', () => {
  test('is seen where v1 says so', async () => {
    await using world = await openWorld({ switches: { deletedInLists: true } })
    const { company } = world.emulator
    const streams = [door('deals'), door('persons')]
    await world.run({ streams })
    const [deal, person] = [liveId(world, 'deals'), liveId(world, 'persons')]
    company.deals.delete(deal)
    company.persons.delete(person)
    const report = await world.run({ streams })
    expect(report.streams.map(({ tombstoned }) => tombstoned)).toEqual([1, 1])
    for (const [table, id] of [
      ['deals', deal],
      ['persons', person],
    ] as const)
      expect(await countOf(world.db, table, `id = ${id} and is_deleted and _deleted_at = update_time`)).toBe(
        1,
      )
  })

  test.each(names)('is never concluded from what a sweep of %s does not show', async (name) => {
    await using world = await openWorld()
    const live = (): Promise<number> => countOf(world.db, name, '_deleted_at is null')
    await world.run({ streams: [streamNamed(name)], plan: BACKFILL })
    const held = await live()
    world.emulator.company[name].delete(liveId(world, name))
    world.clock.advance(31 * 86_400_000)
    const report = only(await world.run({ streams: [door(name)], plan: SWEEP, maxShare: 1 }))
    expect(report).toMatchObject({ status: 'done', tombstoned: 0 })
    expect(report.warning).toMatch(/was not taken as deleted; sync --sweep --api v2 finds that/)
    expect(await live()).toBe(held)
  })
})

describe('a list without an order', () => {
  test('moves no bookmark before its end', async () => {
    await using world = await openWorld()
    checkpointEveryPage(world)
    let pages = 0
    world.tap.onAnswer = ({ path }) =>
      path === '/v1/persons/collection' && ++pages > 2
        ? { status: 400, headers: { 'content-type': 'application/json' }, body: '{}' }
        : undefined
    const streams = [inPagesOf(1, door('persons'))]
    expect(only(await world.run({ streams })).status).toBe('failed')
    expect(await countOf(world.db, 'persons')).toBeGreaterThan(0)
    expect(await bookmarkOf(world.db, 'persons', 'collection')).toBeNull()
  })

  test('is read again from where it began, for what changed behind the walk', async () => {
    await using world = await openWorld()
    const { persons } = world.emulator.company
    const ids = persons
      .list()
      .filter((row) => row['is_deleted'] !== true)
      .map((row) => row['id'] as number)
    const [first = 0, last = 0] = [ids[0], ids.at(-1)]
    let pages = 0
    world.tap.onAnswer = ({ path }) => {
      if (path !== '/v1/persons/collection' || ++pages !== 1) return
      persons.update(first, { name: 'Behind' })
      world.clock.advance(3_600_000)
      persons.update(last, { name: 'Ahead' })
    }
    const streams = [inPagesOf(5, door('persons'))]
    await world.run({ streams })
    expect(await countOf(world.db, 'persons', "name in ('Behind', 'Ahead')")).toBe(1)
    await world.run({ streams })
    expect(await countOf(world.db, 'persons', "name in ('Behind', 'Ahead')")).toBe(2)
  })
})

/** Changes every record on its way. */
function alter(world: World, path: string, change: (record: Record<string, unknown>) => void): void {
  world.tap.onAnswer = (asked, answer) => {
    if (asked.path !== path) return
    const body = JSON.parse(answer.body) as { data: Record<string, unknown>[] }
    body.data.forEach(change)
    return { ...answer, body: JSON.stringify(body) }
  }
}

test('what only v2 sent stays in _extra, and what only v1 sent is added to it', async () => {
  await using world = await openWorld()
  alter(world, '/api/v2/persons', (record) => (record['new_in_v2'] = 1))
  await world.run({ streams: [streamNamed('persons')] })
  const extra = (): Promise<number> => countOf(world.db, 'persons', `_extra = '{"new_in_v2": 1}'`)
  const held = await extra()
  expect(held).toBeGreaterThan(0)
  alter(world, '/v1/persons/collection', () => undefined)
  expect(only(await world.run({ streams: [door('persons')] }))).toMatchObject({ updated: 0 })
  expect(await extra()).toBe(held)
  alter(world, '/v1/persons/collection', (record) => (record['old_in_v1'] = 2))
  await world.run({ streams: [door('persons')], plan: SWEEP })
  expect(await countOf(world.db, 'persons', `_extra = '{"new_in_v2": 1, "old_in_v1": 2}'`)).toBe(held)
})

test('a first label stands for the labels where there is no list of them', async () => {
  await using world = await openWorld()
  alter(world, '/v1/persons/collection', (record) => {
    delete record['label_ids']
    record['label'] = record['id'] === 1 ? 12 : null
  })
  await world.run({ streams: [door('persons')] })
  expect(await countOf(world.db, 'persons', "id = 1 and label_ids = '{12}'")).toBe(1)
  expect(await countOf(world.db, 'persons', "id <> 1 and label_ids = '{}'")).toBeGreaterThan(5)
})

async function readAll(world: World, request: { streams: Stream[] }): Promise<Row[]> {
  await world.run(request)
  return rowsOf(world.db, request.streams[0]?.name ?? '')
}

function liveId({ emulator }: World, name: EntityName): number {
  const row = emulator.company.list(name).find((each) => !each['is_deleted'] && !each['is_archived'])
  return row?.['id'] as number
}
