import { describe, expect, test } from 'vitest'
import { erasureOf } from '../../src/erasure.ts'
import { inTransaction, type Session } from '../../src/load/connection.ts'
import { eraseRecord, planErasure } from '../../src/load/erase.ts'
import { readErased } from '../../src/load/erased.ts'
import { findAbsent } from '../../src/load/tombstones.ts'
import { readRecord } from '../../src/streams/erasable.ts'
import { streamNamed } from '../support/world.ts'
import { ACCOUNT, contacts, migratedWarehouse, openStream } from './support/warehouse.ts'

const erasure = (kind: string, id: string) => erasureOf(ACCOUNT, readRecord(kind, id))
const erase = (session: Session, kind: string, id: string) => eraseRecord(session, erasure(kind, id))

const persons = streamNamed('persons')
const notes = streamNamed('notes')

describe('people among the parties of mail', () => {
  const party = (id: number, person: number | null) => ({ id, name: `Name ${id}`, linked_person_id: person })
  const thread = {
    id: 1,
    subject: 'Hello',
    parties: { from: [party(1, 5)], to: [party(2, 6), party(3, 5), party(4, null)], count: 4 },
    drafts_parties: [party(5, 5), party(6, 55)],
  }
  const rest = {
    parties: { from: [], to: [party(2, 6), party(4, null)], count: 4 },
    drafts_parties: [party(6, 55)],
  }
  const select = 'select parties, drafts_parties from pipedrive.mail_threads'

  test('go, the others and the thread stay, and nothing else is written', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, streamNamed('mail_threads'))
    await load([thread, { ...thread, id: 2, parties: { to: [party(7, 8)] }, drafts_parties: [] }])
    expect((await erase(session, 'person', '5')).tables).toEqual([
      { table: 'mail_threads', removed: 0, emptied: 1, stays: 0 },
    ])
    expect(await db.query(`${select} order by id`)).toEqual([
      rest,
      { parties: { to: [party(7, 8)] }, drafts_parties: [] },
    ])
  })

  test('are kept out of what is loaded later, and a thread that has not changed is not written again', async () => {
    const { db, session } = await migratedWarehouse()
    await erase(session, 'person', '5')
    const { load } = await openStream(session, streamNamed('mail_threads'))
    expect(await load([thread])).toMatchObject({ inserted: 1 })
    expect(await db.query(select)).toEqual([rest])
    expect(await load([thread])).toMatchObject({ unchanged: 1, updated: 0 })
  })

  test('may be no list at all', async () => {
    const { db, session } = await migratedWarehouse()
    await erase(session, 'person', '5')
    const { load } = await openStream(session, streamNamed('mail_threads'))
    await load([
      { id: 1, parties: {}, drafts_parties: null },
      { id: 2, parties: 'none', drafts_parties: 5 },
    ])
    expect(await db.query(`${select} order by id`)).toEqual([
      { parties: {}, drafts_parties: null },
      { parties: 'none', drafts_parties: 5 },
    ])
  })
})

describe('a copy of what happened to a deal', () => {
  const entries = [
    { person_id: 5 },
    { person_id: { value: 5, name: 'Ann' } },
    { participants: [{ person_id: 4 }, { person_id: 5 }] },
    { person_id: 55 },
    { person_id: '5 or so' },
    {},
  ]
  const rows = entries.map((data, id) => ({
    deal_id: 1,
    object: 'activity',
    timestamp: '2024-01-01 10:00:00',
    data: { id, ...data },
  }))
  const kept = [{ id: '3' }, { id: '4' }, { id: '5' }]
  const select = 'select id from pipedrive.deal_flow order by id'

  test('goes wherever in it the person is named', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, streamNamed('deal_flow'))
    await load(rows)
    await erase(session, 'person', '5')
    expect(await db.query(select)).toEqual(kept)
  })

  test('does not come back', async () => {
    const { db, session } = await migratedWarehouse()
    await erase(session, 'person', '5')
    const { load } = await openStream(session, streamNamed('deal_flow'))
    expect(await load(rows)).toMatchObject({ inserted: 3, unchanged: 0 })
    expect(await db.query(select)).toEqual(kept)
  })
})

describe('what is copied into another record', () => {
  const note = { id: 1, person_id: 5, content: 'x', person: { name: 'Ann', nick: 'A' }, mood: 'good' }

  test('goes with the rest of the object that it came from, and the rest of the record stays', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, notes)
    await load([note])
    const select = 'select person_name, _extra from pipedrive.notes'
    expect(await db.query(select)).toEqual([
      { person_name: 'Ann', _extra: { person: { nick: 'A' }, mood: 'good' } },
    ])
    await erase(session, 'person', '5')
    expect(await db.query(select)).toEqual([{ person_name: null, _extra: { mood: 'good' } }])
    expect(await (await openStream(session, notes)).load([note])).toMatchObject({ unchanged: 1 })
  })

  test('leaves no empty _extra', async () => {
    const { db, session } = await migratedWarehouse()
    await erase(session, 'person', '5')
    await (await openStream(session, notes)).load([{ id: 1, person_id: 5, person: { nick: 'A' } }])
    expect(await db.query('select _extra from pipedrive.notes')).toEqual([{ _extra: null }])
  })
})

describe('a batch of which some records were erased', () => {
  test('counts the others, as new, changed, unchanged or stale', async () => {
    const { session } = await migratedWarehouse()
    await erase(session, 'person', '5')
    const { load } = await openStream(session, persons)
    const at = (id: number, day: number, name = 'Ann') => ({
      id,
      name,
      update_time: `2024-01-0${day}T00:00:00Z`,
    })
    await load([at(1, 2), at(2, 2), at(3, 2)])
    expect(await load([at(1, 2), at(2, 3, 'Bea'), at(3, 1), at(4, 1), at(5, 1)])).toMatchObject({
      inserted: 1,
      updated: 1,
      unchanged: 1,
      stale: 1,
    })
  })

  test('has shown them to a complete walk all the same', async () => {
    const { session } = await migratedWarehouse()
    await (await openStream(session, persons)).load([{ id: 1 }, { id: 5 }])
    await erase(session, 'person', '5')
    const walk = await openStream(session, persons, [], { rememberKeys: true })
    await walk.load([{ id: 5 }])
    expect(await findAbsent(session, walk.layout)).toEqual({ live: 1, seen: 1, absent: ['1'] })
  })

  test('leaves nothing of them in the file of the stage, nor did they before they were erased', async () => {
    const { db, session } = await migratedWarehouse()
    const bytes = () =>
      db.query(
        `select relname as name, pg_relation_size(oid)::integer as bytes from pg_class
         where relname in ('stage_pipedrive$persons', 'stage_pipedrive$person_emails') order by 1`,
      )
    const nothing = ['person_emails', 'persons'].map((table) => ({
      name: `stage_pipedrive$${table}`,
      bytes: 0,
    }))
    const batch = [{ id: 5, emails: [{ value: 'a@x.example' }] }, { id: 6 }]
    await (await openStream(session, persons)).load(batch)
    expect(await bytes()).toEqual(nothing.map((each) => ({ ...each, bytes: 8192 })))
    await erase(session, 'person', '5')
    expect(await bytes()).toEqual(nothing)
    await (await openStream(session, persons)).load(batch)
    expect(await bytes()).toEqual(nothing)
  })

  test('are erased though somebody holds the stage, and the next batch clears it', async () => {
    const { session, open } = await migratedWarehouse()
    const reader = await open()
    const batch = [{ id: 5 }, { id: 6 }]
    await (await openStream(session, persons)).load(batch)
    const stage = `pipedrive_sync."stage_pipedrive$persons"`
    await inTransaction(reader, async () => {
      await reader.client.query(`select from ${stage}`)
      expect(await erase(session, 'person', '5')).toMatchObject({
        tables: [{ table: 'persons', removed: 1 }],
      })
    })
    const bytes = async () => {
      const size = `select pg_relation_size('${stage}')::integer as bytes`
      return (await session.client.query<{ bytes: number }>(size)).rows
    }
    expect(await bytes()).toEqual([{ bytes: 8192 }])
    await (await openStream(session, persons)).load(batch)
    expect(await bytes()).toEqual([{ bytes: 0 }])
  })

  test('takes no statement more where what was erased has nothing to do with the stream', async () => {
    const { session } = await migratedWarehouse()
    const { client } = session
    const statements = async (id: number): Promise<number> => {
      const { load } = await openStream(session, contacts)
      const query = client.query.bind(client)
      let count = 0
      client.query = ((...args: Parameters<typeof query>) => (count++, query(...args))) as typeof query
      await load([{ id }])
      client.query = query
      return count
    }
    const before = await statements(1)
    await erase(session, 'person', '5')
    expect(before).toBeGreaterThan(3)
    expect(await statements(2)).toBe(before)
  })
})

describe('a warehouse that an older version made', () => {
  test('is planned for without its table of erased records', async () => {
    const { db, session } = await migratedWarehouse()
    await (await openStream(session, persons)).load([{ id: 5 }])
    await db.query('drop table pipedrive_sync.erased')
    expect(await planErasure(session, erasure('person', '5'))).toEqual({
      since: null,
      tables: [{ table: 'persons', removed: 1, emptied: 0, stays: 0 }],
    })
    expect(await readErased(session, ACCOUNT)).toEqual([])
  })

  test('is erased from in the columns that it has', async () => {
    const { db, session } = await migratedWarehouse()
    await (await openStream(session, notes)).load([{ id: 1, person_id: 5, org_id: 6 }])
    await (
      await openStream(session, streamNamed('call_logs'))
    ).load([{ id: 'a', person_id: 5, to_phone_number: '+1' }])
    await db.query('alter table pipedrive.notes drop column person_id')
    await db.query('alter table pipedrive.call_logs drop column from_phone_number')
    await erase(session, 'person', '5')
    expect(await db.query('select to_phone_number from pipedrive.call_logs')).toEqual([
      { to_phone_number: null },
    ])
    expect((await erase(session, 'organization', '6')).tables).toMatchObject([{ table: 'notes', stays: 1 }])
  })
})

test('what was erased is listed, the latest first', async () => {
  const { db, session } = await migratedWarehouse()
  await erase(session, 'person', '5')
  await erase(session, 'lead', 'ADF21080-0e10-11eb-879b-05d71fb426ec')
  await db.query("insert into pipedrive_sync.erased values ('another', 'persons', '1')")
  expect(await readErased(session, ACCOUNT)).toMatchObject([
    { stream: 'leads', key: 'adf21080-0e10-11eb-879b-05d71fb426ec' },
    { stream: 'persons', key: '5' },
  ])
})

describe('the id of a record', () => {
  test.each([
    ['person', '0', 'a number like 123'],
    ['person', '-1', 'a number like 123'],
    ['person', '007', 'a number like 123'],
    ['person', '1e3', 'a number like 123'],
    ['person', '9'.repeat(19), 'a number like 123'],
    ['organization', 'adf21080-0e10-11eb-879b-05d71fb426ec', 'a number like 123'],
    ['lead', '123', 'a UUID like'],
    ['call', '', 'a word'],
  ])('%s "%s" is refused', (kind, id, what) => {
    expect(() => readRecord(kind, id)).toThrowError(
      expect.objectContaining({
        code: 'E_CONFIG',
        message: expect.stringContaining(what) as string,
      }) as Error,
    )
  })

  test('of an unknown kind is refused with the kinds that there are', () => {
    expect(() => readRecord('people', '1')).toThrowError(/"people" cannot be erased.*organization, person/)
  })
})
