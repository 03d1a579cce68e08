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

  test.each([
    ['pipedrive_sync', 'pipedrive_sync.run'],
    ['pipedrive', 'pipedrive.fields'],
    ['pipedrive', 'pipedrive.contacts'],
  ])('is asked for of tables in %s where one of them, %s, may not be changed', async (schema, table) => {
    const { db, session } = await migratedWarehouse()
    await openStream(session, contacts)
    const role = await makeRole(db, 'reader')
    await db.query(CREATE.replace('$role', role))
    await db.query(`grant all on all tables in schema pipedrive, pipedrive_sync to ${role}`)
    await using theirs = await connect(withUser(db.url, role), SCHEMAS, 'test')
    await assertPrivileges(theirs)
    for (const right of ['select', 'insert', 'update', 'delete']) {
      await db.query(`revoke ${right} on ${table} from ${role}`)
      const error = await failureOf(assertPrivileges(theirs))
      expectSafe(error)
      expect(error.message).toContain(
        `grant select, insert, update, delete on all tables in schema "${schema}" to "${role}".`,
      )
      await db.query(`grant ${right} on ${table} to ${role}`)
    }
  })

  test('is not asked for of a table that somebody keeps beside ours', async () => {
    const { db } = await migratedWarehouse()
    const role = await makeRole(db, 'reader')
    await db.query(CREATE.replace('$role', role))
    await db.query(`grant all on all tables in schema pipedrive, pipedrive_sync to ${role}`)
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
