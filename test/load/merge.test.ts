import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, contacts, customField, migratedWarehouse, openStream } from './support/warehouse.ts'
import type { TestDatabase } from '../support/database.ts'

interface Version {
  readonly id: number
  readonly name?: string | null
  readonly tags?: readonly string[] | null
  readonly value?: number | string | null
  readonly emails?: readonly { value: string; label?: string }[] | null
  readonly is_deleted?: boolean
  readonly update_time?: string | null
}

/** A record as it was after so many minutes. */
function version(id: number, minute: number, more: Omit<Version, 'id' | 'update_time'> = {}): Version {
  return { id, name: `name ${minute}`, update_time: at(minute), ...more }
}

function at(minute: number): string {
  return new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString()
}

const NOTHING = { inserted: 0, updated: 0, unchanged: 0, stale: 0, tombstoned: 0 }

function rowsOf(db: TestDatabase): Promise<Record<string, unknown>[]> {
  return db.query(`select id::int, name, value::text, tags, update_time from pipedrive.contacts order by id`)
}

async function emailsOf(db: TestDatabase): Promise<string[]> {
  const rows = await db.query<{ email: string }>(
    `select contact_id || ':' || position || ':' || value as email from pipedrive.contact_emails order by 1`,
  )
  return rows.map(({ email }) => email)
}

/** Whatever rewrites a row gives it another xmin, and whatever locks it an xmax. */
async function stamps(db: TestDatabase, table: string): Promise<unknown[]> {
  return db.query(
    `select xmin::text, xmax::text, ctid::text, _synced_at from pipedrive.${table} order by ctid`,
  )
}

describe('a merge counts', () => {
  test('new rows as inserted', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    expect(await load([version(1, 0), version(2, 0)])).toEqual({ ...NOTHING, inserted: 2 })
    expect(await rowsOf(db)).toMatchObject([
      { id: 1, name: 'name 0', update_time: new Date(at(0)) },
      { id: 2, name: 'name 0' },
    ])
  })

  test('each row of a mixed batch once: inserted, updated, unchanged, stale, tombstoned', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([1, 2, 3, 4].map((id) => version(id, 5)))
    const counts = await load([
      version(1, 6),
      version(2, 5),
      version(3, 4),
      version(4, 6, { is_deleted: true }),
      version(5, 1),
    ])
    expect(counts).toEqual({ inserted: 1, updated: 2, unchanged: 1, stale: 1, tombstoned: 1 })
    expect((await rowsOf(db)).map(({ name }) => name)).toEqual([
      'name 6',
      'name 5',
      'name 5',
      'name 6',
      'name 1',
    ])
  })

  test('nothing for an empty batch, which still runs what goes along', async () => {
    const { session } = await migratedWarehouse()
    const { load } = await openStream(session)
    let ran = 0
    expect(await load([], () => Promise.resolve(void ran++))).toEqual(NOTHING)
    expect(ran).toBe(1)
  })

  test('a row that comes deleted for the first time as inserted, not as tombstoned', async () => {
    const { session } = await migratedWarehouse()
    const { load } = await openStream(session)
    const gone = version(1, 0, { is_deleted: true })
    expect(await load([gone])).toEqual({ ...NOTHING, inserted: 1 })
    expect(await load([gone])).toEqual({ ...NOTHING, unchanged: 1 })
    expect(await load([version(1, 1, { is_deleted: true })])).toEqual({ ...NOTHING, updated: 1 })
  })
})

describe('an unchanged row', () => {
  test('is not written, nor locked: it keeps xmin, xmax, place and _synced_at, and so do its children', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    const records = [
      version(1, 0, { tags: ['a', 'b'], value: '1.50', emails: [{ value: 'a@x.example' }] }),
      version(2, 0, { tags: [], value: null, emails: [] }),
    ]
    await load(records)
    const before = [await stamps(db, 'contacts'), await stamps(db, 'contact_emails')]
    expect(before.map((rows) => rows.length)).toEqual([2, 1])
    expect(await load(records)).toEqual({ ...NOTHING, unchanged: 2 })
    expect([await stamps(db, 'contacts'), await stamps(db, 'contact_emails')]).toEqual(before)
  })

  test('is one whose numbers are equal though written otherwise', async () => {
    const { session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 0, { value: '1.50' })])
    expect(await load([version(1, 0, { value: 1.5 })])).toEqual({ ...NOTHING, unchanged: 1 })
  })

  test.each<[string, Partial<Version>]>([
    ['another text', { name: 'other' }],
    ['null for a text', { name: null }],
    ['another order in an array', { tags: ['b', 'a'] }],
    ['an empty array for null', { tags: [], value: 1 }],
    ['a key without a column', { ['unknown_key' as 'name']: 'x' }],
  ])('is not one that has %s', async (_what, change) => {
    const { session } = await migratedWarehouse()
    const { load } = await openStream(session)
    const first = version(1, 0, { tags: ['a', 'b'] })
    await load([first])
    expect(await load([{ ...first, ...change }])).toEqual({ ...NOTHING, updated: 1 })
  })
})

describe('a version', () => {
  test('that is as old as the row applies', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 3, { name: 'first' })])
    expect(await load([version(1, 3, { name: 'second' })])).toEqual({ ...NOTHING, updated: 1 })
    expect(await rowsOf(db)).toMatchObject([{ name: 'second' }])
  })

  test('that is older by a second changes nothing', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([{ ...version(1, 0), update_time: '2024-01-01T00:00:01Z' }])
    const before = await stamps(db, 'contacts')
    const older = {
      ...version(1, 0, { name: 'older', is_deleted: true }),
      update_time: '2024-01-01T00:00:00Z',
    }
    expect(await load([older])).toEqual({ ...NOTHING, stale: 1 })
    expect(await stamps(db, 'contacts')).toEqual(before)
  })

  test('without a cursor applies, and so does one that finds a row without', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 3)])
    const without = { ...version(1, 0, { name: 'no time' }), update_time: null }
    expect(await load([without])).toEqual({ ...NOTHING, updated: 1 })
    expect(await load([without])).toEqual({ ...NOTHING, unchanged: 1 })
    expect(await load([version(1, 1)])).toEqual({ ...NOTHING, updated: 1 })
    expect(await rowsOf(db)).toMatchObject([{ name: 'name 1' }])
  })

  test('of a stream without a cursor field always applies', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, { ...contacts, cursorField: null })
    await load([version(1, 3)])
    expect(await load([version(1, 1)])).toEqual({ ...NOTHING, updated: 1 })
    expect(await rowsOf(db)).toMatchObject([{ name: 'name 1' }])
  })
})

describe('a tombstone', () => {
  const deletedAt = async (db: TestDatabase) =>
    (await db.query<{ at: Date | null }>('select _deleted_at as at from pipedrive.contacts'))[0]?.at

  test('keeps the time at which the deletion was first seen', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 0)])
    expect(await deletedAt(db)).toBeNull()
    expect(await load([version(1, 1, { is_deleted: true })])).toMatchObject({ updated: 1, tombstoned: 1 })
    expect(await deletedAt(db)).toEqual(new Date(at(1)))
    expect(await load([version(1, 2, { is_deleted: true })])).toMatchObject({ updated: 1, tombstoned: 0 })
    expect(await deletedAt(db)).toEqual(new Date(at(1)))
  })

  test('is taken off a record that is restored, and begins anew when it goes again', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 1, { is_deleted: true })])
    expect(await load([version(1, 2)])).toEqual({ ...NOTHING, updated: 1 })
    expect(await deletedAt(db)).toBeNull()
    expect(await load([version(1, 3, { is_deleted: true })])).toMatchObject({ tombstoned: 1 })
    expect(await deletedAt(db)).toEqual(new Date(at(3)))
  })

  test('is the time of the load where the deleted record has no time', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    const [before] = await db.query<{ now: Date }>('select now()')
    await load([{ id: 1, is_deleted: true }])
    const found = await deletedAt(db)
    expect(found?.getTime()).toBeGreaterThanOrEqual(before?.now.getTime() ?? Infinity)
  })

  test('that a sweep wrote is taken off by the same version read again', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 0)])
    await db.query('update pipedrive.contacts set _deleted_at = now()')
    expect(await load([version(1, 0)])).toEqual({ ...NOTHING, updated: 1 })
    expect(await deletedAt(db)).toBeNull()
  })
})

describe('child rows', () => {
  const emails = (...values: string[]) => ({ emails: values.map((value) => ({ value })) })

  test('grow and shrink with their parent, and others keep theirs', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 0, emails('a', 'b')), version(2, 0, emails('x'))])
    await load([version(1, 1, emails('a', 'c', 'd'))])
    expect(await emailsOf(db)).toEqual(['1:0:a', '1:1:c', '1:2:d', '2:0:x'])
    await load([version(1, 2, emails('d'))])
    expect(await emailsOf(db)).toEqual(['1:0:d', '2:0:x'])
    await load([version(1, 3, emails()), version(2, 1, { emails: null })])
    expect(await emailsOf(db)).toEqual([])
  })

  test('follow a parent whose own columns have not changed', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 0, emails('a'))])
    expect(await load([version(1, 0, emails('b', 'c'))])).toEqual({ ...NOTHING, unchanged: 1 })
    expect(await emailsOf(db)).toEqual(['1:0:b', '1:1:c'])
  })

  test('of a stale version are left out, in the same batch in which others are replaced', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 5, emails('a', 'b')), version(2, 5, emails('x', 'y'))])
    const counts = await load([
      version(1, 4, emails('old')),
      version(2, 6, emails('z')),
      version(3, 1, emails('n')),
    ])
    expect(counts).toEqual({ ...NOTHING, inserted: 1, updated: 1, stale: 1 })
    expect(await emailsOf(db)).toEqual(['1:0:a', '1:1:b', '2:0:z', '3:0:n'])
  })

  test('of one batch do not linger into the next', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 0, emails('a', 'b'))])
    expect(await load([version(2, 0, emails('x'))])).toEqual({ ...NOTHING, inserted: 1 })
    expect(await emailsOf(db)).toEqual(['1:0:a', '1:1:b', '2:0:x'])
  })
})

describe('a batch', () => {
  test('that fails leaves rows, children, drift and what goes along as they were', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    const failing = load([{ ...version(1, 0), odd: 1, emails: [{ value: 'a' }] }], async () => {
      await session.control
        .insertInto('stream_state')
        .values({ account: ACCOUNT, stream: 'contacts', partition: 'live' })
        .execute()
      throw new Error('the machine went away')
    })
    await expect(failing).rejects.toThrow('the machine went away')
    for (const table of [
      'pipedrive.contacts',
      'pipedrive.contact_emails',
      'pipedrive_sync.drift',
      'pipedrive_sync.stream_state',
    ])
      expect(await db.query(`select from ${table}`), table).toEqual([])
    expect(await load([version(1, 0)])).toEqual({ ...NOTHING, inserted: 1 })
  })

  test('is seen by readers whole or not at all', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([version(1, 0), version(2, 0)], async () => {
      expect(await rowsOf(db)).toEqual([])
    })
    expect(await rowsOf(db)).toHaveLength(2)
  })

  test('counts its drift, over batches', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([
      { ...version(1, 0), odd: 1 },
      { ...version(2, 0), odd: 2, 'two words': true },
    ])
    await load([{ ...version(3, 0), odd: 3, value: 'much' }])
    expect(await db.query('select key, reason, seen::int from pipedrive_sync.drift order by key')).toEqual([
      { key: 'odd', reason: 'unknown', seen: 3 },
      { key: 'two words', reason: 'unknown', seen: 1 },
      { key: 'value', reason: 'unfit', seen: 1 },
    ])
  })

  test('with a key that PostgreSQL cannot hold loads, and its drift is counted under a key that it can', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    await load([{ ...version(1, 0), 'a\u0000b': 1, 'c\ud800': 2, [`long ${'x'.repeat(20_000)}`]: 3 }])
    const found = await db.query<{ key: string }>('select key from pipedrive_sync.drift order by key')
    expect(found.map(({ key }) => key.slice(0, 6))).toEqual(['a\ufffdb', 'c\ufffd', 'long x'])
    const [row] = await db.query<{ keys: string[] }>(
      'select array(select jsonb_object_keys(_extra) order by 1) as keys from pipedrive.contacts',
    )
    expect(row?.keys.map((key) => key.length)).toEqual([3, 2, 20_005])
  })

  test('with custom fields, one named as long as PostgreSQL allows, is merged', async () => {
    const { db, session } = await migratedWarehouse()
    const column = `cf_${'x'.repeat(60)}`
    const { load } = await openStream(session, contacts, [
      customField('hash1', column, 'double'),
      customField('hash2', 'cf_select', 'enum'),
    ])
    await load([{ ...version(1, 0), custom_fields: { hash1: 2.5, hash2: 7 } }])
    expect(await db.query(`select ${column} as value, cf_select_id from pipedrive.contacts`)).toEqual([
      { value: '2.5', cf_select_id: '7' },
    ])
  })

  test('of a table as wide as a catalog may make it is merged', async () => {
    const { db, session } = await migratedWarehouse()
    const fields = Array.from({ length: 1390 }, (_, index) =>
      customField(`hash${index}`, `cf_field_${index}`, 'varchar'),
    )
    const { load } = await openStream(session, contacts, fields)
    const custom_fields = Object.fromEntries(
      fields.slice(0, 300).map(({ code }) => [code, `value of ${code}`]),
    )
    expect(await load([{ ...version(1, 0), custom_fields }])).toEqual({ ...NOTHING, inserted: 1 })
    expect(await load([{ ...version(1, 0), custom_fields }])).toEqual({ ...NOTHING, unchanged: 1 })
    expect(await db.query('select cf_field_299 as value from pipedrive.contacts')).toEqual([
      { value: 'value of hash299' },
    ])
  })
})

describe('a history of versions', () => {
  /** What a record looked like at a version is a function of the two, as at Pipedrive. */
  const record = fc
    .record({
      id: fc.integer({ min: 1, max: 4 }),
      minute: fc.integer({ min: 0, max: 5 }),
    })
    .map(({ id, minute }) =>
      version(id, minute, {
        value: id * 100 + minute,
        tags: minute % 2 === 0 ? [`tag ${minute}`] : null,
        emails: Array.from({ length: (id + minute) % 3 }, (_, place) => ({
          value: `${id}.${minute}.${place}`,
        })),
        is_deleted: minute === 3,
      }),
    )

  /** The same versions, cut into batches in two orders. */
  const twoOrders = fc.array(record, { minLength: 1, maxLength: 14 }).chain((versions) => {
    const anyOrder = fc.shuffledSubarray(versions, { minLength: versions.length })
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 14, maxLength: 14 })
    return fc.record({ one: fc.constant(versions), other: anyOrder, sizes, otherSizes: sizes })
  })

  function cut<Item>(items: readonly Item[], sizes: readonly number[]): Item[][] {
    const parts: Item[][] = []
    for (let from = 0; from < items.length; from += parts.at(-1)?.length ?? 1)
      parts.push(items.slice(from, from + (sizes[parts.length] ?? 1)))
    return parts
  }

  test('gives the same tables in whatever order and batches it is merged', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session)
    const outcome = async (batches: readonly (readonly Version[])[]) => {
      await db.query('truncate pipedrive.contacts, pipedrive.contact_emails')
      for (const batch of batches) await load(batch)
      const deleted = await db.query('select id, _deleted_at from pipedrive.contacts order by id')
      return { rows: await rowsOf(db), deleted, emails: await emailsOf(db) }
    }
    await fc.assert(
      fc.asyncProperty(twoOrders, async ({ one, other, sizes, otherSizes }) => {
        const first = await outcome(cut(one, sizes))
        expect(await outcome(cut(other, otherSizes))).toEqual(first)
        const newest = Map.groupBy(one, ({ id }) => id)
        expect(first.rows.map(({ id, update_time }) => [id, (update_time as Date).toISOString()])).toEqual(
          [...newest]
            .map(([id, versions]) => [
              id,
              versions
                .map((each) => each.update_time ?? '')
                .toSorted()
                .at(-1),
            ])
            .toSorted(),
        )
      }),
      { numRuns: 60 },
    )
  })
})
