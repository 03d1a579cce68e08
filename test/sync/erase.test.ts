import { describe, expect, onTestFinished, test } from 'vitest'
import { erasureOf } from '../../src/erasure.ts'
import { connect, type Session } from '../../src/load/connection.ts'
import { eraseRecord, planErasure, type Erased, type Erasure } from '../../src/load/erase.ts'
import { lockStream } from '../../src/load/lock.ts'
import { readRecord } from '../../src/streams/erasable.ts'
import { throughDoor } from '../../src/streams/door.ts'
import { streams } from '../../src/streams/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { countOf, everything, reportOf } from '../support/warehouse.ts'
import { BACKFILL, PASS, SWEEP, openWorld, streamNamed, type World } from '../support/world.ts'

const SCHEMAS = { data: 'pipedrive', control: 'pipedrive_sync' }
const ACCOUNT = 'pipedrive'

async function open(db: TestDatabase): Promise<Session> {
  const session = await connect(db.url, SCHEMAS, 'test')
  onTestFinished(() => session[Symbol.asyncDispose]())
  return session
}

const erasure = (kind: string, id: string): Erasure => erasureOf(ACCOUNT, readRecord(kind, id))

async function erase(db: TestDatabase, kind: string, id: string): Promise<Erased> {
  return eraseRecord(await open(db), erasure(kind, id))
}

type Rows = ReadonlyMap<string, readonly string[]>

/** The rows of every table of the data schema, without the times of their writing. */
async function rowsOf(db: TestDatabase): Promise<Rows> {
  const tables = await db.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'pipedrive' order by 1",
  )
  const contents = await Promise.all(
    tables.map(async ({ name }): Promise<[string, readonly string[]]> => {
      const rows = await db.query<{ row: string }>(
        `select (to_jsonb(t) - '_synced_at')::text as row from pipedrive.${name} t order by 1`,
      )
      return [name, rows.map(({ row }) => row)]
    }),
  )
  return new Map(contents)
}

/** How many rows of each table are gone or changed, and how many are new in their place. */
function difference(before: Rows, after: Rows): Record<string, { gone: number; new: number }> {
  const found = [...before].map(([table, rows]) => {
    const [old, now] = [new Set(rows), new Set(after.get(table))]
    const without = (one: ReadonlySet<string>, other: ReadonlySet<string>): number =>
      [...one].filter((row) => !other.has(row)).length
    return [table, { gone: without(old, now), new: without(now, old) }] as const
  })
  return Object.fromEntries(found.filter(([, { gone, new: fresh }]) => gone + fresh > 0))
}

/** The first id of which something stands in each of these tables. */
async function someWith(
  db: TestDatabase,
  kind: string,
  of: string,
  tables: readonly string[],
): Promise<string> {
  const session = await open(db)
  for (const { id } of await db.query<{ id: string }>(`select id::text from pipedrive.${of} order by id`)) {
    const plan = await planErasure(session, erasure(kind, id))
    const named = new Set(plan.tables.map(({ table }) => table))
    if (tables.every((table) => named.has(table))) return id
  }
  throw new Error(`no ${kind} is in all of ${tables.join(', ')}`)
}

const EVERY_PLAN = [PASS, SWEEP, BACKFILL]

async function runEveryWay(world: World): Promise<void> {
  for (const plan of EVERY_PLAN) {
    const { streams: reports } = await world.run({ streams, plan, maxShare: 0 })
    expect(reports.filter(({ status }) => !['done', 'skipped'].includes(status))).toEqual([])
    expect(reports.reduce((sum, { tombstoned }) => sum + tombstoned, 0)).toBe(0)
  }
}

/** Kinds, their streams, and tables in which their records are to be found: rows that go, and rows that are emptied. */
const KINDS = [
  [
    'person',
    'persons',
    [
      'person_emails',
      'activity_attendees',
      'person_changes',
      'deal_participants',
      'deal_flow',
      'permitted_users',
    ],
    ['notes', 'files', 'call_logs', 'mail_threads', 'mail_messages', 'deal_mail_messages'],
  ],
  [
    'organization',
    'organizations',
    ['organization_relationships', 'organization_changes', 'deal_flow'],
    ['notes'],
  ],
  ['lead', 'leads', ['permitted_users'], []],
  ['deal', 'deals', ['deal_participants', 'deal_changes', 'deal_flow', 'permitted_users'], ['notes']],
  ['note', 'notes', ['note_comments'], []],
  ['activity', 'activities', ['activity_participants'], []],
  ['file', 'files', [], []],
  ['call', 'call_logs', [], []],
  ['mail-thread', 'mail_threads', ['mail_messages', 'deal_mail_messages'], []],
] as const

test('what is erased goes with all that is about it, and no pass, sweep or backfill brings any of it back', async () => {
  await using world = await openWorld()
  const { db } = world
  await world.run({ streams })
  for (const [kind, of, removedFrom, emptiedIn] of KINDS) {
    const id = await someWith(db, kind, of, [...removedFrom, ...emptiedIn])
    const before = await rowsOf(db)
    const { since, tables } = await erase(db, kind, id)
    expect(since).toBeNull()
    const told = tables.filter(({ removed, emptied }) => removed + emptied > 0)
    expect(difference(before, await rowsOf(db)), kind).toEqual(
      Object.fromEntries(
        told.map(({ table, removed, emptied }) => [table, { gone: removed + emptied, new: emptied }]),
      ),
    )
    const removed = told.filter((table) => table.removed > 0).map(({ table }) => table)
    expect(removed).toEqual(expect.arrayContaining([of, ...removedFrom]))
    const emptied = told.filter((table) => table.emptied > 0).map(({ table }) => table)
    expect(emptied).toEqual(expect.arrayContaining([...emptiedIn]))
  }
  const after = await rowsOf(db)
  world.clock.advance(60_000)
  await runEveryWay(world)
  expect(difference(after, await rowsOf(db))).toEqual({})
})

/** Persons and what names them, for as little as one can read. */
const FEW = ['organizations', 'persons', 'activities', 'notes', 'person_followers'].map(streamNamed)

test('no word of an erased person is left in any table', async () => {
  await using world = await openWorld()
  const { db } = world
  await world.run({ streams })
  const id = await someWith(db, 'person', 'persons', [
    'person_phones',
    'activity_attendees',
    'notes',
    'deal_flow',
  ])
  const [words] = await db.query<{ words: string[] }>(
    `select array[name] || array(select value from pipedrive.person_emails where person_id = $1)
       || array(select value from pipedrive.person_phones where person_id = $1) as words
     from pipedrive.persons where id = $1`,
    [id],
  )
  const held = async (): Promise<string[]> => {
    const text = [...(await rowsOf(db))].flatMap(([table, rows]) => rows.map((row) => `${table} ${row}`))
    return text.filter((row) => words?.words.some((word) => row.includes(JSON.stringify(word))))
  }
  expect((await held()).map((row) => row.split(' ')[0])).toEqual(
    expect.arrayContaining(['activity_attendees', 'notes', 'persons', 'person_emails', 'person_phones']),
  )
  await erase(db, 'person', id)
  expect(await held()).toEqual([])
})

test('what becomes of an erased person at Pipedrive, and of what names it, brings nothing of it back', async () => {
  await using world = await openWorld()
  const { db, emulator } = world
  const { company } = emulator
  await world.run({ streams: FEW })
  const id = await someWith(db, 'person', 'persons', ['activity_participants', 'notes', 'person_followers'])
  await erase(db, 'person', id)
  const nothing = async (): Promise<void> => {
    const plan = await planErasure(await open(db), erasure('person', id))
    expect(plan.since).not.toBeNull()
    expect(plan.tables.filter(({ removed, emptied }) => removed + emptied > 0)).toEqual([])
  }
  const acts = [
    () => company.persons.update(Number(id), { name: 'A new name' }),
    () => company.persons.delete(Number(id)),
    () => company.persons.restore(Number(id)),
    () => company.notes.create({ content: 'About it', person_id: Number(id) }),
    () =>
      company.activities.create({
        subject: 'With it',
        participants: [{ person_id: Number(id), primary: true }],
      }),
  ]
  for (const act of acts) {
    world.clock.advance(60_000)
    act()
    await world.run({ streams: FEW })
    await nothing()
  }
  expect(
    await countOf(db, 'notes', `content = 'About it' and person_id = ${id} and person_name is null`),
  ).toBe(1)
  expect(await countOf(db, 'activities', "subject = 'With it'")).toBe(1)
})

test('the other door to the same records brings nothing of an erased person back', async () => {
  await using world = await openWorld()
  const { db } = world
  const { length } = FEW
  await world.run({ streams: FEW })
  const id = await someWith(db, 'person', 'persons', ['person_emails', 'activity_participants'])
  await erase(db, 'person', id)
  const before = await countOf(db, 'persons')
  const through = FEW.map((stream) => throughDoor(stream, 'v1-collection'))
  expect(through.filter(({ whole }) => whole !== undefined).length).toBeGreaterThan(1)
  const { streams: reports } = await world.run({ streams: through, plan: BACKFILL })
  expect(reports.filter(({ status }) => status === 'done')).toHaveLength(length)
  const { tables } = await planErasure(await open(db), erasure('person', id))
  expect(tables.filter(({ removed, emptied }) => removed + emptied > 0)).toEqual([])
  expect(await countOf(db, 'persons')).toBe(before)
})

test('a record that is kept out is counted as none of the rows that are loaded, and by a sweep as seen', async () => {
  await using world = await openWorld()
  const { db, emulator } = world
  const persons = streamNamed('persons')
  await world.run({ streams: [persons] })
  await erase(db, 'person', '3')
  const held = await countOf(db, 'persons')
  const sweep = reportOf(await world.run({ streams: [persons], plan: SWEEP, maxShare: 0 }), 'persons')
  expect(sweep).toMatchObject({ inserted: 0, updated: 0, unchanged: held, stale: 0, tombstoned: 0 })
  expect(sweep.warning).toBeUndefined()

  world.clock.advance(60_000)
  emulator.company.persons.update(3, { name: 'A new name' })
  const pass = reportOf(await world.run({ streams: [persons] }), 'persons')
  expect(pass).toMatchObject({ inserted: 0, updated: 0, tombstoned: 0 })
  expect(pass.warning).toBeUndefined()
})

test('the children of an erased parent are not asked for', async () => {
  await using world = await openWorld()
  const { db, tap } = world
  const family = ['persons', 'person_followers'].map(streamNamed)
  await world.run({ streams: family })
  const id = await someWith(db, 'person', 'persons', ['person_followers'])
  const path = `/api/v2/persons/${id}/followers`
  const asked = (): number => tap.asked.filter((one) => one.path === path).length
  expect(asked()).toBe(1)
  await erase(db, 'person', id)
  const reads = await db.query(
    "select parent from pipedrive_sync.parent_read where stream = 'person_followers' and parent = $1",
    [id],
  )
  expect(reads).toEqual([])
  await world.run({ streams: family, plan: SWEEP })
  expect(asked()).toBe(1)
})

describe('erasing', () => {
  test('is done once: a second time finds nothing, and says since when', async () => {
    await using world = await openWorld()
    const { db } = world
    await world.run({ streams: FEW })
    const first = await erase(db, 'person', '2')
    const before = await everything(db)
    const second = await erase(db, 'person', '2')
    expect(first.since).toBeNull()
    expect(second.since).toBeInstanceOf(Date)
    expect(second.tables.filter(({ removed, emptied }) => removed + emptied > 0)).toEqual([])
    expect(await everything(db)).toEqual(before)
  })

  test('is foretold to the row by a plan that changes nothing', async () => {
    await using world = await openWorld()
    const { db } = world
    await world.run({ streams: FEW })
    const before = await everything(db)
    const plan = await planErasure(await open(db), erasure('person', '2'))
    expect(await everything(db)).toEqual(before)
    expect(await db.query('select from pipedrive_sync.erased')).toEqual([])
    expect(plan.tables.length).toBeGreaterThan(3)
    expect(await erase(db, 'person', '2')).toEqual(plan)
  })

  test('an id that has never been seen keeps it out when it comes', async () => {
    await using world = await openWorld({ size: { persons: 6 } })
    const { db, emulator } = world
    const persons = [streamNamed('persons')]
    await world.run({ streams: persons })
    expect(await erase(db, 'person', '7')).toEqual({ since: null, tables: [] })
    world.clock.advance(60_000)
    for (const name of ['Seven', 'Eight']) emulator.company.persons.create({ name })
    await world.run({ streams: persons })
    expect(await db.query('select id from pipedrive.persons where id > 6')).toEqual([{ id: '8' }])
  })

  test('another account leaves this one alone', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    const persons = [streamNamed('persons')]
    await world.run({ streams: persons })
    await db.query("insert into pipedrive_sync.erased values ('another', 'persons', '3')")
    await erase(db, 'person', '2')
    world.clock.advance(60_000)
    emulator.company.persons.update(3, { name: 'A new name' })
    await world.run({ streams: persons })
    expect(await countOf(db, 'persons', "id = 3 and name = 'A new name'")).toBe(1)
  })

  test('waits for no run: while one reads a stream that may hold something of it, nothing is changed', async () => {
    await using world = await openWorld()
    const { db } = world
    await world.run({ streams: FEW })
    const before = await everything(db)
    for (const name of ['persons', 'notes', 'person_followers', 'deal_participants']) {
      const reader = await connect(db.url, SCHEMAS, 'reader')
      await lockStream(reader, ACCOUNT, name)
      await expect(erase(db, 'person', '2')).rejects.toMatchObject({
        code: 'E_LOCKED',
        message: expect.stringMatching(new RegExp(`^${name}: .*nothing was changed`)) as string,
      })
      await reader[Symbol.asyncDispose]()
    }
    expect(await everything(db)).toEqual(before)
    expect(await db.query('select from pipedrive_sync.erased')).toEqual([])
    // Deals only refer to persons by their ids.
    await lockStream(await open(db), ACCOUNT, 'deals')
    expect((await erase(db, 'person', '2')).since).toBeNull()
  })

  test('gives its locks back, and takes what was removed out of the files of the tables', async () => {
    await using world = await openWorld()
    const { db } = world
    await world.run({ streams: FEW })
    const session = await open(db)
    await eraseRecord(session, erasure('person', '2'))
    const locks =
      "select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
    expect(await db.query(locks)).toEqual([])
    const vacuumed = await db.query<{ table: string }>(
      `select relname as table from pg_stat_all_tables
       where schemaname = 'pipedrive' and last_vacuum is not null and last_analyze is not null`,
    )
    expect(vacuumed.map(({ table }) => table)).toEqual(
      expect.arrayContaining(['persons', 'person_emails', 'notes']),
    )
  })
})
