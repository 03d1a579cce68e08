import { describe, expect, test } from 'vitest'
import { inTransaction } from '../src/load/connection.ts'
import { evolveTables } from '../src/load/evolve.ts'
import { logDrift } from '../src/load/run-log.ts'
import { prepareTables } from '../src/prepare.ts'
import { streams } from '../src/streams/index.ts'
import { columnType, type ColumnSpecs, type Stream } from '../src/streams/stream.ts'
import { layoutStream } from '../src/transform/layout.ts'
import { ACCOUNT, migratedWarehouse, type Warehouse } from './load/support/warehouse.ts'
import { reportOf } from './support/warehouse.ts'
import { expectWarehouseEquals } from './support/warehouse-equals.ts'
import { openWorld, streamNamed } from './support/world.ts'

const LITERALS: Readonly<Record<string, string>> = {
  bigint: '7',
  text: 'a',
  uuid: '0d5e6e6c-5b0e-4f5e-8b8a-9b8f3e1c2d3a',
  timestamptz: '2026-05-01 10:00:00.123456+00',
}

/** One stream for each form that keys have. */
const byKey = new Map(
  streams
    .filter(({ partitions }) => partitions.length > 0)
    .map((stream) => [JSON.stringify(stream.key.map((name) => [name, stream.columns[name]])), stream]),
)

/** A table with one row that has leftovers, as the release has left it that did not have the column `late` yet. */
async function keepLate({ db, session }: Warehouse, stream: Stream, extra: object): Promise<void> {
  const { name, key, columns } = stream
  const layout = layoutStream(stream, [])
  await inTransaction(session, () => evolveTables(session, ACCOUNT, name, [layout, ...layout.children]))
  const cells = key.map((column) => LITERALS[columnType(columns[column] ?? 'bigint')])
  const places = cells.map((_, index) => `$${index + 1}`).join(', ')
  await db.query(
    `insert into pipedrive.${name} (${key.join(', ')}, _extra) values (${places}, $${key.length + 1})`,
    [...cells, extra],
  )
  await logDrift(session, ACCOUNT, name, [{ key: 'late', reason: 'unknown', count: 1 }])
}

describe('what waits in _extra', () => {
  test.each([...byKey.values()].map((stream) => [stream.name, stream] as const))(
    'of %s finds its row, whatever Pipedrive calls the key of it',
    async (name, stream) => {
      const warehouse = await migratedWarehouse()
      const { db, session } = warehouse
      const others = { id: { odd: 1 }, uuid: [1] }
      await keepLate(warehouse, stream, { late: 'kept', ...others })
      const columns: ColumnSpecs = { ...stream.columns, late: 'text' }
      await prepareTables({ ...stream, columns }, session, ACCOUNT, 'evolve')
      expect(await db.query(`select late, _extra from pipedrive.${name}`)).toEqual([
        { late: 'kept', _extra: others },
      ])
    },
  )

  test('as a part of a value moves to the column of a later release', async () => {
    const leads = streamNamed('leads')
    const { currency, ...columns } = leads.columns
    expect(currency).toEqual({ type: 'text', from: 'value.currency' })
    for (const [older, says] of [
      [0, undefined],
      [1, expect.stringMatching(/^leads: column leads\.currency added; all records are read again/)],
    ] as const) {
      await using world = await openWorld()
      await world.run({ streams: [{ ...leads, columns }] })
      await world.db.query(
        `update pipedrive.leads set _synced_at = _synced_at - interval '1 day'
         where id in (select id from pipedrive.leads where _deleted_at is null limit $1)`,
        [older],
      )
      expect(reportOf(await world.run({ streams: [leads] }), 'leads').warning).toEqual(says)
      await expectWarehouseEquals(world, { streams: ['leads'] })
      expect(await world.db.query('select from pipedrive.leads where _extra is not null')).toEqual([])
    }
  })
})
