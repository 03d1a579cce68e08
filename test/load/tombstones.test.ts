import { describe, expect, test } from 'vitest'
import { countLive, findAbsent, tombstoneAbsent } from '../../src/load/tombstones.ts'
import type { Stream } from '../../src/streams/stream.ts'
import { contacts, migratedWarehouse, openStream } from './support/warehouse.ts'

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const leads: Stream = {
  ...contacts,
  name: 'people',
  exploded: [],
  columns: { ...contacts.columns, id: 'uuid' },
}

describe('what a complete walk did not see', () => {
  test('is found among the live rows, in the order of the key', async () => {
    const { session } = await migratedWarehouse()
    const first = await openStream(session)
    await first.load([1, 2, 9, 10, 11].map((id) => ({ id })))
    await first.load([{ id: 12, is_deleted: true }])
    const walk = await openStream(session, contacts, [], { rememberKeys: true })
    await walk.load([{ id: 1 }, { id: 2, is_deleted: true }])
    await walk.load([{ id: 1 }, { id: 3 }])
    expect(await findAbsent(session, walk.layout)).toEqual({ live: 5, seen: 3, absent: ['9', '10', '11'] })
    expect(await countLive(session, walk.layout)).toBe(5)
  })

  test('does not hold what it saw in an older version', async () => {
    const { session } = await migratedWarehouse()
    const walk = await openStream(session, contacts, [], { rememberKeys: true })
    await walk.load([{ id: 1, update_time: '2024-01-02T00:00:00Z' }])
    const again = await openStream(session, contacts, [], { rememberKeys: true })
    expect(await again.load([{ id: 1, update_time: '2024-01-01T00:00:00Z' }])).toMatchObject({ stale: 1 })
    expect(await findAbsent(session, again.layout)).toEqual({ live: 1, seen: 1, absent: [] })
  })

  test('is found by keys of letters too', async () => {
    const { session } = await migratedWarehouse()
    await (await openStream(session, leads)).load([1, 2, 3].map((n) => ({ id: uuid(n) })))
    const walk = await openStream(session, leads, [], { rememberKeys: true })
    await walk.load([{ id: uuid(2).toUpperCase() }])
    expect(await findAbsent(session, walk.layout)).toEqual({ live: 3, seen: 1, absent: [uuid(1), uuid(3)] })
    expect(await tombstoneAbsent(session, walk.layout, null)).toBe(2)
    expect(await countLive(session, walk.layout)).toBe(1)
  })
})

describe('writing tombstones', () => {
  test('marks the live rows that were not seen, counts them, and keeps the first mark of others', async () => {
    const { db, session } = await migratedWarehouse()
    await (await openStream(session)).load([1, 2, 3, 4].map((id) => ({ id, name: `n${id}` })))
    await db.query(`update pipedrive.contacts set _synced_at = '2024-01-01'`)
    await db.query(`update pipedrive.contacts set _deleted_at = '2024-01-01' where id = 2`)
    const walk = await openStream(session, contacts, [], { rememberKeys: true })
    await walk.load([3, 4].map((id) => ({ id, name: `n${id}` })))
    expect(await tombstoneAbsent(session, walk.layout, null)).toBe(1)
    const rows = await db.query<{ id: string; at: Date | null; synced: Date }>(
      'select id, _deleted_at as at, _synced_at as synced from pipedrive.contacts order by id',
    )
    const old = new Date('2024-01-01T00:00:00Z')
    expect(rows).toMatchObject([
      { id: '1' },
      { id: '2', at: old, synced: old },
      { id: '3', at: null, synced: old },
      { id: '4', at: null, synced: old },
    ])
    expect(rows[0]?.at?.getTime()).toBeGreaterThan(old.getTime())
    expect(rows[0]?.at).toEqual(rows[0]?.synced)
  })

  test('where everything was seen touches nothing', async () => {
    const { session } = await migratedWarehouse()
    const walk = await openStream(session, contacts, [], { rememberKeys: true })
    await walk.load([{ id: 1 }])
    expect(await tombstoneAbsent(session, walk.layout, null)).toBe(0)
    expect(await countLive(session, walk.layout)).toBe(1)
  })

  test('tells rows by all columns of their key, and leaves those of other users alone', async () => {
    const { db, session } = await migratedWarehouse()
    const settings: Stream = {
      ...contacts,
      name: 'settings',
      key: ['user_id', 'name'],
      cursorField: null,
      exploded: [],
      columns: { user_id: 'bigint', name: 'text' },
    }
    const of = (user_id: number, ...names: string[]) => names.map((name) => ({ user_id, name }))
    await (await openStream(session, settings)).load([...of(1, 'a', 'b'), ...of(2, 'a', 'c')])
    const walk = await openStream(session, settings, [], { rememberKeys: true })
    await walk.load(of(1, 'a'))
    const owner = { column: 'user_id', id: 1 }
    expect(await findAbsent(session, walk.layout, owner)).toMatchObject({ live: 2, seen: 1, absent: ['1'] })
    expect(await tombstoneAbsent(session, walk.layout, owner)).toBe(1)
    const gone = 'select user_id, name from pipedrive.settings where _deleted_at is not null'
    expect(await db.query(gone)).toEqual([{ user_id: '1', name: 'b' }])
  })
})
