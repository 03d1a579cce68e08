import { expect, test } from 'vitest'
import { erasureOf } from '../../src/erasure.ts'
import { connect } from '../../src/load/connection.ts'
import { eraseRecord } from '../../src/load/erase.ts'
import { readRecord } from '../../src/streams/erasable.ts'
import { countOf, everything } from '../support/warehouse.ts'
import { inPagesOf, openWorld, type World } from '../support/world.ts'
import { fill, fillOne, told, verdictOf, verifyWorld } from './support.ts'

async function erase({ db }: World, kind: string, id: string): Promise<void> {
  await using session = await connect(db.url, { data: 'pipedrive', control: 'pipedrive_sync' }, 'test')
  await eraseRecord(session, erasureOf('pipedrive', readRecord(kind, id)))
}

test('what was erased is no difference, and a repair brings nothing of it back', async () => {
  await using world = await openWorld()
  const streams = await fill(world)
  const [lead] = await world.db.query<{ id: string }>('select id from pipedrive.leads order by id limit 1')
  await erase(world, 'person', '3')
  await erase(world, 'organization', '2')
  await erase(world, 'lead', lead?.id ?? '')
  const report = await verifyWorld(world, { streams })
  expect(told(report)).toEqual([])
  expect(report).toMatchObject({ status: 'done', equal: true })
  expect(verdictOf(report, 'deals').totals.length).toBeGreaterThan(2)
  const live = await countOf(world.db, 'persons', '_deleted_at is null')
  expect(verdictOf(report, 'persons')).toMatchObject({ there: live, here: live })

  await world.db.query(`update pipedrive.persons set name = 'tampered' where id = 1`)
  await world.db.query(`delete from pipedrive.activity_participants where person_id = 1`)
  const before = await countOf(world.db, 'persons')
  const some = streams.filter(({ name }) => name === 'persons' || name === 'activities')
  const repaired = await verifyWorld(world, { streams: some, repair: true })
  expect(told(repaired)).toEqual([])
  expect(told(repaired, 'mended')).toContain('persons 1 different name')
  expect(await countOf(world.db, 'persons')).toBe(before)
  expect(await countOf(world.db, 'activity_participants', 'person_id = 1')).toBeGreaterThan(0)
  expect(await countOf(world.db, 'activity_participants', 'person_id = 3')).toBe(0)
})

test('the sums of deals are left alone where Pipedrive counts one that was erased', async () => {
  await using world = await openWorld()
  const streams = (await fill(world)).filter(({ name }) => name === 'deals')
  const [open] = await world.db.query<{ id: string }>(
    "select id from pipedrive.deals where status = 'open' and _deleted_at is null and not is_archived limit 1",
  )
  await erase(world, 'deal', open?.id ?? '')
  const before = await everything(world.db)
  const report = await verifyWorld(world, { streams })
  expect(report).toMatchObject({ status: 'done', equal: true })
  expect(verdictOf(report, 'deals').totals).toEqual([])
  expect(await everything(world.db)).toEqual(before)
})

test('what is erased while it is verified is no difference, though nothing had been erased before', async () => {
  await using world = await openWorld()
  const streams = (await fillOne(world, 'persons')).map((stream) => inPagesOf(5, stream))
  const erasures = ['3', '5']
  let lists = 0
  // Once when it has been listed, behind two more pages, and once when it is read again by its id.
  world.tap.onAnswer = async ({ path, query }) => {
    const ids = query.get('ids')
    if (path === '/api/v2/persons' && ids === null) lists++
    const isNow = ids === null ? lists === 4 : ids.split(',').includes('5')
    if (isNow && erasures.length === (ids === null ? 2 : 1))
      await erase(world, 'person', erasures.shift() ?? '')
  }
  const report = await verifyWorld(world, { streams, batch: { batchRows: 1, batchMs: 2000 } })
  expect(erasures).toEqual([])
  expect(told(report)).toEqual([])
  const verdict = verdictOf(report, 'persons')
  expect(verdict).toMatchObject({ pending: 0, changed: 0, unconfirmed: 0, there: verdict.here })
  expect(report).toMatchObject({ status: 'done', equal: true })
})
