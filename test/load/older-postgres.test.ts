import { basename, dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { claimAccount, readAccount } from '../../src/load/account.ts'
import { readCatalog, writeCatalog } from '../../src/load/catalog-store.ts'
import { openBookmark } from '../../src/load/checkpoint.ts'
import { inTransaction } from '../../src/load/connection.ts'
import { evolveTables } from '../../src/load/evolve.ts'
import { migrate, printMigrations } from '../../src/load/migrate.ts'
import { query } from '../../src/load/query.ts'
import { oweLabels, relabel } from '../../src/load/relabel.ts'
import { endRun, logTokens, startRun } from '../../src/load/run-log.ts'
import { dayOf } from '../../src/token-day.ts'
import { readState } from '../../src/load/status.ts'
import { findAbsent, tombstoneAbsent } from '../../src/load/tombstones.ts'
import { streams } from '../../src/streams/index.ts'
import { layoutStream } from '../../src/transform/layout.ts'
import { olderPostgresBinDirs, startServer } from '../support/database.ts'
import type { TestServer } from '../support/postgres-server.ts'
import { ACCOUNT, contacts, customField, emptyWarehouse, openStream, SCHEMAS } from './support/warehouse.ts'

const binDirs = await olderPostgresBinDirs()

describe.skipIf(binDirs.length === 0)(
  'where Debian has installed an older PostgreSQL, and only there',
  () => {
    const cases = binDirs.map((binDir): [string, string] => [basename(dirname(binDir)), binDir])

    describe.each(cases)('PostgreSQL %s', (version, binDir) => {
      let server: TestServer

      beforeAll(async () => {
        server = await startServer(binDir)
      })
      afterAll(() => server.stop())

      test('loads a stream from its first migration to its tombstones', async () => {
        const { db, session } = await emptyWarehouse(server.url)
        expect(
          await db.query(`select split_part(current_setting('server_version'), '.', 1) as version`),
        ).toEqual([{ version }])
        expect(await migrate(session)).toEqual(Object.keys(migrations))
        expect(await migrate(session)).toEqual([])
        await claimAccount(session, ACCOUNT, { companyId: 7, companyName: 'Acme', companyDomain: 'acme' })
        expect(await readAccount(session, ACCOUNT)).toMatchObject({ companyName: 'Acme' })
        const run = await startRun(session, ACCOUNT, 'sync')

        const small = { ...customField('h1', 'cf_size', 'enum'), options: [option('1', 'Small')] }
        const stream = { ...contacts, name: 'contacts' }
        await writeCatalog(session, 'contacts', [small])
        const place = { account: ACCOUNT, stream: 'contacts', partition: 'live' }
        const bookmark = await openBookmark(session, place)
        const { load } = await openStream(session, stream, [small])
        const records = [1, 2, 3].map((id) => ({
          id,
          name: `tab\t, line\n and \\. of ${id}`,
          tags: ['a,b', 'NULL', '"'],
          emails: [{ value: `${id}@x.example` }, { value: `${id}@y.example` }],
          odd: { deep: [1] },
          update_time: '2024-01-02T00:00:00Z',
          custom_fields: { h1: 1 },
        }))
        expect(await load(records, () => bookmark.save(Date.UTC(2024, 0, 2)))).toMatchObject({ inserted: 3 })
        expect(await load(records)).toMatchObject({ unchanged: 3 })
        const [first, second, third] = records
        expect(
          await load([
            { ...first, name: 'older', update_time: '2024-01-01T00:00:00Z', emails: [] },
            { ...second, name: 'newer', update_time: '2024-01-03T00:00:00Z', emails: [] },
            { ...third, is_deleted: true },
            { id: 4 },
          ]),
        ).toEqual({ inserted: 1, updated: 2, unchanged: 0, stale: 1, tombstoned: 1 })
        expect(
          await db.query(
            'select contact_id::int as id, count(*)::int from pipedrive.contact_emails group by 1 order by 1',
          ),
        ).toEqual([
          { id: 1, count: 2 },
          { id: 3, count: 2 },
        ])

        const walk = await openStream(session, stream, [small, customField('h2', 'cf_price', 'monetary')], {
          rememberKeys: true,
        })
        await walk.load([{ ...first, custom_fields: { h1: 1, h2: { value: 2.5, currency: 'EUR' } } }])
        const absence = await findAbsent(session, walk.layout)
        expect(absence).toEqual({ live: 3, seen: 1, absent: ['2', '4'] })
        expect(await tombstoneAbsent(session, walk.layout, null)).toBe(2)
        const before = await readCatalog(session, 'contacts')
        const now = before.map((field) => ({ ...field, options: [{ ...option('1', 'Tiny') }] }))
        await inTransaction(session, async () => {
          await writeCatalog(session, 'contacts', now)
          await oweLabels(session, 'contacts', before, now)
          await relabel(session, 'contacts', now)
        })
        const answer = await query(
          session,
          'select id, name, cf_size, cf_price, tags from contacts where _deleted_at is null',
        )
        expect(answer.rows).toEqual([[1, first?.name, 'Tiny', 2.5, ['a,b', 'NULL', '"']]])

        await logTokens(session, ACCOUNT, run, 'contacts', {
          ...{ requests: 1, tokens: 10, balance: null, kind: null },
          day: dayOf(Date.now(), null),
        })
        await endRun(session, run, { status: 'done', requests: 1, tokens: 10, error: null })
        expect(await readState(session, ACCOUNT, [], Date.now())).toMatchObject({
          tokens_today: 10,
          runs: [{ status: 'done' }],
        })
      })

      test('takes the tables of every stream, and the printed SQL', async () => {
        const { db, session } = await emptyWarehouse(server.url)
        await db.query(await printMigrations(SCHEMAS))
        expect(await migrate(session)).toEqual([])
        const layouts = streams
          .filter(({ partitions }) => partitions.length > 0)
          .flatMap((stream) => {
            const layout = layoutStream(stream, [])
            return [layout, ...layout.children]
          })
        expect(layouts.length).toBeGreaterThan(streams.length - 1)
        const evolve = () => inTransaction(session, () => evolveTables(session, ACCOUNT, 'all', layouts))
        expect((await evolve()).made).toHaveLength(layouts.length)
        expect(await evolve()).toEqual({ made: [], waiting: [] })
      })
    })
  },
)

function option(id: string, label: string) {
  return { id, label, color: null, removed: false }
}
