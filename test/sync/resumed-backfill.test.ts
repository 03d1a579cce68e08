import { expect, test } from 'vitest'
import { selectStreams } from '../../src/streams/index.ts'
import { BACKFILL, openWorld, type World } from '../support/world.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'

const ALL = { streams: selectStreams([]), plan: BACKFILL } as const
/** Whose token it is, and a request that was paid for when the budget ended. */
const A_RUN = 60

async function spentBy(world: World, allowance: number): Promise<{ tokens: number; runs: number }> {
  const before = world.emulator.limits.spent
  for (let runs = 1; runs < 100; runs++) {
    const { status } = await world.run({ ...ALL, allowance: { tokens: allowance } })
    if (status === 'done') return { tokens: world.emulator.limits.spent - before, runs }
    expect(status).toBe('deferred')
  }
  throw new Error('The backfill is not done after a hundred runs.')
}

test('a backfill in many small runs pays for nothing twice', async () => {
  await using whole = await openWorld()
  const once = await spentBy(whole, 1_000_000)
  expect(once.runs).toBe(1)

  await using world = await openWorld()
  const { tokens, runs } = await spentBy(world, 400)
  expect(runs).toBeGreaterThan(5)
  expect(tokens).toBeLessThan(once.tokens + runs * A_RUN)
  await expectWarehouseEquals(world)
})
