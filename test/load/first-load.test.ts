import { describe, expect, test } from 'vitest'
import { inTransaction } from '../../src/load/connection.ts'
import { openFirstLoad } from '../../src/load/first-load.ts'
import type { Stream } from '../../src/streams/stream.ts'
import type { TestDatabase } from '../support/database.ts'
import { streamNamed } from '../support/world.ts'
import { ACCOUNT, contacts, migratedWarehouse, openStream } from './support/warehouse.ts'

const NOTHING = { inserted: 0, updated: 0, unchanged: 0, stale: 0, tombstoned: 0 }
const FIRST = { mayBeFirst: true }

/** A record as it was after so many minutes, with an address or more. */
function contact(id: number, minute: number, emails: readonly string[] = [`${id}@x.example`], more = {}) {
  const update_time = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString()
  return { id, name: `name ${minute}`, emails: emails.map((value) => ({ value })), update_time, ...more }
}

async function held(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ row: string }>(
    `select concat_ws(' ', id, name, (select string_agg(value, ',' order by position)
       from pipedrive.contact_emails where contact_id = id)) as row from pipedrive.contacts order by id`,
  )
  return rows.map(({ row }) => row)
}

describe('the first load of a stream', () => {
  test('fills its tables, children too, counts and runs what goes along in the same transaction', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, contacts, [], FIRST)
    expect(await load([contact(1, 0, ['a', 'b']), contact(2, 0, [])])).toEqual({ ...NOTHING, inserted: 2 })
    await expect(load([contact(3, 0)], () => Promise.reject(new Error('no bookmark')))).rejects.toThrow(
      'no bookmark',
    )
    expect(await load([contact(4, 0)])).toEqual({ ...NOTHING, inserted: 1 })
    expect(await held(db)).toEqual(['1 name 0 a,b', '2 name 0', '4 name 0 4@x.example'])
  })

  test('leaves the stage alone', async () => {
    const { session } = await migratedWarehouse()
    const { load } = await openStream(session, contacts, [], FIRST)
    await load([contact(1, 0)], async () => {
      const { rows } = await session.client.query('select from pipedrive_sync."stage_pipedrive$contacts"')
      expect(rows).toEqual([])
    })
  })

  test('merges from the first record on that comes a second time', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, contacts, [], FIRST)
    await load([contact(1, 5, ['a', 'b']), contact(2, 5)])
    expect(await load([contact(3, 6), contact(1, 7, ['c'])])).toEqual({ ...NOTHING, inserted: 1, updated: 1 })
    expect(await load([contact(2, 4), contact(4, 8)])).toEqual({ ...NOTHING, inserted: 1, stale: 1 })
    expect(await held(db)).toEqual([
      '1 name 7 c',
      '2 name 5 2@x.example',
      '3 name 6 3@x.example',
      '4 name 8 4@x.example',
    ])
  })

  test('keeps out what was erased', async () => {
    const { db, session } = await migratedWarehouse()
    await db.query('insert into pipedrive_sync.erased (account, stream, key) values ($1, $2, $3)', [
      ACCOUNT,
      'persons',
      '2',
    ])
    const { load } = await openStream(session, streamNamed('persons'), [], FIRST)
    expect(await load([{ id: 1 }, { id: 2 }])).toEqual({ ...NOTHING, inserted: 1 })
    expect(await db.query('select id::int from pipedrive.persons')).toEqual([{ id: 1 }])
  })

  test('is none where a table has rows, or nulls have to be filled in', async () => {
    const { db, session } = await migratedWarehouse()
    const { load, layout } = await openStream(session)
    expect(await openFirstLoad(session, layout)).not.toBeNull()
    const filled: Stream = {
      ...contacts,
      columns: { ...contacts.columns, tags: { type: 'text[]', nulls: 'empty' } },
    }
    expect(await openFirstLoad(session, (await openStream(session, filled)).layout)).toBeNull()
    await load([contact(1, 0)])
    expect(await openFirstLoad(session, layout)).toBeNull()
    await db.query('delete from pipedrive.contacts')
    expect(await openFirstLoad(session, layout)).toBeNull()
  })

  test('leaves a failure of another kind to whoever loads', async () => {
    const { db, session } = await migratedWarehouse()
    const { loader, layout } = await openStream(session)
    const fill = await openFirstLoad(session, layout)
    await db.query('alter table pipedrive.contacts drop column name')
    const batch = loader.newBatch()
    await expect(
      inTransaction(session, async () => {
        batch.tables[0]?.cell(1)
        await fill?.(batch)
      }),
    ).rejects.toThrow('column "name"')
  })
})
