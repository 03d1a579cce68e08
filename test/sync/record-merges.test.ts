import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import type { Row, Switches } from '../../emulator/index.ts'
import type { Id } from '../../emulator/json.ts'
import { erasureOf } from '../../src/erasure.ts'
import { connect } from '../../src/load/connection.ts'
import { eraseRecord } from '../../src/load/erase.ts'
import { readRecord } from '../../src/streams/erasable.ts'
import { verifyWorld } from '../reconcile/support.ts'
import { bookmarkOf, countOf, only } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import {
  BACKFILL,
  SWEEP,
  checkpointEveryPage,
  inPagesOf,
  openWorld,
  streamNamed,
  type World,
} from '../support/world.ts'

const SCHEMAS = { data: 'pipedrive', control: 'pipedrive_sync' }
const HOUR = 3_600_000
const DAY = 24 * HOUR
const kinds = ['persons', 'organizations', 'deals'] as const
type Kind = (typeof kinds)[number]

const merges = streamNamed('record_merges')
const request = { streams: [merges] }
const v1Time = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

/** Two records that may be merged: neither deleted nor archived. */
function pair({ emulator }: World, kind: Kind, from = 0): readonly [absorbed: number, survivor: number] {
  const live = emulator.company
    .list(kind)
    .filter((record) => record['is_deleted'] === false && record['is_archived'] !== true)
  const [absorbed, survivor] = live.slice(from, from + 2).map(({ id }) => id as number)
  return [absorbed ?? 0, survivor ?? 0]
}

/** Merges as a user of the API does. */
async function merge({ emulator }: World, kind: Kind, absorbed: Id, survivor: Id): Promise<void> {
  const response = await fetch(`${emulator.url}/v1/${kind}/${absorbed}/merge`, {
    method: 'PUT',
    headers: { 'x-api-token': emulator.token },
    body: JSON.stringify({ merge_with_id: survivor }),
  })
  expect(response.status).toBe(200)
}

async function eraseAll({ db }: World, erased: readonly (readonly [string, number | undefined])[]) {
  await using session = await connect(db.url, SCHEMAS, 'test')
  for (const [kind, id] of erased)
    await eraseRecord(session, erasureOf('pipedrive', readRecord(kind, String(id))))
}

async function rows({ db }: World): Promise<Row[]> {
  return db.query<Row>(
    `select entity, absorbed_id::int as absorbed, survivor_id::int as survivor
     from pipedrive.record_merges where _deleted_at is null order by entity, absorbed_id`,
  )
}

const askedFor = ({ tap }: World): (string | null)[] =>
  tap.asked.filter(({ path }) => path === '/v1/recents').map(({ query }) => query.get('since_timestamp'))

/** Opens a world, and merges two persons, two organizations and two deals in it. */
async function mergedWorld(switches: Partial<Switches> = {}) {
  const world = await openWorld({ switches })
  const found = []
  for (const kind of kinds) {
    const [absorbed, survivor] = pair(world, kind)
    await merge(world, kind, absorbed, survivor)
    found.push({ entity: kind.slice(0, -1), absorbed, survivor })
  }
  return { world, found: found.toSorted((one, other) => one.entity.localeCompare(other.entity)) }
}

describe('a merge at Pipedrive', () => {
  test.each([
    { kind: 'persons', seenBy: 'sweep' },
    { kind: 'organizations', seenBy: 'sweep' },
    // A deleted deal is among those that are asked for.
    { kind: 'deals', seenBy: 'pass' },
  ] as const)(
    'of $kind: the survivor is current after a pass, the other deleted after a $seenBy',
    async (row) => {
      await using world = await openWorld()
      await world.run({ plan: BACKFILL })
      world.clock.advance(HOUR)
      const [absorbed, survivor] = pair(world, row.kind)
      const name = row.kind === 'deals' ? 'title' : 'name'
      const lacks = { [name]: 'Survivor', owner_id: null }
      world.emulator.company[row.kind].update(survivor, lacks)
      await world.run()
      await merge(world, row.kind, absorbed, survivor)
      const held = async (id: number): Promise<Row> => {
        const [found = {}] = await world.db.query<Row>(
          `select ${name} as name, owner_id, _deleted_at is not null as gone from pipedrive.${row.kind} where id = $1`,
          [id],
        )
        return found
      }
      expect(await held(survivor)).toEqual({ name: 'Survivor', owner_id: null, gone: false })
      await world.run()
      const kept = world.emulator.company.get(row.kind, survivor)
      expect(await held(survivor)).toEqual({
        ...{ name: 'Survivor', gone: false },
        owner_id: String(kept?.['owner_id'] as number),
      })
      expect((await held(absorbed))['gone']).toBe(row.seenBy === 'pass')
      await world.run({ plan: SWEEP, maxShare: 1 })
      expect((await held(absorbed))['gone']).toBe(true)
      await expectWarehouseEquals(world)
    },
  )
})

describe('which record took in which', () => {
  test.each([
    ['persons', ['person']],
    ['all', ['deal', 'organization', 'person']],
    ['none', []],
  ] as const)('is told of %s: those rows, and nothing of any other record', async (recentsMerges, told) => {
    const { world, found } = await mergedWorld({ recentsMerges })
    await using _ = world
    world.emulator.company.persons.update(pair(world, 'persons', 6)[0], { name: 'Only edited' })
    const report = only(await world.run(request))
    expect(report).toMatchObject({ status: 'done', inserted: told.length })
    expect(report).not.toHaveProperty('warning')
    expect(await rows(world)).toEqual(
      found.filter(({ entity }) => (told as readonly string[]).includes(entity)),
    )
    expect(await world.db.query('select * from pipedrive_sync.drift')).toEqual([])
  })

  test.each([null, 0])('is not told by %j', async (nothing) => {
    await using world = await openWorld()
    const [, survivor] = pair(world, 'persons')
    await merge(world, 'persons', ...pair(world, 'persons'))
    await merge(world, 'persons', ...pair(world, 'persons', 2))
    world.tap.onAnswer = ({ path }, answer) => {
      if (path !== '/v1/recents') return undefined
      const body = JSON.parse(answer.body) as { data: { id: number; data: Row }[] }
      for (const { id, data } of body.data) if (id === survivor) data['merge_what_id'] = nothing
      return { ...answer, body: JSON.stringify(body) }
    }
    expect(only(await world.run(request))).toMatchObject({ status: 'done', inserted: 1 })
    expect((await rows(world)).map((row) => row['survivor'])).not.toContain(survivor)
  })

  test('stays known when nothing tells it any more', async () => {
    const { world, found } = await mergedWorld({ recentsMerges: 'all', recentsMergesStay: false })
    await using _ = world
    await world.run(request)
    for (const [index, kind] of (['deals', 'organizations', 'persons'] as const).entries())
      world.emulator.company[kind].update(found[index]?.survivor ?? 0, {})
    for (const plan of [undefined, SWEEP, BACKFILL]) {
      const again = only(await world.run({ ...request, ...(plan === undefined ? {} : { plan }) }))
      expect(again).toMatchObject({ status: 'done', inserted: 0, tombstoned: 0 })
      expect(again).not.toHaveProperty('warning')
    }
    world.clock.advance(40 * DAY)
    expect(only(await world.run({ ...request, plan: SWEEP }))).toMatchObject({ status: 'done', pages: 1 })
    expect(await rows(world)).toEqual(found)
  })

  test('is learned of each of several mergers into one survivor that were read apart', async () => {
    await using world = await openWorld()
    const [first, survivor] = pair(world, 'persons')
    const [second] = pair(world, 'persons', 4)
    for (const absorbed of [first, second]) {
      await merge(world, 'persons', absorbed, survivor)
      await world.run(request)
      world.clock.advance(DAY)
    }
    expect(await rows(world)).toEqual([
      { entity: 'person', absorbed: first, survivor },
      { entity: 'person', absorbed: second, survivor },
    ])
  })
})

describe('the list of what changed', () => {
  test('is asked for as far back as it goes, then from the last change on, whosever it was', async () => {
    await using world = await openWorld()
    await merge(world, 'persons', ...pair(world, 'persons'))
    world.clock.advance(HOUR)
    world.emulator.company.deals.update(pair(world, 'deals')[0], { title: 'Later than the merge' })
    const last = Math.floor(world.clock.now() / 1000) * 1000
    await world.run(request)
    expect(await bookmarkOf(world.db, 'record_merges')).toBe(last)
    world.clock.advance(DAY)
    await world.run(request)
    expect(askedFor(world)).toEqual(['2000-01-01 00:00:00', v1Time(last - 5 * 60_000 - 1000)])
    const [{ query } = { query: new URLSearchParams() }] = world.tap.asked.filter(
      ({ path }) => path === '/v1/recents',
    )
    expect(query.get('items')).toBe('person,organization,deal')
  })

  test('is read whole in pages; no order is promised, so the bookmark moves at its end alone', async () => {
    await using world = await openWorld()
    checkpointEveryPage(world)
    for (const from of [0, 2, 4]) await merge(world, 'persons', ...pair(world, 'persons', from))
    world.emulator.faults.add({ kind: 'status', status: 400, match: '/v1/recents', after: 1, times: 1 })
    const small = { streams: [inPagesOf(2, merges)] }
    expect(only(await world.run(small))).toMatchObject({ status: 'failed', pages: 1 })
    expect(await bookmarkOf(world.db, 'record_merges')).toBeNull()
    expect(only(await world.run(small)).status).toBe('done')
    expect(await bookmarkOf(world.db, 'record_merges')).not.toBeNull()
    expect(await countOf(world.db, 'record_merges')).toBe(3)
  })

  test('is read once a day where streams are not named', async () => {
    await using world = await openWorld()
    const daily = { ...request, onlyDue: true }
    for (const pages of [1, 0]) expect(only(await world.run(daily)).pages).toBe(pages)
    await world.db.query("update pipedrive_sync.stream_state set completed_at = now() - interval '25 hours'")
    for (const pages of [1, 0]) expect(only(await world.run(daily)).pages).toBe(pages)
    expect(only(await world.run(request)).pages).toBe(1)
  })
})

test('a verification leaves alone what has no whole list to be compared with', async () => {
  const { world, found } = await mergedWorld({ recentsMerges: 'all' })
  await using _ = world
  const both = [streamNamed('users'), merges]
  await world.run({ streams: both })
  world.emulator.switches.recentsMerges = 'none'
  const report = await verifyWorld(world, { streams: both, repair: true, maxShare: 1 })
  expect(report).toMatchObject({ equal: true, streams: [{ stream: 'users' }] })
  expect(await rows(world)).toEqual(found)
})

describe('an erasure', () => {
  test('of the survivor or of the absorbed person takes the row along, for good; that of a deal with the same id does not', async () => {
    const { world, found } = await mergedWorld({ recentsMerges: 'all' })
    await using _ = world
    const merger = (entity: string) => found.find((row) => row.entity === entity) ?? found[0]
    await world.run({ streams: ['persons', 'organizations', 'deals'].map(streamNamed).concat(merges) })
    await eraseAll(world, [
      ['person', merger('person')?.absorbed],
      ['organization', merger('organization')?.survivor],
    ])
    const left = found.filter(({ entity }) => entity === 'deal')
    expect(await rows(world)).toEqual(left)
    await world.run({ ...request, plan: SWEEP })
    expect(await rows(world)).toEqual(left)
  })
})

test('the statement in the documents follows ids, however often merged, to the record that is left', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/merges.md'), 'utf8')
  const [, statement = ''] = /```sql\n([^`]*)```/.exec(page) ?? []
  await using world = await openWorld()
  const ids = [...pair(world, 'persons'), ...pair(world, 'persons', 2)]
  const last = ids.at(-1) ?? 0
  for (const [index, survivor] of ids.slice(1).entries()) {
    await merge(world, 'persons', ids[index] ?? 0, survivor)
    await world.run(request)
  }
  const name = new URL(world.db.url).pathname.slice(1)
  await world.db.query(`alter database ${name} set search_path to pipedrive`)
  const client = new pg.Client({ connectionString: world.db.url })
  await client.connect()
  const found = await client.query<Row>(statement).finally(() => client.end())
  expect(found.rows).toEqual(ids.slice(0, -1).map((id) => ({ id: String(id), now: String(last) })))
})
