import { describe, expect, test } from 'vitest'
import { assertPrivileges } from '../../src/load/privileges.ts'
import { connect } from '../../src/load/connection.ts'
import { migrate } from '../../src/load/migrate.ts'
import { testDatabase } from '../support/database.ts'
import { expectSafe, failureOf, makeRole, withUser } from './support/refusals.ts'
import { contacts, emptyWarehouse, migratedWarehouse, openStream, SCHEMAS } from './support/warehouse.ts'

const BOTH = ['create schema pipedrive', 'create schema pipedrive_sync']
const CREATE = 'grant create, usage on schema pipedrive, pipedrive_sync to $role'

describe('the right to write', () => {
  test('is there for who may create schemas, before they exist and after', async () => {
    const { db, session } = await emptyWarehouse()
    await assertPrivileges(session)
    await db.query('create schema pipedrive')
    await assertPrivileges(session)
    await migrate(session)
    await assertPrivileges(session)
  })

  test.each<[string, readonly string[], string]>([
    [
      'may not create a schema',
      [],
      'may not create the schema "pipedrive" in the database "$database". Let an administrator run: grant create on database "$database" to "$role".',
    ],
    [
      'may not write one that is there',
      BOTH,
      'may not create tables in the schema "pipedrive". Let its owner run: grant create, usage on schema "pipedrive" to "$role".',
    ],
    [
      'may create tables in one and not use it',
      [...BOTH, CREATE, 'revoke usage on schema pipedrive_sync from $role'],
      'may not create tables in the schema "pipedrive_sync". Let its owner run: grant create, usage on schema "pipedrive_sync" to "$role".',
    ],
    [
      'may write one and not make the other',
      ['create schema pipedrive', 'grant create, usage on schema pipedrive to $role'],
      'may not create the schema "pipedrive_sync" in the database "$database". Let an administrator run: grant create on database "$database" to "$role".',
    ],
  ])('is asked for in one sentence where the user %s', async (_what, statements, rest) => {
    const db = await testDatabase()
    const role = await makeRole(db, 'reader')
    for (const statement of statements) await db.query(statement.replace('$role', role))
    await using session = await connect(withUser(db.url, role), SCHEMAS, 'test')
    const error = await failureOf(assertPrivileges(session))
    expectSafe(error)
    const database = new URL(db.url).pathname.slice(1)
    expect(error.message).toBe(
      `The user "${role}" ${rest.replaceAll('$database', database).replaceAll('$role', role)}`,
    )
  })

  test('is asked for where the user may make no temporary table', async () => {
    const db = await testDatabase()
    const role = await makeRole(db, 'reader')
    const database = new URL(db.url).pathname.slice(1)
    await db.query(`grant create on database ${database} to ${role}`)
    await db.query(`revoke temporary on database ${database} from public`)
    await using session = await connect(withUser(db.url, role), SCHEMAS, 'test')
    const error = await failureOf(assertPrivileges(session))
    expectSafe(error)
    expect(error.message).toContain(`grant temporary on database "${database}" to "${role}".`)
  })

  /** Makes every table of ours belong to a new role. */
  async function handedOver() {
    const { db, session } = await migratedWarehouse()
    await openStream(session, contacts)
    const role = await makeRole(db, 'reader')
    await db.query(CREATE.replace('$role', role))
    const tables = await db.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname like 'pipedrive%'",
    )
    for (const { name } of tables) await db.query(`alter table ${name} owner to ${role}`)
    return { db, role }
  }

  test.each([
    ['pipedrive_sync', 'pipedrive_sync.run'],
    ['pipedrive', 'pipedrive.fields'],
    ['pipedrive', 'pipedrive.contacts'],
  ])(
    'is asked for of tables in %s where one of them, %s, belongs to somebody else',
    async (schema, table) => {
      const { db, role } = await handedOver()
      await using theirs = await connect(withUser(db.url, role), SCHEMAS, 'test')
      await assertPrivileges(theirs)
      await db.query(`alter table ${table} owner to current_user`)
      await db.query(`grant all on ${table} to ${role}`)
      const error = await failureOf(assertPrivileges(theirs))
      expectSafe(error)
      expect(error.message).toMatch(
        new RegExp(`^Tables in the schema "${schema}" belong to ".*owner to "${role}"`),
      )
    },
  )

  test('is not asked for of a table that somebody keeps beside ours', async () => {
    const { db, role } = await handedOver()
    await db.query('create table pipedrive.targets (year int)')
    await using session = await connect(withUser(db.url, role), SCHEMAS, 'test')
    await assertPrivileges(session)
  })

  test('is missing where the database takes no changes, and that is said', async () => {
    const { db, session } = await emptyWarehouse()
    await session.client.query('set default_transaction_read_only = on')
    const error = await failureOf(assertPrivileges(session))
    expectSafe(error)
    expect(error.message).toContain(`The database "${new URL(db.url).pathname.slice(1)}" takes no changes`)
  })
})
