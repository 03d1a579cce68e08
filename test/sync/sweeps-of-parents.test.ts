import { describe, expect, test } from 'vitest'
import type { StreamReport } from '../../src/load/run-log.ts'
import { countOf, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { SWEEP, openWorld, streamNamed, type World } from '../support/world.ts'

const deals = streamNamed('deals')
const participants = streamNamed('deal_participants')
const pipelines = streamNamed('role_pipelines')
const roles = streamNamed('roles')

/** Whose children were asked for, from the request of this number on. */
function parentsAsked({ tap }: World, path: RegExp, from: number): readonly string[] {
  return tap.asked.slice(from).flatMap((asked) => path.exec(asked.path)?.[1] ?? [])
}

async function sweep(world: World, tokens = 1_000_000): Promise<StreamReport> {
  world.batch = { batchRows: 1, batchMs: 0 }
  const report = await world.run({ streams: [participants], plan: SWEEP, allowance: { tokens } })
  return reportOf(report, 'deal_participants')
}

async function stateOf({ db }: World, stream: string) {
  const [state] = await db.query<{ since: Date | null; at: Date | null }>(
    'select sweep_since as since, completed_at as at from pipedrive_sync.stream_state where stream = $1',
    [stream],
  )
  return { isOpen: state?.since instanceof Date, at: state?.at?.getTime() ?? null }
}

const PARTICIPANTS = /\/v1\/deals\/(\d+)\/participants/

describe('a sweep over parents that the budget cuts short', () => {
  test('goes on where it was, is complete when all have been read, and the next begins anew', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals, participants] })
    const rows = await countOf(world.db, 'deal_participants')
    const asked: string[][] = []
    let last: StreamReport | undefined
    while (last?.status !== 'done' && asked.length < 10) {
      expect((await stateOf(world, 'deal_participants')).at).toBeNull()
      const from = world.tap.asked.length
      last = await sweep(world, 102)
      asked.push([...parentsAsked(world, PARTICIPANTS, from)])
    }
    expect(last).toMatchObject({ status: 'done', inserted: 0, tombstoned: 0 })
    expect(asked.length).toBeGreaterThan(2)
    const all = asked.flat()
    expect(new Set(all).size).toBe(all.length)
    const complete = await stateOf(world, 'deal_participants')
    expect(complete).toEqual({ isOpen: false, at: expect.any(Number) as number })
    expect(await countOf(world.db, 'deal_participants', '_deleted_at is null')).toBe(rows)

    const from = world.tap.asked.length
    await sweep(world)
    expect(new Set(parentsAsked(world, PARTICIPANTS, from))).toEqual(new Set(all))
    expect((await stateOf(world, 'deal_participants')).at).toBeGreaterThan(complete.at ?? 0)
  })

  test('finds in its later parts what was deleted of any parent', async () => {
    await using world = await openWorld()
    const { emulator, db } = world
    await world.run({ streams: [deals, participants] })
    const from = world.tap.asked.length
    await sweep(world, 102)
    const read = new Set(parentsAsked(world, PARTICIPANTS, from))
    const gone = emulator.company
      .list('deal_participants')
      .filter((row) => row['active_flag'] !== false && !read.has(String(row['deal_id'] as number)))
      .at(-1)
    emulator.company.deal_participants.delete(gone?.['id'] as number)
    expect(await sweep(world)).toMatchObject({ status: 'done', tombstoned: 1 })
    expect(
      await countOf(db, 'deal_participants', `id = ${gone?.['id'] as number} and _deleted_at is null`),
    ).toBe(0)
  })

  test('begins anew when it has not come to its end for a month', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals, participants] })
    await sweep(world, 102)
    await world.db.query(
      `update pipedrive_sync.stream_state set sweep_since = sweep_since - interval '31 days'
       where stream = 'deal_participants'`,
    )
    const from = world.tap.asked.length
    await sweep(world)
    const parents = await world.db.query(
      'select from pipedrive.deals where participants_count > 0 and _deleted_at is null',
    )
    expect(parentsAsked(world, PARTICIPANTS, from)).toHaveLength(parents.length)
  })

  test('which had only its end before it is complete without another request', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals, participants] })
    await sweep(world, 102)
    await world.db.query(
      "update pipedrive_sync.parent_read set read_at = now() where stream = 'deal_participants'",
    )
    expect(await sweep(world)).toMatchObject({ status: 'done', requests: 0 })
    expect(await stateOf(world, 'deal_participants')).toEqual({
      isOpen: false,
      at: expect.any(Number) as number,
    })
  })

  test('is over where a parent was refused, but not complete, with a word about it', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals, participants] })
    const rows = await countOf(world.db, 'deal_participants', '_deleted_at is null')
    world.emulator.faults.add({ kind: 'status', status: 403, match: '/participants', times: 1 })
    const report = await sweep(world)
    expect(report).toMatchObject({ status: 'done', tombstoned: 0 })
    expect(report.warning).toMatch(
      /^deal_participants: 1 of \d+ parents were refused \(403\); their rows stay/,
    )
    expect(await stateOf(world, 'deal_participants')).toEqual({ isOpen: false, at: null })
    expect(await countOf(world.db, 'deal_participants', '_deleted_at is null')).toBe(rows)
  })

  test('is over where a parent had to be passed over, but not complete', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals, participants] })
    world.emulator.faults.add({ kind: 'status', status: 400, match: '/participants', times: 1 })
    expect((await sweep(world)).status).toBe('failed')
    expect(await stateOf(world, 'deal_participants')).toEqual({ isOpen: false, at: null })
  })
})

test('what every pass reads of all parents goes on in the next pass where the budget has cut it short', async () => {
  await using world = await openWorld()
  const ROLE = /\/v1\/roles\/(\d+)\/pipelines/
  await world.run({ streams: [roles] })
  world.batch = { batchRows: 1, batchMs: 0 }
  expect(await world.run({ streams: [pipelines], allowance: { tokens: 62 } })).toMatchObject({
    status: 'deferred',
  })
  const first = parentsAsked(world, ROLE, 0)
  const from = world.tap.asked.length
  expect(await world.run({ streams: [pipelines] })).toMatchObject({ status: 'done' })
  const rest = parentsAsked(world, ROLE, from)
  expect(first.length).toBeGreaterThan(0)
  expect([...first, ...rest].toSorted()).toEqual([...new Set([...first, ...rest])].toSorted())
  expect((await stateOf(world, 'role_pipelines')).at).not.toBeNull()
  await expectWarehouseEquals(world, { streams: ['role_pipelines'] })
  const again = world.tap.asked.length
  await world.run({ streams: [pipelines] })
  expect(parentsAsked(world, ROLE, again)).toHaveLength(first.length + rest.length)
})
