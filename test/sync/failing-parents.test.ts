import { describe, expect, test } from 'vitest'
import type { FaultKind } from '../../emulator/http/faults.ts'
import type { StreamReport } from '../../src/load/run-log.ts'
import type { TestDatabase } from '../support/database.ts'
import { countOf, reportOf } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { SWEEP, openWorld, streamNamed, type World } from '../support/world.ts'

const deals = streamNamed('deals')
const participants = streamNamed('deal_participants')
const products = streamNamed('deal_products')
const PARTICIPANTS = /\/v1\/deals\/(\d+)\/participants/

function ofDeals(ids: readonly string[]): RegExp {
  return new RegExp(`/v1/deals/(${ids.join('|')})/participants`)
}

/** The deals whose participants were asked for, in their order, from the request of this number on. */
function askedOf({ tap }: World, from = 0): readonly string[] {
  return tap.asked.slice(from).flatMap(({ path }) => PARTICIPANTS.exec(path)?.[1] ?? [])
}

async function idsOf(db: TestDatabase, where: string): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>(
    `select id::text from pipedrive.deals where ${where} and _deleted_at is null order by deals.id`,
  )
  return rows.map(({ id }) => id)
}

const dealsWithSome = (db: TestDatabase): Promise<readonly string[]> => idsOf(db, 'participants_count > 0')

async function read(world: World, more = {}): Promise<StreamReport> {
  return reportOf(await world.run({ streams: [participants], ...more }), 'deal_participants')
}

const isComplete = async ({ db }: World): Promise<boolean> => {
  const [state] = await db.query<{ at: Date | null }>(
    "select completed_at as at from pipedrive_sync.stream_state where stream = 'deal_participants'",
  )
  return state?.at instanceof Date
}

describe('a parent that fails', () => {
  test.each<readonly [string, FaultKind]>([
    ['is answered with 400', { kind: 'status', status: 400 }],
    ['is answered with 500 at every attempt', { kind: 'status', status: 500 }],
    ['is answered with half of its JSON', { kind: 'truncated-body' }],
    ['is answered with HTML', { kind: 'html-body' }],
    ['has a child without its key', { kind: 'missing-key', key: 'id' }],
  ])('since it %s is passed over, and asked again', async (_what, fault) => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals] })
    const ids = await dealsWithSome(db)
    const bad = ids[Math.floor(ids.length / 2)] as string
    emulator.faults.add({ ...fault, match: ofDeals([bad]) })
    const broken = await read(world, { plan: SWEEP })
    expect(broken.status).toBe('failed')
    expect(broken.error).toContain(
      'The children of one parent could not be read: their rows stay as they are, and the next run asks again.',
    )
    expect(new Set(askedOf(world))).toEqual(new Set(ids))
    expect(await countOf(db, 'deal_participants', `deal_id = ${bad}`)).toBe(0)
    expect(await countOf(db, 'deal_participants')).toBe(broken.inserted)
    expect(await isComplete(world)).toBe(false)

    emulator.faults.clear()
    const before = world.tap.asked.length
    expect(await read(world)).toMatchObject({ status: 'done', requests: 1, updated: 0 })
    expect(askedOf(world, before)).toEqual([bad])
    await expectWarehouseEquals(world, { streams: ['deal_participants'] })
  })

  test('keeps its rows, and its run ends as one that is not whole', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals, participants] })
    const [bad = ''] = await dealsWithSome(db)
    const rows = await countOf(db, 'deal_participants')
    emulator.faults.add({ kind: 'status', status: 400, match: ofDeals([bad]) })
    const report = await world.run({ streams: [deals, participants], plan: SWEEP, maxShare: 1 })
    expect(report.status).toBe('partial')
    expect(reportOf(report, 'deal_participants')).toMatchObject({ status: 'failed', tombstoned: 0 })
    expect(await countOf(db, 'deal_participants', '_deleted_at is null')).toBe(rows)
  })

  test.each([400, 403, 404, 410])(
    'since groups of it are answered with %i does not take with it those that were asked for with it',
    async (status) => {
      await using world = await openWorld()
      const { db, tap } = world
      await world.run({ streams: [deals] })
      const [, , bad = ''] = await idsOf(db, 'products_count > 0')
      tap.onAnswer = ({ path, query }, answer) =>
        path === '/api/v2/deals/products' && query.get('deal_ids')?.split(',').includes(bad)
          ? { ...answer, status }
          : answer
      const report = reportOf(await world.run({ streams: [products] }), 'deal_products')
      expect(report.status).toBe(status === 400 ? 'failed' : 'done')
      const groups = tap.asked.flatMap(({ query }) => query.get('deal_ids')?.split(',') ?? [])
      expect(new Set(groups)).toEqual(new Set(await idsOf(db, 'products_count > 0')))
      expect(report.requests).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(new Set(groups).size)))
      const read = await db.query<{ parent: string }>(
        "select parent from pipedrive_sync.parent_read where stream = 'deal_products' and failed_at is null",
      )
      const whole = new Set(groups).size
      expect(read).toHaveLength(status === 404 || status === 410 ? whole : whole - 1)
      expect(await countOf(db, 'deal_products', `deal_id = ${bad}`)).toBe(0)
      expect(await countOf(db, 'deal_products')).toBe(report.inserted)
      tap.onAnswer = (_request, answer) => answer
      world.emulator.company.deals.update(Number(bad), { title: 'Changed' })
      await world.run({ streams: [deals, products] })
      await expectWarehouseEquals(world, { streams: ['deal_products'] })
    },
  )

  test('is asked last from then on, so that it does not keep the others from being read', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    const { company } = emulator
    await world.run({ streams: [deals] })
    const ids = await dealsWithSome(db)
    const bad = [3, 8, 13, 18].map((index) => ids[index] as string)
    emulator.faults.add({ kind: 'status', status: 400, match: ofDeals(bad) })
    expect((await read(world)).error).toContain('The children of 4 parents could not be read')
    const changed = ids.slice(-2)
    for (const id of changed) company.deals.update(Number(id), { title: 'Changed' })
    await world.run({ streams: [deals] })
    const before = world.tap.asked.length
    expect(await read(world)).toMatchObject({ status: 'failed', unchanged: expect.any(Number) as number })
    const asked = askedOf(world, before)
    expect(new Set(asked.slice(0, 2))).toEqual(new Set(changed))
    expect(new Set(asked.slice(2))).toEqual(new Set(bad))
  })
})

describe('many parents that fail', () => {
  test('again do not keep a sweep from its end where others are answered', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals] })
    const ids = await dealsWithSome(db)
    const bad = [2, 5, 8, 11, 14, 17].map((index) => ids[index] as string)
    emulator.faults.add({ kind: 'status', status: 400, match: ofDeals(bad) })
    for (const _ of [1, 2]) {
      const before = world.tap.asked.length
      expect((await read(world, { plan: SWEEP })).error).toContain('The children of 6 parents')
      expect(askedOf(world, before)).toHaveLength(ids.length)
      const open = "stream = 'deal_participants' and sweep_since is not null"
      expect(await db.query(`select from pipedrive_sync.stream_state where ${open}`)).toEqual([])
    }
  })

  test('in a row do not keep the children of deleted parents here, nor is the sweep over', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals, participants] })
    const [gone = '', ...others] = await dealsWithSome(db)
    const rows = await countOf(db, 'deal_participants', `deal_id = ${gone} and _deleted_at is null`)
    expect(rows).toBeGreaterThan(0)
    emulator.company.deals.delete(Number(gone))
    emulator.faults.add({ kind: 'status', status: 400, match: ofDeals(others) })
    const report = await world.run({ streams: [deals, participants], plan: SWEEP, maxShare: 1 })
    expect(reportOf(report, 'deal_participants')).toMatchObject({ status: 'failed', tombstoned: rows })
    const open = "stream = 'deal_participants' and sweep_since is not null"
    expect(await db.query(`select from pipedrive_sync.stream_state where ${open}`)).toHaveLength(1)
  })

  test.each([
    [400, 1],
    [500, 5],
  ])('with %i from the beginning end the stream: all would', async (status, attempts) => {
    await using world = await openWorld()
    await world.run({ streams: [deals] })
    world.emulator.faults.add({ kind: 'status', status, match: PARTICIPANTS })
    const report = await read(world)
    expect(report).toMatchObject({ status: 'failed', pages: 0 })
    expect(report.error).toContain('The children of 3 parents could not be read')
    // Those that were under way when the third had failed.
    expect(report.requests).toBeLessThanOrEqual((3 + 8) * attempts)
  })

  test('in a row later on end it too, and what was read before is kept', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    await world.run({ streams: [deals] })
    const ids = await dealsWithSome(db)
    const good = ids.slice(0, 6)
    emulator.faults.add({ kind: 'status', status: 400, match: ofDeals(ids.slice(6)) })
    expect(ids.length).toBeGreaterThan(6 + 5 + 8)
    const report = await read(world)
    expect(report.status).toBe('failed')
    expect(report.error).toContain('The children of 5 parents could not be read')
    expect(report.requests).toBeLessThanOrEqual(6 + 5 + 8)
    expect(report.inserted).toBe(await countOf(db, 'deal_participants'))
    emulator.faults.clear()
    const before = world.tap.asked.length
    expect(await read(world)).toMatchObject({ status: 'done', unchanged: 0, updated: 0 })
    expect(askedOf(world, before)).not.toEqual(expect.arrayContaining(good))
    await expectWarehouseEquals(world, { streams: ['deal_participants'] })
  })

  test('are no reason to go on where the connection itself breaks', async () => {
    await using world = await openWorld()
    await world.run({ streams: [deals] })
    const [, second = ''] = await dealsWithSome(world.db)
    world.emulator.faults.add({ kind: 'connection-reset', match: ofDeals([second]) })
    const report = await read(world)
    expect(report.status).toBe('failed')
    expect(report.error).toContain('the connection to')
    expect(report.error).not.toContain('could not be read')
    expect(new Set(askedOf(world)).size).toBeLessThanOrEqual(1 + 1 + 8)
  })
})
