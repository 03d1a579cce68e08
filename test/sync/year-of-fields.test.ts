import { isDeepStrictEqual } from 'node:util'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import type { Field } from '../../emulator/company/catalog.ts'
import { quoteIdentifier } from '../../src/load/table-plan.ts'
import type { Stream } from '../../src/streams/stream.ts'
import {
  addField,
  changeFields,
  keyOf,
  nativeOf,
  noteSynced,
  openStory,
  owners,
  type Owner,
  type Story,
} from '../support/field-changes.ts'
import { columnsOf, columnsOfFields, expectLabelled, type ShownColumn } from '../support/field-views.ts'
import { oneOf, randomOf } from '../support/random.ts'
import { differences, tableOf } from '../support/warehouse-equals.ts'
import { openWorld, streamNamed, SWEEP, type World } from '../support/world.ts'

const ROUNDS = 40
const CHANGES_A_ROUND = 10
const DAY = 24 * 60 * 60 * 1000
const SEED = Number(process.env['FIELDS_SEED'] ?? 7)
const SIZE = { deals: 30, persons: 15, organizations: 8, products: 8, leads: 10 } as const

const tables = [...owners, 'leads'] as const
const streams = tables.map(streamNamed)
const comparison = { streams: tables, counters: false } as const

/** A run that may not change the tables, or cannot since somebody reads one: each with what it leaves for the next. */
const HELD_ROUNDS: ReadonlySet<number> = new Set([8, 9, 27])
const isFrozen = (round: number): boolean => round % 6 === 4 || round % 12 === 5

/** Requests of the records, in their order; how many there are must not depend on what became of the fields. */
function askedFor({ tap }: World, from: number): string[] {
  return tap.asked
    .slice(from)
    .map(({ path }) => path)
    .filter((path) => !path.endsWith('Fields'))
    .toSorted()
}

/** Each catalog is asked for once a run, however many streams go by it. */
function expectCatalogsOnce({ tap }: World, from: number, at: string): void {
  const catalogs = tap.asked.slice(from).flatMap(({ path }) => (path.endsWith('Fields') ? path : []))
  expect(catalogs.toSorted(), at).toEqual([...new Set(catalogs)].toSorted())
}

/** Reads a table in a transaction that stays open; returns what ends it. */
async function holdTable({ db }: World, table: string): Promise<() => Promise<void>> {
  const reader = new pg.Client({ connectionString: db.url })
  await reader.connect()
  onTestFinished(() => reader.end())
  await reader.query(`begin; lock table pipedrive.${table} in access share mode`)
  return () => reader.end()
}

/** What the columns of fields that are not there any more hold, row by row; labels of options are always of today. */
async function heldOfGone({ db, emulator }: World, table: (typeof tables)[number]) {
  const owner = table === 'leads' ? 'deals' : table
  const there = new Set(emulator.company.catalog.custom(owner).map(({ code, type }) => `${code} ${type}`))
  const gone = [...columnsOfFields(await columnsOf(db, table))].flatMap(([field, names]) => {
    if (there.has(field)) return []
    return / (enum|set)$/.test(field) ? names.slice(1) : names
  })
  const rows = await tableOf(db, table, 'id')
  return rows.flatMap((row) => gone.map((name) => [`${String(row['id'])} ${name}`, row[name]] as const))
}

async function goneValues(world: World): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>()
  for (const table of tables)
    for (const [place, value] of await heldOfGone(world, table))
      if (value !== null) found.set(`${table} ${place}`, value)
  return found
}

/** What Pipedrive has added to its records waits under its own key. */
async function expectNativeKeys({ db, emulator }: World, owner: Owner): Promise<void> {
  const key = nativeOf(owner)
  const rows = await db.query<{ id: number; value: unknown }>(
    `select id::int, _extra -> '${key}' as value from pipedrive.${owner}`,
  )
  const held = new Map(rows.map(({ id, value }) => [id, value]))
  const unlike = emulator.company
    .list(owner)
    .filter((record) => (record[key] ?? null) !== null && held.get(Number(record['id'])) !== record[key])
  expect(unlike).toEqual([])
}

/** Records that were read before a field had its type hold what they held in the columns of the type before. */
const isOlder =
  ({ retyped }: Story) =>
  (entity: string, field: Field, { update_time: time }: Row): boolean =>
    Date.parse(time as string) < (retyped.get(keyOf(entity === 'leads' ? 'deals' : entity, field)) ?? 0)

/** What a round leaves as it was: the columns that there were, and what those of fields that are gone hold. */
async function standing(world: World) {
  const columns = new Map<string, readonly Omit<ShownColumn, 'comment'>[]>()
  for (const table of tables)
    columns.set(
      table,
      (await columnsOf(world.db, table)).map(({ name, type }) => ({ name, type })),
    )
  return { columns, gone: await goneValues(world) }
}

async function expectStanding(world: World, before: Awaited<ReturnType<typeof standing>>, at: string) {
  const after = await standing(world)
  for (const [table, known] of before.columns)
    expect(after.columns.get(table)?.slice(0, known.length), at).toEqual(known)
  const changed = [...before.gone].filter(
    ([place, value]) => !isDeepStrictEqual(after.gone.get(place), value),
  )
  expect(changed, at).toEqual([])
}

/** A release of ours that knows what Pipedrive has added. */
function released(stream: Stream): Stream {
  const { name, columns } = stream
  return name === 'leads'
    ? stream
    : { ...stream, columns: { ...columns, [nativeOf(name as Owner)]: 'bigint' } }
}

const leftOver = (world: World, table: string): Promise<unknown[]> =>
  world.db.query(`select id, _extra from pipedrive.${table} where _extra is not null`)

test(`a year of changes to fields and options (seed ${SEED}) breaks no query, loses no value and costs no request`, async () => {
  await using world = await openWorld({
    size: { ...SIZE, customFields: 16 },
    switches: { fieldDeletionBumpsRecords: SEED % 2 === 0 },
  })
  const { db, emulator, clock, tap } = world
  const story = openStory(emulator, randomOf(SEED))
  await world.run({ streams })
  noteSynced(story)
  const queries: string[] = []
  for (const [table, columns] of (await standing(world)).columns)
    queries.push(`select ${columns.map(({ name }) => quoteIdentifier(name)).join()} from pipedrive.${table}`)
  for (const [index, query] of queries.entries()) await db.query(`create view report_${index} as ${query}`)
  const before = tap.asked.length
  await world.run({ streams })
  const quiet = askedFor(world, before)
  const waited = { frozen: 0, held: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const changes: string[] = []
    for (let change = 0; change < CHANGES_A_ROUND; change++) changes.push(await changeFields(story))
    const held = HELD_ROUNDS.has(round) ? oneOf(story.draw, owners) : null
    const contract = isFrozen(round) ? 'freeze' : 'evolve'
    const waiting = contract === 'freeze' || held !== null
    if (waiting) await addField({ ...story, owner: held ?? oneOf(story.draw, owners) }, true)
    const at = `round ${round} (${contract}, held is ${held ?? 'nothing'}): ${changes.join(', ')}`
    const stands = await standing(world)
    const release = held === null ? null : await holdTable(world, held)
    const from = tap.asked.length
    const report = await world.run({ streams, contract })
    await release?.()
    noteSynced(story)
    const warnings = report.streams.map(({ warning = '' }) => warning).join()
    if (warnings.includes('is to freeze')) waited.frozen++
    if (warnings.includes('a reader has held')) waited.held++
    expect(report.error, at).toBeUndefined()
    const wrong = report.streams.filter(
      ({ status }) => status !== 'done' && (contract === 'evolve' || status !== 'frozen'),
    )
    expect(wrong, at).toEqual([])
    expect(askedFor(world, from), at).toEqual(quiet)
    expectCatalogsOnce(world, from, at)
    await expectStanding(world, stands, at)
    const unlike = await differences(emulator, db, { ...comparison, waiting, leaveOut: isOlder(story) })
    expect(unlike, at).toEqual([])
    for (const table of waiting ? [] : tables) await expectLabelled(db, emulator, table)
    for (const owner of owners) await expectNativeKeys(world, owner)
    for (const [index, query] of queries.entries()) {
      await db.query(query)
      await db.query(`select * from report_${index}`)
    }
    clock.advance(9 * DAY)
  }
  expect(waited).toEqual({ frozen: 9, held: HELD_ROUNDS.size })
  const later = streams.map(released)
  expect((await world.run({ streams: later, plan: SWEEP })).status).toBe('done')
  expect(await differences(emulator, db, comparison)).toEqual([])
  for (const table of tables) expect(await leftOver(world, table), table).toEqual([])
}, 600_000)
