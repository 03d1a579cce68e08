import { describe, expect, test } from 'vitest'
import type { EmulatorOptions } from '../../emulator/index.ts'
import { countOf, everything } from '../support/warehouse.ts'
import { openWorld } from '../support/world.ts'
import { fill, told, verdictOf, verifyWorld } from './support.ts'

/** The open questions that change what lists and reads by id show, the other way round. */
const OTHERWISE: EmulatorOptions = {
  switches: {
    deletedInLists: true,
    deletedById: 'not-found',
    deletedDealStatus: 'kept',
    deletedNotesListed: false,
    contactSync: true,
    organizationData: true,
  },
}

describe('a warehouse that has just been filled', () => {
  test.each([
    ['', {}],
    [', whatever is open about the API', OTHERWISE],
  ] as const)('is equal to Pipedrive in every stream%s, and is left alone', async (_what, options) => {
    await using world = await openWorld(options)
    const streams = await fill(world)
    expect(streams.length).toBeGreaterThan(35)
    const before = await everything(world.db)
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(report.streams.flatMap(({ error }) => error ?? [])).toEqual([])
    expect(report).toMatchObject({ status: 'done', equal: true })
    for (const verdict of report.streams) {
      expect(verdict).toMatchObject({ status: 'done', pending: 0, changed: 0, unconfirmed: 0 })
      const gone = verdict.stream === 'fields' ? 'removed_at' : '_deleted_at'
      const live = await countOf(world.db, verdict.stream, `${gone} is null`)
      expect(verdict.compared, verdict.stream).toBe(live)
      if (verdict.there !== null) expect([verdict.there, verdict.here]).toEqual([live, live])
    }
    expect(verdictOf(report, 'deals').totals.length).toBeGreaterThan(2)
    expect(await everything(world.db)).toEqual(before)
  })
})
