import { sql } from 'kysely'
import pg from 'pg'
import { SyncError } from '../errors.ts'
import type { TableLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { planTable, type ExistingTable, type TableChange } from './table-plan.ts'

/** How long DDL waits for readers before it gives up; it is tried again at the next pass. */
const LOCK_TIMEOUT = '5s'

/** A table of the data schema as it stands. */
export async function existingTable({ client, schemas }: Session, table: string): Promise<ExistingTable> {
  const { rows } = await client.query<{ name: string; comment: string | null; about: string | null }>(
    `select attname as name, col_description(attrelid, attnum) as comment,
            obj_description(attrelid, 'pg_class') as about
     from pg_attribute join pg_class on pg_class.oid = attrelid
     join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = $1 and relname = $2 and attnum > 0 and not attisdropped`,
    [schemas.data, table],
  )
  if (rows.length === 0) return null
  return {
    comment: rows[0]?.about ?? null,
    columns: new Map(rows.map(({ name, comment }) => [name, comment])),
  }
}

const LOCK_NOT_AVAILABLE = '55P03'

/** The changes of one table, at once: a first run has hundreds of comments to write. */
async function apply({ client }: Session, table: string, changes: readonly TableChange[]): Promise<void> {
  try {
    await client.query(changes.map(({ ddl }) => ddl).join(';\n'))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error
    throw new SyncError({
      code: 'E_SCHEMA',
      recovery: 'skip-stream',
      message: `${table}: a reader has held the table for ${LOCK_TIMEOUT}, so it could not be changed (${changes[0]?.reason}). Nothing was loaded; the next run tries again.`,
      cause: error,
    })
  }
}

/** Throws `E_SCHEMA` when a table has another key than its rows are told by: an earlier version made it. */
async function assertKey({ client, schemas }: Session, { table, key }: TableLayout): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
     where indisprimary and indrelid = to_regclass(format('%I.%I', $1::text, $2::text)) order by 1`,
    [schemas.data, table],
  )
  const held = rows.map(({ name }) => name).join(', ')
  const wanted = key.toSorted().join(', ')
  if (rows.length === 0 || held === wanted) return
  throw new SyncError({
    code: 'E_SCHEMA',
    recovery: 'skip-stream',
    message: `${table}: its rows are told by ${held} in the warehouse, and by ${wanted} now. Drop the table; the next run makes and fills it anew.`,
  })
}

/**
 * Brings the tables in line with their layouts and records each change; to be called within a transaction.
 * Comments are not recorded as changes of shape. Throws `E_SCHEMA` when a reader holds a table too long.
 */
export async function evolveTables(
  session: Session,
  account: string,
  stream: string,
  layouts: readonly TableLayout[],
): Promise<readonly TableChange[]> {
  const { control, schemas } = session
  await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`.execute(control)
  const changes: TableChange[] = []
  for (const layout of layouts)
    changes.push(...planTable(schemas.data, layout, await existingTable(session, layout.table)))
  for (const layout of layouts) await assertKey(session, layout)
  for (const [table, group] of Map.groupBy(changes, (change) => change.table))
    await apply(session, table, group)
  const shape = changes.filter(({ reason }) => reason !== 'comment')
  for (const { table, reason, ddl } of shape)
    await control
      .insertInto('schema_changes')
      .values({ account, stream, table_name: table, reason, ddl })
      .execute()
  return shape
}
