import { describe, expect, test } from 'vitest'
import { selectStreams } from '../../src/streams/index.ts'
import { countOf, reportOf } from '../support/warehouse.ts'
import { BACKFILL, openWorld, streamNamed, type World } from '../support/world.ts'
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

describe('what a backfill has read whole, when it goes on,', () => {
  const persons = streamNamed('persons')

  test('is filled anew where a release has added a column', async () => {
    await using world = await openWorld()
    const request = {
      streams: selectStreams(['stages', 'users', 'user_permissions', 'notes']),
      plan: BACKFILL,
    }
    world.emulator.faults.add({ kind: 'status', status: 400, match: '/v1/notes?', times: 1 })
    expect((await world.run(request)).status).toBe('partial')
    await world.db.query('alter table pipedrive.user_permissions drop column value cascade')
    await world.db.query('alter table pipedrive.stages drop column name cascade')
    await world.run(request)
    expect(await countOf(world.db, 'user_permissions', 'value is null')).toBe(0)
    await expectWarehouseEquals(world, { streams: ['stages', 'user_permissions'] })
  })

  test('still has its tables brought in line', async () => {
    await using world = await openWorld()
    await world.run({ streams: [persons] })
    const { code } = world.emulator.company.fields.add('persons', 'Budget', 'text')
    world.emulator.company.persons.update(1, { custom_fields: { [code]: 'x' } })
    const request = { streams: [persons], plan: BACKFILL } as const
    const frozen = await world.run({ ...request, contract: 'freeze' })
    expect(reportOf(frozen, 'persons').status).toBe('frozen')
    const made = await world.run(request)
    expect(reportOf(made, 'persons')).toMatchObject({ status: 'done', requests: 0 })
    expect(await countOf(world.db, 'persons', "cf_budget = 'x'")).toBe(1)
  })
})
