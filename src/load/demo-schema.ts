import { sql } from 'kysely'
import { configError, SyncError } from '../errors.ts'
import { readAccount } from './account.ts'
import { dropWorkTables } from './make-work-tables.ts'
import { inTransaction, type Session } from './connection.ts'

/** Comment of the schema that a demo made. A company's id would not do as a mark: it may be a real company's too. */
const MARK = 'Made by the demo of pipedrive-warehouse; its next run and demo --remove drop it.'

/** Lets one demo at a time have the data schema, until the connection ends. Throws `E_LOCKED`. */
export async function lockDemo({ client, schemas }: Session): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
    [`pipedrive-warehouse demo ${schemas.data}`],
  )
  if (rows[0]?.locked === true) return
  throw new SyncError({
    code: 'E_LOCKED',
    recovery: 'abort-run',
    message: 'Another demo is under way in this warehouse: wait until it has ended.',
  })
}

/** Makes the data schema, with the mark by which `removeDemo` knows it again. */
export function makeDemoSchema(session: Session): Promise<void> {
  const { control, schemas } = session
  return inTransaction(session, async () => {
    await control.schema.createSchema(schemas.data).execute()
    await sql`comment on schema ${sql.id(schemas.data)} is ${sql.lit(MARK)}`.execute(control)
  })
}

/**
 * Drops the data schema that a demo made, and what the control tables hold of its account; false when there is
 * none. Throws `E_CONFIG` where the schema, or the account, is somebody else's.
 */
export async function removeDemo(session: Session, account: string): Promise<boolean> {
  const { client, control, schemas } = session
  const { rows } = await client.query<{ mark: string | null }>(
    `select obj_description(oid, 'pg_namespace') as mark from pg_namespace where nspname = $1`,
    [schemas.data],
  )
  const kept = await readAccount(session, account)
  if (rows.length === 0 && kept === null) return false
  if (rows[0]?.mark !== MARK)
    throw configError(
      `The schema "${schemas.data}" is not one that a demo made; it holds ${kept?.companyName ?? 'something else'}. Run the demo in another directory, or set PIPEDRIVE_WAREHOUSE_DIR.`,
    )
  await inTransaction(session, async () => {
    await dropWorkTables(session)
    await control.schema.dropSchema(schemas.data).cascade().execute()
    await forgetAccount(session, account)
  })
  return true
}

/** Every table of the control schema that holds anything says whose its rows are. */
async function forgetAccount({ client, control, schemas }: Session, account: string): Promise<void> {
  const { rows } = await client.query<{ table: string }>(
    `select relname as table from pg_attribute join pg_class on pg_class.oid = attrelid
     where attname = 'account' and relkind = 'r' and relpersistence = 'p' and relnamespace = to_regnamespace(quote_ident($1))`,
    [schemas.control],
  )
  for (const { table } of rows)
    await sql`delete from ${sql.id(schemas.control, table)} where account = ${account}`.execute(control)
}
