import { describe, expect, test } from 'vitest'
import { selectStreams } from '../../src/streams/index.ts'
import { countOf, reportOf } from '../support/warehouse.ts'
import { openWorld, SWEEP, type World } from '../support/world.ts'

const DAY = 86_400_000

/** Sweeps a night's part. The spending of the nights before was another day's. */
async function night(
  world: World,
  streams: readonly string[],
  share: number,
  { spent = 0, after = DAY } = {},
) {
  const { clock, db, emulator } = world
  clock.advance(after)
  emulator.limits.spent = spent
  await db.query('update pipedrive_sync.token_ledger set day = day - 1')
  return world.run({
    command: 'sweep',
    kind: 'sweep',
    only: 'stalest',
    plan: SWEEP,
    allowance: { share },
    streams: selectStreams(streams),
  })
}

/** As if what was read until now had been read some time before. */
async function wasLongAgo({ db }: World): Promise<void> {
  await db.query("update pipedrive_sync.account set first_seen_at = first_seen_at - interval '30 days'")
  await db.query("update pipedrive_sync.parent_read set read_at = read_at - interval '30 days'")
  await db.query('update pipedrive_sync.token_ledger set day = day - 30')
}

describe('a night', () => {
  test('leaves alone a list that its tokens do not reach for, says so, and sweeps the others', async () => {
    await using world = await openWorld({ size: { files: 2000 } })
    const streams = ['files', 'persons', 'notes', 'products']
    await world.run({ streams: selectStreams(streams) })
    await wasLongAgo(world)
    world.emulator.limits.daily = 600
    const nights = []
    for (let count = 0; count < 3; count++) nights.push(await night(world, streams, 0.5))
    for (const report of nights) expect(report.status).toBe('done')
    const swept = nights.map((report) => report.streams.map(({ stream }) => stream))
    expect(new Set(swept[0])).toEqual(new Set(['persons', 'products', 'notes']))
    expect(swept.flat()).not.toContain('files')
    const [warning = ''] = world.warnings.filter((text) => text.includes('files'))
    expect(warning).toMatch(/^files is not swept: .* about 420 tokens, and a night may spend \d+\./)
    // Where it may spend more, it is swept.
    expect((await night(world, streams, 1)).streams.map(({ stream }) => stream)).toContain('files')
  })

  test('of a day that has little left is deferred in the end, and begins no list that would be cut off', async () => {
    await using world = await openWorld({ size: { files: 2000 } })
    const streams = ['files', 'persons']
    await world.run({ streams: selectStreams(streams) })
    await wasLongAgo(world)
    world.emulator.limits.daily = 1000
    const report = await night(world, streams, 1, { spent: 800, after: 0 })
    expect(report).toMatchObject({ status: 'deferred', code: 'E_BUDGET' })
    expect(report.streams.map(({ stream, status }) => [stream, status])).toEqual([['persons', 'done']])
    expect(report.resume_at).toBeDefined()
    expect(world.warnings.filter((text) => text.includes('is not swept'))).toEqual([])
  })

  test('asks some parents again whose children it has not seen for a week, others the next night', async () => {
    await using world = await openWorld({ size: { deals: 40 } })
    const { db, emulator } = world
    const streams = ['deals', 'deal_participants']
    await world.run({ streams: selectStreams(streams) })
    await wasLongAgo(world)
    emulator.limits.daily = 5000
    await db.query(`update pipedrive_sync.token_ledger set limit_seen = ${emulator.limits.daily}`)
    const [{ asked } = { asked: 0 }] = await db.query<{ asked: number }>(
      'select count(*)::int as asked from pipedrive_sync.parent_read',
    )
    expect(asked).toBeGreaterThan(25)
    const first = reportOf(await night(world, streams, 1), 'deal_participants')
    // 2 % of the day, 10 tokens a deal.
    expect(first).toMatchObject({ status: 'done', requests: 10 })
    for (let left = asked - 10; left > 0; left -= 10)
      expect(reportOf(await night(world, streams, 1), 'deal_participants').requests).toBe(Math.min(10, left))
    expect((await night(world, ['deal_participants'], 1)).streams).toEqual([])
  })

  test('sees which children are gone of the parents that it asks', async () => {
    await using world = await openWorld()
    const { db, emulator } = world
    const streams = ['deals', 'deal_participants']
    await world.run({ streams: selectStreams(streams) })
    await wasLongAgo(world)
    const [gone] = emulator.company.list('deal_participants').filter((row) => row['active_flag'] !== false)
    emulator.company.deal_participants.delete(gone?.['id'] as number)
    await world.run({ streams: selectStreams(streams) })
    const report = reportOf(await night(world, streams, 1), 'deal_participants')
    expect(report).toMatchObject({ status: 'done', tombstoned: 1 })
    expect(await countOf(db, 'deal_participants', '_deleted_at is not null')).toBe(1)
  })
})
