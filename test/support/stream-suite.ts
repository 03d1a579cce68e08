import { describe, expect, test } from 'vitest'
import type { EmulatorOptions } from '../../emulator/index.ts'
import type { Stream } from '../../src/streams/stream.ts'
import type { ReadPlan } from '../../src/extract/windows.ts'
import type { StreamReport } from '../../src/load/run-log.ts'
import type { RunReport } from '../../src/run-types.ts'
import type { TestDatabase } from './database.ts'
import { entityOf, isGone, isWanted, keyOf, placedRecords, rowKey } from './company-truth.ts'
import { countOf, only, reportOf } from './warehouse.ts'
import { expectWarehouseEquals, tableOf } from './warehouse-equals.ts'
import { openWorldOf } from './stream-world.ts'
import { BACKFILL, PASS, SWEEP, checkpointEveryPage, inPagesOf, type World } from './world.ts'

const tablesOf = (stream: Stream): string[] => [
  stream.name,
  ...(stream.exploded ?? []).map(({ table }) => table),
]

/** What tells the rows of each of its tables apart. */
const keysOf = ({ name, key, exploded = [] }: Stream) => [
  { table: name, key: key.join() },
  ...exploded.map(({ table, parent }) => ({ table, key: `${parent}, position` })),
]

/** What tells a row that was written from one that was left alone. */
async function versions(db: TestDatabase, stream: Stream): Promise<Record<string, unknown>[]> {
  const rows = tablesOf(stream).map((table) =>
    db.query(
      `select '${table}' as table_name, xmin::text, ctid::text, _synced_at from pipedrive.${table} order by ctid`,
    ),
  )
  return (await Promise.all(rows)).flat()
}

/** The streams whose records they hang on, and theirs, in front of a stream. */
function withParents(stream: Stream): readonly Stream[] {
  const parents = stream.partitions.flatMap(({ parents }) => (parents === undefined ? [] : [parents.of]))
  return [...new Set([...parents.flatMap(withParents), ...parents, stream])]
}

export const isPerParent = ({ partitions }: Stream): boolean =>
  partitions.some(({ parents }) => parents !== undefined)

/** A record that is there and is read: how the company knows it, and its key. */
function someRecord({ emulator }: World, stream: Stream): { id: string | number; key: string } {
  const found = placedRecords(stream, emulator).findLast(
    ({ record }) => !isGone(stream, emulator, record) && isWanted(stream, emulator, record),
  )
  if (found === undefined) throw new Error(`The company has no ${stream.name}`)
  return { id: found.id, key: keyOf(stream, found.record) }
}

/** Undoes a deletion, even where Pipedrive itself has no way back. */
function wayBack({ emulator }: World, stream: Stream, key: string | number): () => void {
  const { [entityOf(stream)]: table, collections } = emulator.company
  const held = collections[entityOf(stream)]
  const slot = held.slotOf(key) as number
  const [head, row] = [held.headAt(slot), held.rawAt(slot)]
  return () => {
    if (table.get(key) === undefined) held.put(key, head, row)
    else table.restore(key)
  }
}

/** Every run begins by asking whose token it is. */
const askedBefore = (path: string): number => (path === '/v1/users/me' ? 1 : 0)

/** Whether a read asks for nothing, since no parent has changed. */
const asksNothing = (stream: Stream, plan: ReadPlan): boolean =>
  plan !== SWEEP && isPerParent(stream) && stream.partitions.every(({ parents }) => parents?.always !== true)

/** How a deleted record may be answered by id, and whether lists show it; children are only ever listed. */
function waysOfDeletion(stream: Stream): (readonly ['flagged' | 'not-found', boolean])[] {
  const ways = [
    ['flagged', true],
    ['flagged', false],
    ['not-found', false],
  ] as const
  return isPerParent(stream) ? ways.slice(0, 2) : [...ways]
}

/** A company does not vanish while its token is good, nor does what is lasting. */
const canVanish = (stream: Stream): boolean =>
  stream.lasting === undefined && stream.partitions.every(({ records }) => records?.kind !== 'one')

async function tombstone({ db }: World, stream: Stream, key: string): Promise<unknown> {
  const rows = await tableOf(db, stream.name, stream.key.join())
  const found = rows.filter((row) => rowKey(stream, row) === key)
  expect(found).toHaveLength(1)
  return found[0]?.['_deleted_at']
}

/** What must hold of every stream, whatever it is of. */
export function describeStreams(streams: readonly Stream[]): void {
  describe.each(streams)('$name', suiteOf)
}

function suiteOf(stream: Stream): void {
  const openWorld = (options?: EmulatorOptions): Promise<World> => openWorldOf(stream, options)
  const request = { streams: withParents(stream) }
  const inSmallPages = { streams: withParents(inPagesOf(2, stream)) }
  const mine = (report: RunReport): StreamReport => reportOf(report, stream.name)

  test('a first read ends equal to the company, with nothing undeclared, and each row with a key of its own', async () => {
    await using world = await openWorld({ switches: { contactSync: true, organizationData: true } })
    const { db } = world
    expect(mine(await world.run({ ...request, plan: BACKFILL }))).toMatchObject({
      status: 'done',
      updated: 0,
    })
    await expectWarehouseEquals(world, { streams: [stream.name] })
    expect(await db.query('select * from pipedrive_sync.drift')).toEqual([])
    for (const table of tablesOf(stream)) {
      const [rows] = await db.query(
        `select count(*)::int, count(_extra)::int as extra from pipedrive.${table}`,
      )
      expect(rows).toEqual({ count: expect.any(Number) as number, extra: 0 })
      expect(rows?.['count'], table).toBeGreaterThan(0)
    }
    for (const { table, key } of keysOf(stream)) {
      const [rows] = await db.query<{ rows: number; keys: number }>(
        `select count(*)::int as rows, count(distinct (${key}))::int as keys from pipedrive.${table}
         where (${key}) is not null`,
      )
      expect(rows?.rows, table).toBe(await countOf(db, table))
      expect(rows?.keys, table).toBe(rows?.rows)
    }
  })

  test('a second read by pass, by sweep or by backfill changes no row', async () => {
    await using world = await openWorld()
    await world.run({ ...request, plan: BACKFILL })
    const before = await versions(world.db, stream)
    expect(before.length).toBeGreaterThan(0)
    for (const plan of [PASS, SWEEP, BACKFILL]) {
      const again = mine(await world.run({ ...request, plan }))
      const nothing = { status: 'done', inserted: 0, updated: 0, stale: 0, tombstoned: 0 }
      expect(again, plan.mode).toMatchObject(nothing)
      if (asksNothing(stream, plan)) expect(again.requests, plan.mode).toBe(0)
      else expect(again.unchanged, plan.mode).toBeGreaterThan(0)
      expect(await versions(world.db, stream), plan.mode).toEqual(before)
    }
  })

  test('a read that breaks after its first pages fails, keeps them whole, and the next run ends equal', async () => {
    await using world = await openWorld()
    checkpointEveryPage(world)
    const [path = ''] = stream.partitions.map((partition) => partition.path)
    const paged = stream.partitions.every(({ paging }) => paging !== 'single')
    world.emulator.faults.add({
      kind: 'status',
      status: 400,
      match: new RegExp(`${path.replace('{id}', '[^/]+')}(\\?|$)`),
      after: askedBefore(path) + (paged ? 2 : 0),
    })
    const broken = mine(await world.run(inSmallPages))
    expect(broken.status).toBe('failed')
    if (!isPerParent(stream)) expect(broken.pages).toBe(paged ? 2 : 0)
    // Of parents that are asked at once, which of the requests is the third is open; and other partitions go on.
    else if (stream.partitions.length === 1) expect(broken.pages).toBeLessThanOrEqual(2)
    expect(await countOf(world.db, stream.name)).toBe(broken.inserted)
    world.emulator.faults.clear()
    const resumed = mine(await world.run(inSmallPages))
    expect(resumed).toMatchObject({ status: 'done', stale: 0 })
    await expectWarehouseEquals(world, { streams: [stream.name] })
  })

  if (canVanish(stream))
    test.each(waysOfDeletion(stream))(
      'a deletion becomes a tombstone and a restoration clears it (by id %s, in lists %s)',
      async (deletedById, deletedInLists) => {
        await using world = await openWorld({
          switches: {
            deletedById,
            deletedInLists,
            deletedNotesListed: deletedInLists,
            stagePatchBumpsSiblings: false,
          },
        })
        const table = world.emulator.company[entityOf(stream)]
        await world.run(request)
        const { id, key } = someRecord(world, stream)
        const undelete = wayBack(world, stream, id)
        table.delete(id)
        // Some lists are of one record.
        const report = mine(await world.run({ ...request, plan: SWEEP, maxShare: 1 }))
        expect(report).toMatchObject({ status: 'done', tombstoned: 1 })
        expect(await tombstone(world, stream, key)).not.toBeNull()
        await expectWarehouseEquals(world, { streams: [stream.name], counters: false })

        undelete()
        const restored = mine(await world.run({ ...request, plan: SWEEP }))
        expect(restored).toMatchObject({ status: 'done', updated: 1, tombstoned: 0 })
        expect(await tombstone(world, stream, key)).toBeNull()
        await expectWarehouseEquals(world, { streams: [stream.name], counters: false })
      },
    )

  test('of two runs at once one reads and the other says that the stream is locked', async () => {
    await using world = await openWorld()
    const [{ path } = { path: '' }] = stream.partitions
    const before = askedBefore(path)
    const isAsked = (asked: string): boolean => new RegExp(`^${path.replace('{id}', '[^/]+')}$`).test(asked)
    let answers = 0
    let second: Promise<RunReport> | undefined
    world.tap.onAnswer = async (asked) => {
      if (!isAsked(asked.path) || second !== undefined || answers++ < before) return
      second = world.run({ streams: [stream] })
      // The first run gets its page only when the second run is over.
      await second
    }
    const first = mine(await world.run(request))
    expect(first.status).toBe('done')
    expect(first.inserted).toBeGreaterThan(0)
    expect(only((await second) as RunReport)).toMatchObject({ status: 'locked', inserted: 0, pages: 0 })
    if (isPerParent(stream)) return
    const once = stream.partitions.filter((partition) => partition.path === path).length
    expect(world.tap.asked.filter((asked) => isAsked(asked.path))).toHaveLength(once + 2 * before)
  })
}
