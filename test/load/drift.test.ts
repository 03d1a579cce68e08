import { expect, test } from 'vitest'
import { writeCatalog } from '../../src/load/catalog-store.ts'
import { readDrift } from '../../src/load/drift.ts'
import { logDrift } from '../../src/load/run-log.ts'
import { streamNamed } from '../support/world.ts'
import { ACCOUNT, customField, migratedWarehouse } from './support/warehouse.ts'

const [HASH, OTHER] = ['a'.repeat(40), 'b'.repeat(40)]

function unfit(key: string, count = 1) {
  return { key, reason: 'unfit', count }
}

test('what did not fit is told of the field of its own stream, that of a part too', async () => {
  const { db, session } = await migratedWarehouse()
  // Leads have the deal's fields under the same codes, in columns of their own.
  await writeCatalog(session, 'deals', [customField(HASH, 'cf_size', 'daterange', 'Size of the deal')])
  await writeCatalog(session, 'leads', [
    customField(HASH, 'cf_size_2', 'daterange', 'Size of the lead'),
    customField(OTHER, 'cf_owner', 'user', 'Owner'),
  ])
  await logDrift(session, ACCOUNT, 'leads', [unfit(HASH, 2), unfit(OTHER), unfit(`${HASH}_lat`)])
  await logDrift(session, ACCOUNT, 'deals', [unfit(HASH, 3), unfit(`${OTHER}_x`)])
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
