import { describe, expect, test } from 'vitest'
import { throughDoor } from '../../src/streams/door.ts'
import { openWorld, streamNamed, type World } from '../support/world.ts'
import { fillOne, told, verdictOf, verifyWorld } from './support.ts'

const MINUTE = 60_000
const collection = { streams: [throughDoor(streamNamed('deals'), 'v1-collection')] }

async function someDeal({ db }: World, where: string): Promise<number> {
  const [row] = await db.query<{ id: number }>(
    `select id::int from pipedrive.deals where _deleted_at is null and ${where} order by update_time desc limit 1`,
  )
  if (row === undefined) throw new Error(`No deal where ${where}`)
  return row.id
}

function tamper({ db }: World, deal: number): Promise<unknown> {
  return db.query(`update pipedrive.deals set title = 'Tampered' where id = ${deal}`)
}

function setBookmark({ db }: World, partition: string, to: string): Promise<unknown> {
  return db.query(
    `update pipedrive_sync.stream_state set bookmark = ${to} where stream = 'deals' and partition = '${partition}'`,
  )
}

describe('what has not been synced yet', () => {
  test('is so by the bookmarks of the way that is verified, not by those of another', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deals')
    world.clock.advance(MINUTE)
    const deal = await someDeal(world, 'not is_archived')
    world.emulator.company.deals.update(deal, { title: 'Changed' })
    expect((await world.run(collection)).status).toBe('done')
    const [held] = await world.db.query(`select title from pipedrive.deals where id = ${deal}`)
    expect(held).toEqual({ title: 'Changed' })
    await world.db.query(`delete from pipedrive.deals where id = ${deal}`)
    const verdict = verdictOf(await verifyWorld(world, { streams }), 'deals')
    expect(verdict).toMatchObject({ pending: 1, differences: [], unread_partitions: [] })
  })

  test('is so by the bookmark of the partition: one that seldom changes holds no other back', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deals')
    await setBookmark(world, 'archived', "timestamptz '2000-01-01'")
    const [live, archived] = [await someDeal(world, 'not is_archived'), await someDeal(world, 'is_archived')]
    await tamper(world, live)
    await world.db.query(`delete from pipedrive.deals where id = ${archived}`)
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([`deals ${live} different title`])
    expect(verdictOf(report, 'deals')).toMatchObject({ pending: 1 })
  })

  test('is so by when it was read, of a partition that showed nothing then', async () => {
    await using world = await openWorld()
    const streams = await fillOne(world, 'deals')
    await setBookmark(world, 'archived', 'null')
    world.clock.advance(MINUTE)
    const deal = await someDeal(world, 'not is_archived')
    world.emulator.company.deals.update(deal, { is_archived: true })
    const report = await verifyWorld(world, { streams })
    expect(told(report)).toEqual([])
    expect(verdictOf(report, 'deals')).toMatchObject({ pending: 1, unread_partitions: [] })
  })
})

test('where a partition was never read, what differs is told, and that it was not', async () => {
  await using world = await openWorld()
  await world.run(collection)
  const deal = await someDeal(world, 'true')
  await tamper(world, deal)
  const report = await verifyWorld(world, { streams: [streamNamed('deals')] })
  expect(report).toMatchObject({ status: 'done', equal: false })
  const { unread_partitions: unread, pending, compared } = verdictOf(report, 'deals')
  expect(unread).toEqual(['live', 'archived'])
  expect(pending).toBe(0)
  expect(compared).toBeGreaterThan(20)
  expect(told(report)).toContainEqual(expect.stringMatching(new RegExp(`^deals ${deal} different .*title`)))
})
