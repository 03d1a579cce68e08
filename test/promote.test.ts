import { describe, expect, test } from 'vitest'
import { inTransaction } from '../src/load/connection.ts'
import { evolveTables } from '../src/load/evolve.ts'
import { logDrift } from '../src/load/run-log.ts'
import { prepareTables } from '../src/prepare.ts'
import { streams } from '../src/streams/index.ts'
import { columnType, type ColumnSpecs, type Stream } from '../src/streams/stream.ts'
import { layoutStream } from '../src/transform/layout.ts'
import { ACCOUNT, migratedWarehouse, type Warehouse } from './load/support/warehouse.ts'
import { only, reportOf } from './support/warehouse.ts'
import { send } from './support/send.ts'
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

const deals = streamNamed('deals')
/** Whose records cannot be read: the catalog and the tables are brought up to date, and nothing else. */
const unread: Stream = {
  ...deals,
  partitions: deals.partitions.map((partition) => ({ ...partition, path: '/v1/nothing' })),
}

describe('what waits in _extra of a field that changes its type', () => {
  /** A warehouse that has read `old` as a text. */
  async function openRetyped() {
    const world = await openWorld({ size: { customFields: 0 } })
    const { emulator, db } = world
    const { code } = emulator.company.fields.add('deals', 'X', 'text')
    const path = `_emulator/fields/deals/${code}`
    const retype = (type: string, options: readonly object[] = []) =>
      send(emulator, 'PUT', path, { field_type: type, options })
    const write = (value: string | number) =>
      send(emulator, 'PATCH', '_emulator/records/deals/1', { custom_fields: { [code]: value } })
    await write('old')
    await world.run({ streams: [deals] })
    const row = async () => (await db.query('select * from pipedrive.deals where id = 1'))[0]
    return { world, code, retype, write, row, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
  }

  test('goes into the column that the field had, when it goes back to that: it did not fit the other', async () => {
    await using given = await openRetyped()
    const { world, code, retype, write, row } = given
    await retype('double')
    await write('large')
    await world.run({ streams: [deals] })
    expect(await row()).toMatchObject({ cf_x: 'old', cf_x__double: null, _extra: { [code]: 'large' } })
    await retype('text')
    await world.run({ streams: [unread] })
    expect(await row()).toMatchObject({ cf_x: 'large', cf_x__double: null, _extra: null })
  })

  test('is tried once: what does not fit stays, and no row is written for it again', async () => {
    await using given = await openRetyped()
    const { world, code, retype, write, row } = given
    await retype('date')
    await world.run({ streams: [deals] })
    await retype('double')
    await write('large')
    await world.run({ streams: [deals] })
    await retype('date')
    await world.run({ streams: [unread] })
    const tried = await row()
    expect(tried).toMatchObject({ cf_x: 'old', cf_x__date: null, _extra: { [code]: 'large' } })
    await world.run({ streams: [unread] })
    expect(await row()).toEqual(tried)
  })

  test('is never taken for a value of another type while the tables are frozen', async () => {
    await using given = await openRetyped()
    const { world, code, retype, write, row } = given
    await retype('enum', [{ label: 'Yes' }])
    const [option] = world.emulator.company.catalog.find('deals', code)?.options ?? []
    const id = Number(option?.id)
    await write(id)
    const contract = 'freeze'
    for (const streams of [[deals], [unread]]) {
      await world.run({ streams, contract })
      expect(await row()).toMatchObject({ cf_x: 'old', _extra: { [code]: id } })
    }
    await retype('text')
    await world.run({ streams: [unread], contract })
    expect(await row()).toMatchObject({ cf_x: 'old', _extra: { [code]: id } })
    await world.run({ streams: [unread] })
    expect(await row()).toMatchObject({ cf_x: 'old', cf_x__enum: 'Yes', _extra: null })
  })
})

test('a type that nobody has described is told of for as long as a field has it, whatever waits for its column', async () => {
  await using world = await openWorld({ size: { customFields: 0 } })
  const { company } = world.emulator
  await world.run({ streams: [deals] })
  const { code } = company.fields.add('deals', 'Strange', 'hologram' as 'varchar')
  await send(world.emulator, 'PATCH', '_emulator/records/deals/1', {
    custom_fields: { [code]: { depth: 3 } },
  })
  await world.run({ streams: [{ ...deals, catalogs: [] }] })
  const drift = () => world.db.query('select key, reason from pipedrive_sync.drift')
  expect(await drift()).toEqual([{ key: code, reason: 'unknown' }])
  for (const _time of [1, 2]) {
    await world.run({ streams: [deals] })
    expect(await drift()).toEqual([{ key: code, reason: 'unknown type' }])
  }
  expect(await world.db.query('select cf_strange from pipedrive.deals where id = 1')).toEqual([
    { cf_strange: { depth: 3 } },
  ])
  company.fields.remove('deals', code)
  await world.run({ streams: [deals] })
  expect(await drift()).toEqual([])
})

test('fields past what a table has room for are told of', async () => {
  await using world = await openWorld({ size: { customFields: 0 } })
  for (let index = 0; index < 1400; index++) world.emulator.company.fields.add('deals', `F${index}`, 'text')
  const { warning } = only(await world.run({ streams: [deals] }))
  const [{ count } = {}] = await world.db.query<{ count?: number }>(
    `select count(*)::int as count from pipedrive.fields where is_custom and entity = 'deals' and column_name is null`,
  )
  expect(count).toBeGreaterThan(20)
  expect(warning).toBe(
    `deals: ${count} custom fields have no column, since a table has room for 1400; their values are in _extra.`,
  )
})
