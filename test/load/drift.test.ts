import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { writeCatalog } from '../../src/load/catalog-store.ts'
import { inTransaction } from '../../src/load/connection.ts'
import { readDrift } from '../../src/load/drift.ts'
import { evolveTables } from '../../src/load/evolve.ts'
import { logDrift } from '../../src/load/run-log.ts'
import { layoutStream } from '../../src/transform/layout.ts'
import { streamNamed } from '../support/world.ts'
import { ACCOUNT, customField, migratedWarehouse, type Warehouse } from './support/warehouse.ts'

const [HASH, OTHER] = ['a'.repeat(40), 'b'.repeat(40)]

function unfit(key: string, count = 1) {
  return { key, reason: 'unfit', count }
}

/** The table of a stream, and a row for each of these leftovers. */
async function keepRows({ db, session }: Warehouse, name: string, leftovers: readonly (object | null)[]) {
  const layout = layoutStream(streamNamed(name), [])
  await inTransaction(session, () => evolveTables(session, ACCOUNT, name, [layout, ...layout.children]))
  for (const [index, extra] of leftovers.entries()) {
    const id = layout.columns[0]?.type === 'uuid' ? randomUUID() : index
    await db.query(`insert into pipedrive.${name} (id, _extra) values ($1, $2)`, [id, extra])
  }
}

test('what did not fit is told of the field of its own stream, that of a part too', async () => {
  const warehouse = await migratedWarehouse()
  const { db, session } = warehouse
  // Leads have the deal's fields under the same codes, in columns of their own.
  await writeCatalog(session, 'deals', [customField(HASH, 'cf_size', 'daterange', 'Size of the deal')])
  await writeCatalog(session, 'leads', [
    customField(HASH, 'cf_size_2', 'daterange', 'Size of the lead'),
    customField(OTHER, 'cf_owner', 'user', 'Owner'),
  ])
  await keepRows(warehouse, 'leads', [{ [HASH]: 1 }, { [HASH]: 2, [`${HASH}_lat`]: 3 }, { [OTHER]: 'x' }])
  await keepRows(warehouse, 'deals', [{ [HASH]: 1 }, { [HASH]: 2, [`${OTHER}_x`]: 3 }, { [HASH]: 1 }, null])
  await keepRows(warehouse, 'users', [{ created: 'then', nonsense: null }])
  await logDrift(session, ACCOUNT, 'leads', [unfit(HASH, 7), unfit(OTHER), unfit(`${HASH}_lat`)])
  await logDrift(session, ACCOUNT, 'deals', [unfit(HASH, 8), unfit(`${OTHER}_x`)])
  await logDrift(session, ACCOUNT, 'users', [unfit('created'), unfit('nonsense')])
  await logDrift(session, 'another', 'deals', [unfit(HASH, 9)])
  await db.query(`update pipedrive_sync.drift set last_seen_at = '2026-05-15T10:00:00Z'`)
  await db.query(
    `update pipedrive_sync.drift set last_seen_at = '2026-05-16T10:00:00Z' where key = 'created'`,
  )
  const read = await readDrift(session, ACCOUNT, ['deals', 'leads', 'users'].map(streamNamed))
  const shown = read.map(({ stream, field, column, code, count }) => [stream, field, column, code, count])
  expect(shown).toEqual([
    ['users', null, 'created', 'created', 1],
    ['deals', 'Size of the deal', 'cf_size', HASH, 3],
    ['deals', null, null, `${OTHER}_x`, 1],
    ['leads', 'Size of the lead', 'cf_size_2', HASH, 2],
    ['leads', 'Size of the lead', 'cf_size_2', `${HASH}_lat`, 1],
    ['leads', 'Owner', 'cf_owner_id', OTHER, 1],
    ['users', null, null, 'nonsense', 1],
  ])
  expect(read[0]).toMatchObject({ reason: 'unfit', last_seen: '2026-05-16T10:00:00.000Z' })
})

test('it is counted by the rows that have it now: parts of a value, rows of a list, long keys; what has gone is not told', async () => {
  const warehouse = await migratedWarehouse()
  const { db, session } = warehouse
  const long = `long ${'x'.repeat(20_000)}`
  await keepRows(warehouse, 'persons', [
    { [HASH]: { vat: 1, 'no.te': 2 } },
    { [HASH]: 'text', [`${HASH}.`]: { vat: 1 }, [long]: 1 },
    { [HASH]: ['vat'], emails: { odd: 1 } },
  ])
  await db.query(`insert into pipedrive.person_emails (person_id, position, _extra) values
    (1, 0, '{"odd": 1}'), (1, 1, '{"odd": 2}'), (2, 0, null)`)
  const unknown = [`${HASH}.vat`, `${HASH}.no.te`, 'emails.odd', long, 'gone', `${HASH}.gone`]
  const reason = 'unknown'
  await logDrift(session, ACCOUNT, 'persons', [
    unfit(HASH, 9),
    ...unknown.map((key) => ({ key, reason, count: 9 })),
  ])
  await logDrift(session, ACCOUNT, 'deals', [unfit('value', 9)])
  await logDrift(session, ACCOUNT, 'persons', [{ key: OTHER, reason: 'unknown type', count: 1 }])
  const read = await readDrift(session, ACCOUNT, ['deals', 'persons'].map(streamNamed))
  expect(new Map(read.map(({ code, count }) => [code, count]))).toEqual(
    new Map([
      [HASH, 3],
      [`${HASH}.vat`, 2],
      [`${HASH}.no.te`, 1],
      ['emails.odd', 2],
      [long.slice(0, 500), 1],
      [OTHER, 1],
    ]),
  )
})
