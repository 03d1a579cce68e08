import { describe, expect, test } from 'vitest'
import {
  forgetRange,
  forgetStream,
  markCompleted,
  openBookmark,
  type Place,
  type Range,
} from '../../src/load/checkpoint.ts'
import { inTransaction, type Session } from '../../src/load/connection.ts'
import { migratedWarehouse } from './support/warehouse.ts'

const deals: Place = { account: 'a', stream: 'deals', partition: 'live' }
const YEAR_2023: Range = { since: Date.UTC(2023, 0), until: Date.UTC(2024, 0) }
const may = Date.UTC(2023, 4)
const june = Date.UTC(2023, 5)

async function bookmarkOf(session: Session, place: Place = deals): Promise<number | null> {
  return (await openBookmark(session, place, null)).value
}

async function setBookmark(session: Session, to: number): Promise<void> {
  await (await openBookmark(session, deals, null)).save(to)
}

describe('the bookmark of a partition', () => {
  test('is null at first, and then what was saved last, to the millisecond', async () => {
    const { session, open } = await migratedWarehouse()
    const bookmark = await openBookmark(session, deals, null)
    expect(bookmark).toMatchObject({ place: deals, value: null, closed: false })
    await bookmark.save(may)
    await bookmark.save(june + 7)
    expect(await bookmarkOf(await open())).toBe(june + 7)
  })

  test('is its own for each account, stream and partition', async () => {
    const { session } = await migratedWarehouse()
    await setBookmark(session, may)
    for (const other of [{ account: 'b' }, { stream: 'leads' }, { partition: 'archived' }])
      expect(await bookmarkOf(session, { ...deals, ...other })).toBeNull()
    await (await openBookmark(session, { ...deals, partition: 'archived' }, null)).save(june)
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

  test('is nothing that closing changes', async () => {
    const { session } = await migratedWarehouse()
    const bookmark = await openBookmark(session, deals, null)
    await bookmark.save(may)
    await bookmark.close()
    expect(await openBookmark(session, deals, null)).toMatchObject({ value: may, closed: false })
  })
})

describe('a range', () => {
  test('resumes at its own bookmark, apart from the stream and from other ranges', async () => {
    const { session } = await migratedWarehouse()
    await (await openBookmark(session, deals, YEAR_2023)).save(may)
    expect(await openBookmark(session, deals, YEAR_2023)).toMatchObject({ value: may, closed: false })
    for (const other of [
      { ...YEAR_2023, since: null },
      { ...YEAR_2023, until: null },
      { since: null, until: null },
    ])
      expect(await openBookmark(session, deals, other)).toMatchObject({ value: null, closed: false })
    expect(await bookmarkOf(session)).toBeNull()
  })

  test('that was read to its end is closed, also where it had no record', async () => {
    const { session } = await migratedWarehouse()
    const range = await openBookmark(session, deals, YEAR_2023)
    await range.save(may)
    await range.close()
    expect(await openBookmark(session, deals, YEAR_2023)).toMatchObject({ value: may, closed: true })
    const empty = { ...deals, partition: 'archived' }
    await (await openBookmark(session, empty, YEAR_2023)).close()
    expect(await openBookmark(session, empty, YEAR_2023)).toMatchObject({ value: null, closed: true })
  })

  test.each<[string, number | null, Range, number | null]>([
    ['from the beginning of all takes the stream along', null, { since: null, until: null }, june],
    ['that begins where the stream has got to takes it along', YEAR_2023.since, YEAR_2023, june],
    ['that begins before that takes it along too', may, YEAR_2023, june],
    ['that leaves a gap does not', Date.UTC(2022, 11, 31), YEAR_2023, Date.UTC(2022, 11, 31)],
    ['of a stream that was never read does not', null, YEAR_2023, null],
    ['behind the stream never takes it back', Date.UTC(2024, 5), YEAR_2023, Date.UTC(2024, 5)],
  ])('%s', async (_what, before, range, after) => {
    const { session } = await migratedWarehouse()
    if (before !== null) await setBookmark(session, before)
    const opened = await openBookmark(session, deals, range)
    await opened.save(null)
    expect(await bookmarkOf(session)).toBe(before)
    await opened.save(june)
    expect(await bookmarkOf(session)).toBe(after)
  })

  test('is closed for a day; then it is open again, at the bookmark that it had', async () => {
    const { db, session } = await migratedWarehouse()
    const range = await openBookmark(session, deals, YEAR_2023)
    await range.save(may)
    await range.close()
    const closedFor = (hours: number) =>
      db.query('update pipedrive_sync.sync_window set closed_at = now() - $1::interval', [`${hours} hours`])
    await closedFor(23)
    expect(await openBookmark(session, deals, YEAR_2023)).toMatchObject({ value: may, closed: true })
    await closedFor(25)
    expect(await openBookmark(session, deals, YEAR_2023)).toMatchObject({ value: may, closed: false })
  })

  test('that goes back takes the stream back with it, to where it was when the range was opened', async () => {
    const { session } = await migratedWarehouse()
    const all: Range = { since: null, until: null }
    for (const held of [null, may]) {
      if (held !== null) await setBookmark(session, held)
      const opened = await openBookmark(session, deals, all)
      await opened.save(june)
      expect(await bookmarkOf(session)).toBe(june)
      await opened.save(null)
      expect(await bookmarkOf(session)).toBe(held)
    }
  })

  test('is forgotten for the streams named, and no other range with it', async () => {
    const { session } = await migratedWarehouse()
    const leads = { ...deals, stream: 'leads' }
    const other = { ...deals, account: 'b' }
    const open = { since: null, until: null }
    for (const place of [deals, leads, other]) await (await openBookmark(session, place, YEAR_2023)).save(may)
    await (await openBookmark(session, deals, open)).save(may)
    await forgetRange(session, 'a', ['deals', 'notes'], YEAR_2023)
    const value = async (place: Place, range: Range) => (await openBookmark(session, place, range)).value
    expect(await value(deals, YEAR_2023)).toBeNull()
    expect(await value(leads, YEAR_2023)).toBe(may)
    expect(await value(other, YEAR_2023)).toBe(may)
    expect(await value(deals, open)).toBe(may)
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
    await (await openBookmark(session, place, null)).save(may)
    await (await openBookmark(session, place, YEAR_2023)).close()
  }
  await forgetStream(session, 'a', 'deals')
  for (const place of [deals, archived]) {
    expect(await bookmarkOf(session, place)).toBeNull()
    expect(await openBookmark(session, place, YEAR_2023)).toMatchObject({ closed: false })
  }
  for (const place of others) {
    expect(await bookmarkOf(session, place)).toBe(may)
    expect(await openBookmark(session, place, YEAR_2023)).toMatchObject({ closed: true })
  }
})

test('a complete walk is remembered beside the bookmark, again each time', async () => {
  const { db, session } = await migratedWarehouse()
  const read = () =>
    db.query<{ completed_at: Date; bookmark: Date | null }>('select * from pipedrive_sync.stream_state')
  await markCompleted(session, [deals])
  await setBookmark(session, may)
  const [first] = await read()
  expect(first).toMatchObject({ bookmark: new Date(may), completed_at: expect.any(Date) as Date })
  await db.query(`update pipedrive_sync.stream_state set completed_at = 'epoch'`)
  await markCompleted(session, [deals])
  const [second] = await read()
  expect(second?.bookmark).toEqual(new Date(may))
  expect(second?.completed_at.getTime()).toBeGreaterThanOrEqual(first?.completed_at.getTime() ?? Infinity)
})
