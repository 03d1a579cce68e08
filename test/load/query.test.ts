import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/load/connection.ts'
import { query } from '../../src/load/query.ts'
import { migratedWarehouse, openStream } from './support/warehouse.ts'

async function filledWarehouse() {
  const warehouse = await migratedWarehouse()
  const { load } = await openStream(warehouse.session)
  await load([1, 2, 3].map((id) => ({ id, name: `n${id}`, tags: ['a', 'b "c"'] })))
  return warehouse
}

async function valueOf(session: Session, expression: string): Promise<unknown> {
  return (await query(session, `select ${expression}`)).rows[0]?.[0]
}

describe('a query', () => {
  test('answers with its columns in order and its rows', async () => {
    const { session } = await filledWarehouse()
    expect(await query(session, 'select name, id from contacts where id > 1 order by id;')).toEqual({
      columns: ['name', 'id'],
      rows: [
        ['n2', 2],
        ['n3', 3],
      ],
    })
  })

  test('whose columns share a name keeps each value in its place', async () => {
    const { session } = await filledWarehouse()
    expect(await query(session, `select 1 as id, 'x' as name, 2 as id, 3 as id`)).toEqual({
      columns: ['id', 'name', 'id', 'id'],
      rows: [[1, 'x', 2, 3]],
    })
  })

  test('that is a COPY is refused, whose rows go another way', async () => {
    const { session } = await filledWarehouse()
    for (const sql of ['copy pipedrive.contacts to stdout', 'copy (select 1) to stdout (format csv)'])
      await expect(query(session, sql)).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: 'The query failed: COPY answers with no rows; use a select.',
      })
    expect(await valueOf(session, '1')).toBe(1)
  })

  test('names its columns where it finds no row', async () => {
    const { session } = await filledWarehouse()
    expect(await query(session, 'select id, name from contacts where false')).toEqual({
      columns: ['id', 'name'],
      rows: [],
    })
  })

  test('finds the data, the control tables and public without their schemas', async () => {
    const { db, session } = await filledWarehouse()
    await db.query('create table public.mine as select 1 as one')
    for (const table of ['contacts', 'fields', 'schema_changes', 'mine'])
      expect((await query(session, `select from ${table}`)).columns, table).toEqual([])
  })

  test.each<[string, unknown]>([
    ['1::bigint', 1],
    ['9007199254740991::bigint', 9007199254740991],
    ['9007199254740993::bigint', '9007199254740993'],
    ['(-5)::bigint', -5],
    ['count(*)', 1],
    ['1.5::numeric', 1.5],
    ['1.50::numeric', 1.5],
    ['1.10::numeric(10, 2)', 1.1],
    ['100.00::numeric', 100],
    ['0.00::numeric', 0],
    ['(-2.50)::numeric', -2.5],
    ['0.1234567890123456789::numeric', '0.1234567890123456789'],
    ['12345678901234567890::numeric', '12345678901234567890'],
    [`'NaN'::numeric`, 'NaN'],
    [`'Infinity'::numeric`, 'Infinity'],
    [`'NaN'::float8`, 'NaN'],
    [`'-Infinity'::float4`, '-Infinity'],
    ['1e20::float8', 1e20],
    ['0.1::float4', 0.1],
    [`array['NaN', 1.5, null]::float8[]`, ['NaN', 1.5, null]],
    [`'infinity'::timestamptz`, 'infinity'],
    [`'-infinity'::timestamptz`, '-infinity'],
    [`array['infinity', null]::timestamptz[]`, ['infinity', null]],
    [`'infinity'::timestamp`, 'infinity'],
    [`'infinity'::date`, 'infinity'],
    [`'2024-02-01'::date`, '2024-02-01'],
    [`'2024-02-01 03:04:05'::timestamp`, '2024-02-01 03:04:05'],
    [`'2024-02-01 03:04:05Z'::timestamptz`, new Date('2024-02-01T03:04:05Z')],
    [`'03:04:05'::time`, '03:04:05'],
    [`'1 day 02:00'::interval`, '1 day 02:00:00'],
    ['true', true],
    ['null', null],
    [`'a'::text`, 'a'],
    [`'{"a": [1, null]}'::jsonb`, { a: [1, null] }],
    [`array['a', 'b "c"', 'NULL', null]`, ['a', 'b "c"', 'NULL', null]],
    ['array[1, 9007199254740993]::bigint[]', [1, '9007199254740993']],
    ['array[1.5, 0.1234567890123456789, null]::numeric[]', [1.5, '0.1234567890123456789', null]],
    [`array['2024-02-01', null]::date[]`, ['2024-02-01', null]],
    [
      `array[array[1, 2], array[3, 4]]::bigint[]`,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [`'7d444840-9dc0-11d1-b245-5ffdce74fad2'::uuid`, '7d444840-9dc0-11d1-b245-5ffdce74fad2'],
  ])('gives %s as it can be written in JSON', async (expression, value) => {
    const { session } = await migratedWarehouse()
    expect(await valueOf(session, expression)).toEqual(value)
  })

  test.each<[string, string]>([
    ['selec 1', 'syntax error at or near "selec"'],
    ['select missing from contacts', 'column "missing" does not exist'],
    ['', ''],
  ])('that is wrong ("%s") fails with the words of PostgreSQL', async (sql, words) => {
    const { session } = await filledWarehouse()
    if (words === '') expect(await query(session, sql)).toEqual({ columns: [], rows: [] })
    else
      await expect(query(session, sql)).rejects.toMatchObject({
        code: 'E_CONFIG',
        message: `The query failed: ${words}.`,
      })
    expect(await valueOf(session, '1')).toBe(1)
  })

  test('whose connection is killed says so', async () => {
    const { session } = await filledWarehouse()
    await expect(query(session, 'select pg_terminate_backend(pg_backend_pid())')).rejects.toThrow(
      'terminating connection due to administrator command',
    )
  })
})

describe('a query cannot write:', () => {
  const TRICKS: readonly [string, string][] = [
    ['delete', 'delete from contacts'],
    ['insert', 'insert into contacts (id) values (9)'],
    ['update', `update contacts set name = 'x'`],
    ['truncate', 'truncate contacts'],
    ['drop', 'drop table contacts'],
    ['create', 'create table more (id int)'],
    ['create as', 'create table more as select 1'],
    ['a CTE that deletes', 'with gone as (delete from contacts returning *) select * from gone'],
    ['explain analyze', 'explain analyze delete from contacts'],
    ['a function', 'select wipe()'],
    ['a procedure that commits', 'call wipe_and_commit()'],
    ['an anonymous block', 'do $$ begin delete from contacts; end $$'],
    ['an anonymous block that commits first', 'do $$ begin commit; delete from contacts; commit; end $$'],
    ['select into', 'select * into more from contacts'],
    ['a sequence', `select nextval('pipedrive_sync.run_id_seq')`],
    ['a lock that a writer takes', 'select * from contacts for update'],
    ['COPY in', `copy contacts from stdin`],
    ['two statements', 'select 1; delete from contacts'],
    ['an end and a delete', 'commit; delete from contacts'],
    ['an end inside a comment', 'rollback /* */; begin; delete from contacts; commit'],
    ['set transaction', 'set transaction read write'],
    ['set transaction and a delete', 'set transaction read write; delete from contacts'],
    ['the setting', `select set_config('transaction_read_only', 'off', false)`],
    [
      'the setting in a CTE that comes first',
      `with open as materialized (select set_config('transaction_read_only', 'off', false)),
            gone as (delete from contacts returning *) select * from open, gone`,
    ],
    ['a function that opens the transaction', 'select open_and_wipe()'],
  ]

  test.each(TRICKS)('%s', async (_what, sql) => {
    const { db, session } = await filledWarehouse()
    await db.query(
      `create function public.wipe() returns void language sql as 'delete from pipedrive.contacts';
       create procedure public.wipe_and_commit() language plpgsql as
         'begin commit; delete from pipedrive.contacts; commit; end';
       create function public.open_and_wipe() returns void language plpgsql as
         $$begin perform set_config('transaction_read_only', 'off', true); delete from pipedrive.contacts; end$$`,
    )
    await expect(query(session, sql)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(/^The query failed: .+\.$/) as string,
    })
    expect(await db.query('select id::int, name from pipedrive.contacts order by id')).toEqual(
      [1, 2, 3].map((id) => ({ id, name: `n${id}` })),
    )
  })

  test.each([
    ['a transaction that is ended', ['commit', 'delete from contacts']],
    ['a prepared statement', ['prepare wipe as delete from pipedrive.contacts', 'execute wipe']],
    [
      'a default that is changed',
      ['set session characteristics as transaction read write', 'delete from contacts'],
    ],
    ['a chain', ['commit and chain', 'delete from contacts']],
  ])('%s by one query gives the next no way either', async (_what, [first = '', second = '']) => {
    const { db, session } = await filledWarehouse()
    await query(session, first)
    await expect(query(session, second)).rejects.toThrow('read-only transaction')
    expect(await db.query('select from pipedrive.contacts')).toHaveLength(3)
  })

  test('and leaves no setting behind', async () => {
    const { session } = await filledWarehouse()
    const path = async () => (await session.client.query<{ search_path: string }>('show search_path')).rows
    const before = await path()
    await query(session, `select set_config('search_path', 'nowhere', false)`)
    expect(await path()).toEqual(before)
  })
})
