import { describe, expect, test } from 'vitest'
import { forgetStream, markCompleted, openBookmark, type Place } from '../../src/load/checkpoint.ts'
import { inTransaction, type Session } from '../../src/load/connection.ts'
import { openRange } from '../../src/load/ranges.ts'
import { EVERYTHING } from '../../src/ranges.ts'
import { migratedWarehouse } from './support/warehouse.ts'

const deals: Place = { account: 'a', stream: 'deals', partition: 'live' }
const may = Date.UTC(2023, 4)
const june = Date.UTC(2023, 5)

async function bookmarkOf(session: Session, place: Place = deals): Promise<number | null> {
  return (await openBookmark(session, place)).value
}

async function setBookmark(session: Session, to: number): Promise<void> {
  await (await openBookmark(session, deals)).save(to)
}

describe('the bookmark of a partition', () => {
  test('is null at first, and then what was saved last, to the millisecond', async () => {
    const { session, open } = await migratedWarehouse()
    const bookmark = await openBookmark(session, deals)
    expect(bookmark).toMatchObject({ place: deals, value: null })
    await bookmark.save(may)
    await bookmark.save(june + 7)
    expect(await bookmarkOf(await open())).toBe(june + 7)
  })

  test('is its own for each account, stream and partition', async () => {
    const { session } = await migratedWarehouse()
    await setBookmark(session, may)
    for (const other of [{ account: 'b' }, { stream: 'leads' }, { partition: 'archived' }])
      expect(await bookmarkOf(session, { ...deals, ...other })).toBeNull()
    await (await openBookmark(session, { ...deals, partition: 'archived' })).save(june)
    expect(await bookmarkOf(session)).toBe(may)
  })

  test('is back where it was when its transaction fails', async () => {
    const { session } = await migratedWarehouse()
    await setBookmark(session, may)
    const failed = inTransaction(session, async () => {
      await setBookmark(session, june)
      throw new Error('stop')
    })
    await expect(failed).rejects.toThrow('stop')
    expect(await bookmarkOf(session)).toBe(may)
  })
})

test('forgetting a stream forgets its bookmarks and ranges, and no one else’s', async () => {
  const { session } = await migratedWarehouse()
  const archived = { ...deals, partition: 'archived' }
  const others = [
    { ...deals, stream: 'leads' },
    { ...deals, account: 'b' },
  ]
  for (const place of [deals, archived, ...others]) {
    await (await openBookmark(session, place)).save(may)
    await (await openRange(session, place, EVERYTHING)).save([{ ...EVERYTHING, bookmark: may, closed: true }])
  }
  await forgetStream(session, 'a', 'deals')
  for (const place of [deals, archived]) {
    expect(await bookmarkOf(session, place)).toBeNull()
    expect((await openRange(session, place, EVERYTHING)).closed).toBe(false)
  }
  for (const place of others) {
    expect(await bookmarkOf(session, place)).toBe(may)
    expect((await openRange(session, place, EVERYTHING)).closed).toBe(true)
  }
})

test('a complete walk is remembered beside the bookmark, again each time', async () => {
  const { db, session } = await migratedWarehouse()
  const read = () =>
    db.query<{ completed_at: Date; bookmark: Date | null }>('select * from pipedrive_sync.stream_state')
  await markCompleted(session, [deals], Date.now())
  await setBookmark(session, may)
  const [first] = await read()
  expect(first).toMatchObject({ bookmark: new Date(may), completed_at: expect.any(Date) as Date })
  await db.query(`update pipedrive_sync.stream_state set completed_at = 'epoch'`)
  await markCompleted(session, [deals], Date.now())
  const [second] = await read()
  expect(second?.bookmark).toEqual(new Date(may))
  expect(second?.completed_at.getTime()).toBeGreaterThanOrEqual(first?.completed_at.getTime() ?? Infinity)
})
