import { describe, expect, test } from 'vitest'
import { inTransaction } from '../../src/load/connection.ts'
import { copyIntoStage, createStage, stageName } from '../../src/load/stage.ts'
import { createSeen, findAbsent, rememberSeen } from '../../src/load/tombstones.ts'
import type { StreamLayout } from '../../src/transform/layout.ts'
import { copyRows } from '../support/copy-rows.ts'
import { contacts, emptyWarehouse, migratedWarehouse, openStream } from './support/warehouse.ts'

function layoutOf(table: string): StreamLayout {
  return {
    table,
    comment: table,
    key: ['id'],
    cursor: null,
    columns: [{ name: 'id', type: 'bigint', comment: null }],
    children: [],
  }
}

/** Two names of 63 bytes that differ in their last only. */
const LONG = ['a', 'b'].map((last) => 'deals_of_'.padEnd(62, 'x') + last) as [string, string]

describe('a staging table', () => {
  test('is empty after every commit and every rollback', async () => {
    const { session } = await emptyWarehouse()
    const layout = layoutOf('deals')
    await createStage(session, layout)
    const count = async () => (await session.client.query(`select from ${stageName(layout)}`)).rowCount
    await inTransaction(session, async () => {
      await copyIntoStage(session, layout, copyRows([[1], [2]]))
      expect(await count()).toBe(2)
    })
    expect(await count()).toBe(0)
    const failed = inTransaction(session, async () => {
      await copyIntoStage(session, layout, copyRows([[3]]))
      throw new Error('stop')
    })
    await expect(failed).rejects.toThrow('stop')
    expect(await count()).toBe(0)
  })

  test('belongs to its connection: two of them stage the same stream', async () => {
    const { session, open } = await emptyWarehouse()
    const other = await open()
    const layout = layoutOf('deals')
    await createStage(session, layout)
    await createStage(other, layout)
    await inTransaction(session, async () => {
      await copyIntoStage(session, layout, copyRows([[1]]))
      expect((await other.client.query(`select from ${stageName(layout)}`)).rowCount).toBe(0)
    })
  })

  test('is made anew where the columns have changed', async () => {
    const { session } = await emptyWarehouse()
    const layout = layoutOf('deals')
    await createStage(session, layout)
    const wider = {
      ...layout,
      columns: [...layout.columns, { name: 'a "b"', type: 'text', comment: null } as const],
    }
    await createStage(session, wider)
    await inTransaction(session, async () => {
      await copyIntoStage(session, wider, copyRows([[1, 'x']]))
      expect((await session.client.query(`select * from ${stageName(wider)}`)).rows).toEqual([
        { id: '1', 'a "b"': 'x' },
      ])
    })
  })

  test('leaves a table of the same name in a schema of the database alone', async () => {
    const { db, session } = await emptyWarehouse()
    await db.query('create table public.stage_deals (id bigint)')
    const layout = layoutOf('deals')
    await createStage(session, layout)
    await inTransaction(session, () => copyIntoStage(session, layout, copyRows([[1]])))
    await createStage(session, layout)
    expect(await db.query('select from public.stage_deals')).toEqual([])
  })

  test('has a name of at most 63 bytes, of its own for each table', () => {
    expect(stageName(layoutOf('deals'))).toBe('stage_deals')
    const names = [...LONG, 'é'.repeat(31), `${'é'.repeat(30)}è`].map((table) => stageName(layoutOf(table)))
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
    expect(new Set(names).size).toBe(4)
  })

  test('of each of two tables with names that long holds its own rows', async () => {
    const { session } = await emptyWarehouse()
    const [one, other] = [layoutOf(LONG[0]), layoutOf(LONG[1])]
    await createStage(session, one)
    await createStage(session, other)
    await inTransaction(session, async () => {
      await copyIntoStage(session, one, copyRows([[1]]))
      await copyIntoStage(session, other, copyRows([[2]]))
      const { rows } = await session.client.query(`select id from ${stageName(one)}`)
      expect(rows).toEqual([{ id: '1' }])
    })
  })

  test('of a stream and of a child with names that long are merged each into its table', async () => {
    const { db, session } = await migratedWarehouse()
    const [exploded] = contacts.exploded ?? []
    const stream = { ...contacts, name: LONG[0], exploded: [{ ...exploded!, table: LONG[1] }] }
    const { load } = await openStream(session, stream)
    await load([{ id: 1, name: 'Ada', emails: [{ value: 'a@x.example' }] }])
    expect(await db.query(`select name from pipedrive.${LONG[0]}`)).toEqual([{ name: 'Ada' }])
    expect(await db.query(`select value from pipedrive.${LONG[1]}`)).toEqual([{ value: 'a@x.example' }])
  })
})

describe('the keys that a walk has seen', () => {
  test('are kept apart for two tables with names of 63 bytes', async () => {
    const { session } = await migratedWarehouse()
    const [one, other] = LONG.map((name) => ({ ...contacts, name, exploded: [] }))
    const first = await openStream(session, one, [], { rememberKeys: true })
    await first.load([{ id: 1 }])
    const second = await openStream(session, other, [], { rememberKeys: true })
    await second.load([{ id: 2 }])
    expect(await findAbsent(session, first.layout)).toMatchObject({ live: 1, seen: 1, absent: [] })
  })

  test('are forgotten with a batch that fails', async () => {
    const { session } = await migratedWarehouse()
    const { load, layout } = await openStream(session, contacts, [], { rememberKeys: true })
    await load([{ id: 1 }])
    await expect(load([{ id: 2 }], () => Promise.reject(new Error('stop')))).rejects.toThrow('stop')
    expect(await findAbsent(session, layout)).toMatchObject({ live: 1, seen: 1 })
  })

  test('begin anew with each walk', async () => {
    const { session } = await migratedWarehouse()
    const { layout } = await openStream(session, contacts, [], { rememberKeys: true })
    await inTransaction(session, async () => {
      await copyIntoStage(session, { ...layout, columns: layout.columns.slice(0, 1) }, copyRows([[7]]))
      await rememberSeen(session, layout)
    })
    expect(await findAbsent(session, layout)).toMatchObject({ seen: 1 })
    await createSeen(session, layout)
    expect(await findAbsent(session, layout)).toMatchObject({ seen: 0 })
  })
})
