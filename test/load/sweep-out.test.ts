import { describe, expect, test } from 'vitest'
import { erasureOf } from '../../src/erasure.ts'
import type { Session } from '../../src/load/connection.ts'
import { eraseRecord } from '../../src/load/erase.ts'
import { readRecord } from '../../src/streams/erasable.ts'
import type { TestDatabase } from '../support/database.ts'
import { streamNamed } from '../support/world.ts'
import { ACCOUNT, migratedWarehouse, openStream } from './support/warehouse.ts'

const erase = (session: Session, id: string) =>
  eraseRecord(session, erasureOf(ACCOUNT, readRecord('person', id)))

async function twoPersons() {
  const warehouse = await migratedWarehouse()
  const { load } = await openStream(warehouse.session, streamNamed('persons'))
  await load([{ id: 1, emails: [{ value: 'a' }] }, { id: 2 }])
  return warehouse
}

function owed(db: TestDatabase) {
  return db.query('select key, to_vacuum from pipedrive_sync.erased order by key')
}

async function vacuumed(db: TestDatabase): Promise<readonly unknown[]> {
  const rows = await db.query<{ name: string }>(
    `select relname as name from pg_stat_all_tables
     where schemaname = 'pipedrive' and last_vacuum is not null order by 1`,
  )
  return rows.map(({ name }) => name)
}

/** Erases, and loses the connection while the first table waits to be vacuumed. */
async function eraseAndDie({ db, open }: Awaited<ReturnType<typeof twoPersons>>, id: string): Promise<void> {
  const [blocker, victim] = [await open(), await open()]
  const { rows } = await victim.client.query<{ pid: number }>('select pg_backend_pid() as pid')
  // Keeps a vacuum out, and lets rows be written.
  await blocker.client.query('begin; lock table pipedrive.person_emails in share update exclusive mode')
  await blocker.client.query('lock table pipedrive.persons in share update exclusive mode')
  const death = expect(erase(victim, id)).rejects.toThrow()
  const waits = `select from pg_stat_activity where pid = ${rows[0]?.pid} and wait_event_type = 'Lock' and query like 'vacuum%'`
  while ((await db.query(waits)).length === 0) await new Promise(setImmediate)
  await db.query(`select pg_terminate_backend(${rows[0]?.pid})`)
  await death
  await blocker.client.query('rollback')
}

describe('an erasure that was stopped before it had vacuumed', () => {
  test.each([
    ['the same command', '1'],
    ['the next erasure', '2'],
    ['one that finds nothing', '4711'],
  ])('is finished by %s', async (_what, next) => {
    const warehouse = await twoPersons()
    const { db, session } = warehouse
    await eraseAndDie(warehouse, '1')
    expect(await db.query('select id from pipedrive.persons')).toEqual([{ id: '2' }])
    expect(await owed(db)).toEqual([{ key: '1', to_vacuum: ['person_emails', 'persons'] }])
    expect(await vacuumed(db)).toEqual([])
    await erase(session, next)
    expect((await owed(db)).map((row) => row['to_vacuum'])).not.toContainEqual([expect.anything()])
    expect(await owed(db)).toContainEqual({ key: '1', to_vacuum: [] })
    expect(await vacuumed(db)).toEqual(['person_emails', 'persons'])
  })

  test('of another account, or of a table that is gone, is passed over', async () => {
    const { db, session } = await twoPersons()
    await db.query(
      `insert into pipedrive_sync.erased (account, stream, key, to_vacuum)
       values ('another', 'persons', '5', '{persons}'), ('pipedrive', 'persons', '6', '{no_such_table}')`,
    )
    await erase(session, '4711')
    expect(await owed(db)).toMatchObject([
      { key: '4711', to_vacuum: [] },
      { key: '5', to_vacuum: ['persons'] },
      { key: '6', to_vacuum: [] },
    ])
    expect(await vacuumed(db)).toEqual([])
  })
})
