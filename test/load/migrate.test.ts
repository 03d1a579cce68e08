import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/load/connection.ts'
import { migrate, printMigrations } from '../../src/load/migrate.ts'
import { migrations } from '../../migrations/index.ts'
import type { TestDatabase } from '../support/database.ts'
import { emptyWarehouse, migratedWarehouse, SCHEMAS } from './support/warehouse.ts'

/** Columns, defaults, constraints and indexes of both schemas, as pg_catalog tells them. */
async function describeSchemas(db: TestDatabase): Promise<unknown[]> {
  const columns = await db.query(
    `select nspname, relname, attnum, attname, format_type(atttypid, atttypmod) as type, attnotnull, attidentity,
            pg_get_expr(adbin, adrelid) as value
     from pg_attribute join pg_class on pg_class.oid = attrelid join pg_namespace on pg_namespace.oid = relnamespace
     left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where nspname = any($1) and relkind in ('r', 'S') and attnum > 0 order by nspname, relname, attnum`,
    [Object.values(SCHEMAS)],
  )
  const constraints = await db.query(
    `select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as definition
     from pg_constraint where connamespace = any($1::text[]::regnamespace[]) order by 1, 2`,
    [Object.values(SCHEMAS)],
  )
  const indexes = await db.query(
    `select schemaname, indexname, indexdef from pg_indexes where schemaname = any($1) order by 1, 2`,
    [Object.values(SCHEMAS)],
  )
  return [...columns, ...constraints, ...indexes]
}

describe('migrate', () => {
  test('makes both schemas with their tables, and says what it applied', async () => {
    const { db, session } = await emptyWarehouse()
    expect(await migrate(session)).toEqual(Object.keys(migrations))
    const tables = await db.query(
      `select schemaname || '.' || tablename as name from pg_tables where schemaname like 'pipedrive%' order by 1`,
    )
    expect(tables.map(({ name }) => name)).toEqual([
      'pipedrive.field_options',
      'pipedrive.fields',
      ...[
        'account',
        'block',
        'catalog_asked',
        'catalog_read',
        'change_gate',
        'change_hints',
        'drift',
        'erased',
        'known_token',
        'kysely_migration',
        'kysely_migration_lock',
        'parent_read',
        'plan_stream',
        'run',
        'run_stream',
        'schema_changes',
        'stream_state',
        'sync_window',
        'token_day',
        'token_ledger',
      ].map((name) => `pipedrive_sync.${name}`),
    ])
  })

  test('keeps a second warehouse in schemas of its own, whatever their names', async () => {
    const { db } = await migratedWarehouse()
    const schemas = { data: 'Zweite "Firma"', control: 'zweite.sync' }
    await using second = await connect(db.url, schemas, 'second')
    expect(await migrate(second)).toEqual(Object.keys(migrations))
    const found = await db.query(`select count(*)::int as tables from pg_tables where schemaname = any($1)`, [
      Object.values(schemas),
    ])
    expect(found).toEqual([{ tables: 22 }])
  })

  test('done again changes nothing', async () => {
    const { db, session } = await migratedWarehouse()
    const before = await describeSchemas(db)
    expect(await migrate(session)).toEqual([])
    expect(await describeSchemas(db)).toEqual(before)
  })

  test('by twenty processes at once does not collide', async () => {
    const { open } = await emptyWarehouse()
    const sessions = await Promise.all(Array.from({ length: 20 }, () => open()))
    const applied = await Promise.all(sessions.map((session) => migrate(session)))
    expect(applied.flat()).toEqual(Object.keys(migrations))
  })

  test('leaves no lock behind: others migrate while the connection stays open', async () => {
    const { db, session } = await migratedWarehouse()
    const held = await db.query(
      `select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database
       where locktype = 'advisory' and datname = current_database()`,
    )
    expect(held).toEqual([])
    expect(await migrate(session)).toEqual([])
  })

  test('does not wait for a reader of a table that it has to change, and says what to do', async () => {
    const { db, session } = await migratedWarehouse()
    await db.query('alter table pipedrive.fields drop column labels_owed')
    const reader = new pg.Client({ connectionString: db.url })
    await reader.connect()
    onTestFinished(() => reader.end())
    await reader.query('begin; select from pipedrive.fields')
    await expect(migrate(session)).rejects.toMatchObject({
      code: 'E_DATABASE',
      recovery: 'abort-run',
      message: expect.stringContaining('another session has held one of them for longer than 5s.') as string,
    })
    expect((await session.client.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '0' }])
    await reader.query('commit')
    expect(await migrate(session)).toEqual([])
    expect(await db.query('select labels_owed from pipedrive.fields')).toEqual([])
  }, 20_000)

  test('needs no right to create schemas where an administrator has made them', async () => {
    const { db } = await emptyWarehouse()
    const user = `migrate_${process.pid}`
    await db.query(`create role ${user} login`)
    try {
      for (const schema of Object.values(SCHEMAS))
        await db.query(`create schema ${schema} authorization ${user}`)
      const url = Object.assign(new URL(db.url), { username: user }).href
      await using session = await connect(url, SCHEMAS, 'migrate')
      expect(await migrate(session)).toEqual(Object.keys(migrations))
    } finally {
      await db.query(`drop owned by ${user} cascade`)
      await db.query(`drop role ${user}`)
    }
  })

  test('tells that a newer version of the program has written the database', async () => {
    const { db, session } = await migratedWarehouse()
    await db.query(
      `insert into pipedrive_sync.kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00Z')`,
    )
    const before = await describeSchemas(db)
    await expect(migrate(session)).rejects.toMatchObject({
      code: 'E_DATABASE',
      recovery: 'abort-run',
      message: expect.stringMatching(
        /^The control tables in schema "pipedrive_sync" could not .*9999-from-the-future.* a newer version of this program/,
      ) as string,
    })
    expect(await describeSchemas(db)).toEqual(before)
  })
})

describe('the printed SQL', () => {
  test('applied to an empty database makes exactly what migrate makes', async () => {
    const migrated = await migratedWarehouse()
    const printed = await emptyWarehouse()
    await printed.db.query(await printMigrations(SCHEMAS))
    expect(await describeSchemas(printed.db)).toEqual(await describeSchemas(migrated.db))
  })

  test('counts as applied: migrate finds nothing left to do', async () => {
    const { db, session } = await emptyWarehouse()
    await db.query(await printMigrations(SCHEMAS))
    expect(await migrate(session)).toEqual([])
  })

  test('quotes the names of the schemas', async () => {
    const { db } = await emptyWarehouse()
    await db.query(await printMigrations({ data: 'Zweite "Firma"', control: 'zweite.sync' }))
    const found = await db.query(`select nspname from pg_namespace where nspname ilike 'zweite%' order by 1`)
    expect(found.map(({ nspname }) => nspname as string)).toEqual(['Zweite "Firma"', 'zweite.sync'])
  })
})
