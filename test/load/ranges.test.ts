import { describe, expect, test } from 'vitest'
import { openBookmark, type Place } from '../../src/load/checkpoint.ts'
import type { Session } from '../../src/load/connection.ts'
import { forgetRange, isFirstReading, openRange } from '../../src/load/ranges.ts'
import { EVERYTHING, type Range, type StretchState } from '../../src/ranges.ts'
import { migratedWarehouse } from './support/warehouse.ts'

const deals: Place = { account: 'a', stream: 'deals', partition: 'live' }
const YEAR_2023: Range = { since: Date.UTC(2023, 0), until: Date.UTC(2024, 0) }
const may = Date.UTC(2023, 4)
const june = Date.UTC(2023, 5)
const july = Date.UTC(2023, 6)

function part(range: Range, bookmark: number | null, closed = false): StretchState {
  return { ...range, bookmark, closed }
}

async function bookmarkOf(session: Session): Promise<number | null> {
  return (await openBookmark(session, deals)).value
}

async function setBookmark(session: Session, to: number): Promise<void> {
  await (await openBookmark(session, deals)).save(to)
}

async function save(session: Session, range: Range, ...parts: readonly StretchState[]): Promise<void> {
  await (await openRange(session, deals, range)).save(parts)
}

describe('a range', () => {
  test('is one part at first, and then the parts that were saved last, from the earliest on', async () => {
    const { session } = await migratedWarehouse()
    expect(await openRange(session, deals, YEAR_2023)).toMatchObject({
      parts: [part(YEAR_2023, null)],
      closed: false,
    })
    const [first, second] = [
      part({ ...YEAR_2023, until: june }, may),
      part({ ...YEAR_2023, since: june }, null),
    ]
    await save(session, YEAR_2023, second, first)
    const opened = await openRange(session, deals, YEAR_2023)
    expect(opened).toMatchObject({ parts: [first, second], closed: false })
    await opened.save([
      part({ since: june, until: july }, july, true),
      part({ since: july, until: YEAR_2023.until }, null),
      first,
    ])
    expect((await openRange(session, deals, YEAR_2023)).parts).toEqual([
      first,
      part({ since: june, until: july }, july, true),
      part({ since: july, until: YEAR_2023.until }, null),
    ])
  })

  test('is written where a part of it has moved on, and not where it is as it was', async () => {
    const { db, session } = await migratedWarehouse()
    const parts = [part({ ...YEAR_2023, until: june }, may, true), part({ ...YEAR_2023, since: june }, null)]
    const rows = () =>
      db.query('select xmin::text, xmax::text from pipedrive_sync.sync_window order by since')
    await save(session, YEAR_2023, ...parts)
    const [first, second] = await rows()
    await save(session, YEAR_2023, parts[0]!, { ...parts[1]!, bookmark: july })
    const [firstAgain, secondMoved] = await rows()
    expect(firstAgain).toEqual(first)
    expect(secondMoved).not.toEqual(second)
  })

  test('is open at both ends where it is everything', async () => {
    const { session } = await migratedWarehouse()
    await save(
      session,
      EVERYTHING,
      part({ since: null, until: may }, may, true),
      part({ since: may, until: null }, june),
    )
    expect((await openRange(session, deals, EVERYTHING)).parts).toEqual([
      part({ since: null, until: may }, may, true),
      part({ since: may, until: null }, june),
    ])
  })

  test('is apart from the stream and from other ranges', async () => {
    const { session } = await migratedWarehouse()
    await save(session, YEAR_2023, part(YEAR_2023, may))
    for (const other of [{ ...YEAR_2023, since: null }, { ...YEAR_2023, until: null }, EVERYTHING])
      expect((await openRange(session, deals, other)).parts).toEqual([part(other, null)])
    expect(await bookmarkOf(session)).toBeNull()
  })

  test('that was read to its end is closed for a day, also where it had no record; then its end is open again', async () => {
    const { db, session } = await migratedWarehouse()
    const parts = [
      part({ ...YEAR_2023, until: june }, may, true),
      part({ ...YEAR_2023, since: june }, null, true),
    ]
    await save(session, YEAR_2023, ...parts)
    const closedFor = (hours: number) =>
      db.query('update pipedrive_sync.sync_window set closed_at = now() - $1::interval', [`${hours} hours`])
    await closedFor(23)
    expect((await openRange(session, deals, YEAR_2023)).closed).toBe(true)
    await closedFor(25)
    const reopened = [
      part({ ...YEAR_2023, until: june }, may, true),
      part({ ...YEAR_2023, since: june }, may),
    ]
    const opened = await openRange(session, deals, YEAR_2023)
    expect(opened).toMatchObject({ parts: reopened, closed: false })
    await opened.save(reopened)
    expect(await openRange(session, deals, YEAR_2023)).toMatchObject({ parts: reopened, closed: false })
  })

  test('keeps what was closed long ago as long as another part is open', async () => {
    const { db, session } = await migratedWarehouse()
    const parts = [part({ ...YEAR_2023, until: june }, may, true), part({ ...YEAR_2023, since: june }, null)]
    await save(session, YEAR_2023, ...parts)
    await db.query("update pipedrive_sync.sync_window set closed_at = closed_at - interval '9 days'")
    expect(await openRange(session, deals, YEAR_2023)).toMatchObject({ parts, closed: false })
  })

  test.each<[string, number | null, Range, number | null]>([
    ['from the beginning of all takes the stream along', null, EVERYTHING, june],
    ['that begins where the stream has got to takes it along', YEAR_2023.since, YEAR_2023, june],
    ['that begins before that takes it along too', may, YEAR_2023, june],
    ['that leaves a gap does not', Date.UTC(2022, 11, 31), YEAR_2023, Date.UTC(2022, 11, 31)],
    ['of a stream that was never read does not', null, YEAR_2023, null],
    ['behind the stream never takes it back', Date.UTC(2024, 5), YEAR_2023, Date.UTC(2024, 5)],
  ])('%s', async (_what, before, range, after) => {
    const { session } = await migratedWarehouse()
    if (before !== null) await setBookmark(session, before)
    const opened = await openRange(session, deals, range)
    await opened.save([part(range, null)])
    expect(await bookmarkOf(session)).toBe(before)
    await opened.save([part(range, june)])
    expect(await bookmarkOf(session)).toBe(after)
  })

  test('takes the stream no further than to where nothing is missing', async () => {
    const { session } = await migratedWarehouse()
    const [first, second, third] = [
      { since: null, until: may },
      { since: may, until: june },
      { since: june, until: null },
    ]
    const opened = await openRange(session, deals, EVERYTHING)
    const at = async (...parts: readonly StretchState[]) => {
      await opened.save(parts)
      return bookmarkOf(session)
    }
    expect(await at(part(first, null), part(second, may + 1), part(third, july))).toBeNull()
    expect(await at(part(first, 7), part(second, may + 1, true), part(third, july))).toBe(7)
    expect(await at(part(first, 8, true), part(second, null), part(third, july))).toBe(8)
    expect(await at(part(first, 8, true), part(second, null, true), part(third, july))).toBe(july)
  })

  test('that goes back takes the stream back with it, to where it was when the range was opened', async () => {
    const { session } = await migratedWarehouse()
    for (const held of [null, may]) {
      if (held !== null) await setBookmark(session, held)
      const opened = await openRange(session, deals, EVERYTHING)
      await opened.save([part(EVERYTHING, june)])
      expect(await bookmarkOf(session)).toBe(june)
      await opened.save([part(EVERYTHING, null)])
      expect(await bookmarkOf(session)).toBe(held)
    }
  })

  test('is forgotten for the streams named, and no other range with it', async () => {
    const { session } = await migratedWarehouse()
    const leads = { ...deals, stream: 'leads' }
    const other = { ...deals, account: 'b' }
    for (const place of [deals, leads, other])
      await (await openRange(session, place, YEAR_2023)).save([part(YEAR_2023, may)])
    await save(session, EVERYTHING, part(EVERYTHING, may))
    await forgetRange(session, 'a', ['deals', 'notes'], YEAR_2023)
    const value = async (place: Place, range: Range) =>
      (await openRange(session, place, range)).parts[0]?.bookmark
    expect(await value(deals, YEAR_2023)).toBeNull()
    expect(await value(leads, YEAR_2023)).toBe(may)
    expect(await value(other, YEAR_2023)).toBe(may)
    expect(await value(deals, EVERYTHING)).toBe(may)
    await (await openRange(session, deals, EVERYTHING)).forget()
    expect(await value(deals, EVERYTHING)).toBeNull()
  })
})

describe('a first reading', () => {
  test('goes on as long as a part of everything is open, and the stream is no further', async () => {
    const { session } = await migratedWarehouse()
    const [early, late] = [
      { since: null, until: may },
      { since: may, until: null },
    ]
    expect(await isFirstReading(session, deals)).toBe(true)
    await save(session, EVERYTHING, part(early, 7), part(late, july))
    expect(await bookmarkOf(session)).toBe(7)
    expect(await isFirstReading(session, deals)).toBe(true)
    await save(session, EVERYTHING, part(early, 7, true), part(late, july, true))
    expect(await isFirstReading(session, deals)).toBe(false)
  })

  test('is over where every part of it is, also where no record had a time', async () => {
    const { session } = await migratedWarehouse()
    await save(session, EVERYTHING, part(EVERYTHING, null, true))
    expect(await bookmarkOf(session)).toBeNull()
    expect(await isFirstReading(session, deals)).toBe(false)
  })

  test('is none where all had been read before', async () => {
    const { session } = await migratedWarehouse()
    await setBookmark(session, july)
    expect(await isFirstReading(session, deals)).toBe(false)
    await save(session, EVERYTHING, part(EVERYTHING, june))
    expect(await isFirstReading(session, deals)).toBe(false)
  })
})
