import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { compareBatch } from '../../src/load/comparison.ts'
import { inTransaction, type Session } from '../../src/load/connection.ts'
import { openKeepOut } from '../../src/load/erased.ts'
import { makeStages } from '../../src/load/make-work-tables.ts'
import { copyIntoStage, stageName } from '../../src/load/stage.ts'
import { findAbsent, rememberSeen, startSeen } from '../../src/load/tombstones.ts'
import type { Column, StreamLayout } from '../../src/transform/layout.ts'
import { compileTransform } from '../../src/transform/records.ts'
import { copyRows, pageOf } from '../support/copy-rows.ts'
import { ACCOUNT, contacts, migratedWarehouse, openStream, SCHEMAS } from './support/warehouse.ts'

function layoutOf(table: string, ...more: readonly Column[]): StreamLayout {
  return {
    table,
    comment: table,
    key: ['id'],
    cursor: null,
    columns: [{ name: 'id', type: 'bigint', comment: null }, ...more],
    children: [],
  }
}

/** Two names of 63 bytes that differ in their last only. */
const LONG = ['a', 'b'].map((last) => 'deals_of_'.padEnd(62, 'x') + last) as [string, string]

const nameOf = (table: string): string => stageName({ schemas: SCHEMAS }, { table })

const make = (session: Session, layout: StreamLayout): Promise<void> =>
  inTransaction(session, () => makeStages(session, [layout]))

/** What a connection sees of the stage of a table. */
async function staged({ client }: Session, table: string): Promise<readonly unknown[]> {
  const { rows } = await client.query<object>(`select * from pipedrive_sync."${nameOf(table)}"`)
  return rows
}

/** Its file, and how many bytes are in it. */
async function fileOf({ client }: Session, table: string): Promise<{ file: string; bytes: number }> {
  const { rows } = await client.query<{ file: string; bytes: number }>(
    'select pg_relation_filepath($1::regclass) as file, pg_table_size($1::regclass)::integer as bytes',
    [`pipedrive_sync."${nameOf(table)}"`],
  )
  return rows[0]!
}

describe('a staging table', () => {
  test('holds a batch while it is loaded, and is empty after the commit and after a rollback', async () => {
    const { session } = await migratedWarehouse()
    const { load } = await openStream(session)
    const look = async () => {
      expect(await staged(session, 'contacts')).toHaveLength(2)
      expect(await staged(session, 'contact_emails')).toHaveLength(1)
    }
    const batch = [{ id: 1, emails: [{ value: 'a@x.example' }] }, { id: 2 }]
    await load(batch, look)
    expect(await staged(session, 'contacts')).toEqual([])
    expect(await staged(session, 'contact_emails')).toEqual([])
    const failed = load(batch, async () => {
      await look()
      throw new Error('stop')
    })
    await expect(failed).rejects.toThrow('stop')
    expect(await staged(session, 'contacts')).toEqual([])
  })

  test('is not logged, and stays for the next run', async () => {
    const { db, session, open } = await migratedWarehouse()
    await openStream(session)
    const stages = () =>
      db.query(
        `select oid, relname as name, relpersistence as persistence, xmin::text from pg_class
         where relname like 'stage%' order by relname`,
      )
    const before = await stages()
    expect(before).toMatchObject([
      { name: 'stage_pipedrive$contact_emails', persistence: 'u' },
      { name: 'stage_pipedrive$contacts', persistence: 'u' },
    ])
    await (await openStream(await open())).load([{ id: 1 }])
    expect(await stages()).toEqual(before)
  })

  test('takes the rows of two connections at once, and shows each its own', async () => {
    const { session, open } = await migratedWarehouse()
    const other = await open()
    const layout = layoutOf('deals')
    await Promise.all([make(session, layout), make(other, layout)])
    await inTransaction(session, async () => {
      await copyIntoStage(session, layout, copyRows([[1]]))
      await inTransaction(other, async () => {
        await copyIntoStage(other, layout, copyRows([[2]]))
        expect(await staged(other, 'deals')).toEqual([{ id: '2' }])
        expect(await staged(session, 'deals')).toEqual([{ id: '1' }])
      })
    })
  })

  test('gets the columns that it lacks, those of another type anew, and keeps the others', async () => {
    const { session } = await migratedWarehouse()
    const [name, size] = [
      { name: 'a "b"', type: 'text', comment: null },
      { name: 'size', type: 'text', comment: null },
    ] as const
    await make(session, layoutOf('deals', size))
    await make(session, layoutOf('deals', name))
    await make(session, layoutOf('deals', { ...size, type: 'bigint' }))
    const layout = layoutOf('deals', name, { ...size, type: 'bigint' })
    await inTransaction(session, async () => {
      await copyIntoStage(session, layout, copyRows([[1, 'x', 2]]))
      expect(await staged(session, 'deals')).toEqual([{ id: '1', 'a "b"': 'x', size: '2' }])
    })
  })

  test('is not waited for long where somebody holds it', async () => {
    const { session, open } = await migratedWarehouse()
    const reader = await open()
    await make(session, layoutOf('deals'))
    await inTransaction(reader, async () => {
      await staged(reader, 'deals')
      await make(session, layoutOf('deals'))
      const wider = layoutOf('deals', { name: 'title', type: 'text', comment: null })
      await expect(make(session, wider)).rejects.toMatchObject({ code: 'E_LOCKED' })
    })
  })

  test('leaves a stream alone that would widen it then, and says why', async () => {
    const { session, open } = await migratedWarehouse()
    const reader = await open()
    await openStream(session)
    const wider = { ...contacts, columns: { ...contacts.columns, note: 'text' } } as const
    await inTransaction(reader, async () => {
      await staged(reader, 'contacts')
      await expect(openStream(session, wider)).rejects.toMatchObject({
        code: 'E_LOCKED',
        message: expect.stringMatching(
          /^The table "stage_pipedrive\$contacts", .* for longer than 5s/,
        ) as string,
      })
    })
    await openStream(session, wider)
  })

  test('is held by a comparison behind its table, in the order in which a run changes both', async () => {
    const { db, session, open } = await migratedWarehouse()
    const verifier = await open()
    const { layout, loader } = await openStream(session)
    const batch = loader.newBatch()
    compileTransform(contacts, [])(pageOf([{ id: 1 }]), batch)
    const scope = {
      rows: sql<boolean>`true`,
      units: null,
      frontier: sql`now()`,
      openKeepOut: () => openKeepOut(verifier, ACCOUNT, layout),
    }
    let compared: ReturnType<typeof compareBatch> | undefined
    const waiting = `select from pg_locks join pg_database on pg_database.oid = database
      where not granted and datname = current_database() and relation = 'pipedrive.contacts'::regclass`
    await inTransaction(session, async () => {
      await session.client.query('alter table pipedrive.contacts add column later text')
      compared = compareBatch(verifier, layout, batch, scope)
      compared.catch(() => undefined)
      await expect.poll(() => db.query(waiting)).toHaveLength(1)
      await session.client.query(`alter table pipedrive_sync."${nameOf('contacts')}" add column later text`)
    })
    expect(await compared).toMatchObject([{ key: '1', columns: expect.any(Array) as unknown }])
  })

  test('is cut off where it has grown large, unless another connection is using it', async () => {
    const { session, open } = await migratedWarehouse()
    const other = await open()
    const { load, layout } = await openStream(session)
    const large = Array.from({ length: 20 }, (_, id) => ({ id, name: randomBytes(400_000).toString('hex') }))
    await load([{ id: 1 }])
    const { file } = await fileOf(session, 'contacts')
    await load([{ id: 2 }])
    expect(await fileOf(session, 'contacts')).toMatchObject({ file })
    await inTransaction(other, async () => {
      await copyIntoStage(other, { ...layout, columns: layout.columns.slice(0, 1) }, copyRows([[7]]))
      await load(large)
      expect((await fileOf(session, 'contacts')).bytes).toBeGreaterThan(8 * 1024 ** 2)
      expect(await staged(other, 'contacts')).toMatchObject([{ id: '7' }])
      await other.client.query(`delete from pipedrive_sync."${nameOf('contacts')}"`)
    })
    await load([{ id: 3 }])
    const { file: cutOff, bytes } = await fileOf(session, 'contacts')
    expect(cutOff).not.toBe(file)
    expect(bytes).toBeLessThan(20_000)
    expect(await staged(session, 'contacts')).toEqual([])
  })

  test('has a name of at most 63 bytes, of its own for each table of each schema', () => {
    expect(nameOf('deals')).toBe('stage_pipedrive$deals')
    const names = [...LONG, 'é'.repeat(31), `${'é'.repeat(30)}è`].map(nameOf)
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
    const inSchema = (data: string, table: string): string =>
      stageName({ schemas: { ...SCHEMAS, data } }, { table })
    names.push(inSchema('acme', 'deal_products'), inSchema('acme_deal', 'products'))
    expect(new Set(names).size).toBe(6)
  })

  test('of each of two tables with names that long holds its own rows', async () => {
    const { session } = await migratedWarehouse()
    const [one, other] = [layoutOf(LONG[0]), layoutOf(LONG[1])]
    await inTransaction(session, async () => {
      await makeStages(session, [one, other])
      await copyIntoStage(session, one, copyRows([[1]]))
      await copyIntoStage(session, other, copyRows([[2]]))
      expect(await staged(session, LONG[0])).toEqual([{ id: '1' }])
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
    await inTransaction(session, () => startSeen(session, layout))
    expect(await findAbsent(session, layout)).toMatchObject({ seen: 0 })
  })
})
