import { hash } from 'node:crypto'
import { sql } from 'kysely'
import type { Batch } from '../transform/batch.ts'
import type { TableLayout } from '../transform/layout.ts'
import { MAX_IDENTIFIER } from '../transform/naming.ts'
import { orUndone, type Session } from './connection.ts'
import { copyInto } from './copy.ts'
import { waitBriefly } from './lock.ts'
import { qualified } from './table-plan.ts'

type Named = Pick<TableLayout, 'table'>

/** A name of its own for each purpose and table; where it would be too long for PostgreSQL, one that says less. */
export function shortName(purpose: string, { table }: Named): string {
  const name = `${purpose}_${table}`
  return Buffer.byteLength(name) <= MAX_IDENTIFIER ? name : `${purpose}_${hash('sha1', table)}`
}

/** Name of a work table, in the control schema. No table of ours has a dollar in its name, a schema may. */
export function workName(purpose: string, { schemas }: Pick<Session, 'schemas'>, { table }: Named): string {
  return shortName(purpose, { table: `${schemas.data}$${table}` })
}

/** Name of the staging table of a layout. */
export function stageName(session: Pick<Session, 'schemas'>, layout: Named): string {
  return workName('stage', session, layout)
}

/** The staging table as SQL names it. */
export function stageOf(session: Pick<Session, 'schemas'>, layout: Named) {
  return sql.id(session.schemas.control, stageName(session, layout))
}

/** Sends rows into the staging table; to be called within a transaction. */
export function copyIntoStage(
  session: Session,
  layout: TableLayout,
  rows: Iterable<Uint8Array>,
): Promise<void> {
  return copyInto(session, qualified(session.schemas.control, stageName(session, layout)), layout, rows)
}

/**
 * Bytes of a work table that is truncated. Rows that were deleted keep their room, and every look at the table passes over
 * them; but PostgreSQL gives a table that it truncates a new file, which it logs.
 */
const LARGE = 8 * 1024 ** 2
/** The lock is not available (SQLSTATE lock_not_available). */
const IN_USE: ReadonlySet<string> = new Set(['55P03'])

/** Empties a work table of which other connections may have rows under way; `cutOff`: whatever its size. */
export async function emptyWork(session: Session, name: string, cutOff = false): Promise<void> {
  const table = qualified(session.schemas.control, name)
  const { rows } = await session.client.query<{ truncates: boolean }>(
    `with size as (select ($2 and pg_relation_size($1::regclass) > 0) or pg_table_size($1::regclass) > ${LARGE} as truncates),
       emptied as (delete from ${table} where not (select truncates from size))
     select truncates from size`,
    [table, cutOff],
  )
  if (rows[0]?.truncates !== true) return
  const truncate = `lock table ${table} in access exclusive mode nowait; truncate ${table}`
  if (await orUndone(session, IN_USE, () => session.client.query(truncate))) return
  await session.client.query(`delete from ${table}`)
}

export interface Staging {
  /** Their stages must be there. */
  readonly tables: readonly TableLayout[]
  /** It has rows for each of them, in their order. */
  readonly batch: Batch
  /** Whether something of it is to be kept out: that may not even keep its room in the stage. */
  readonly keepsOut: boolean
}

/**
 * Does something while a batch is staged. To be called within a transaction; no other one sees these rows, so several
 * connections may stage the same tables at once.
 */
export async function whileStaged<Result>(
  session: Session,
  { tables, batch, keepsOut }: Staging,
  work: () => Promise<Result>,
): Promise<Result> {
  const filled = [...tables.entries()].filter(([index]) => batch.tables[index]?.length !== 0)
  for (const [index, table] of filled) await copyIntoStage(session, table, batch.rows(index))
  const result = await work()
  // What could not be cut off before may be in any of them.
  const emptied = keepsOut ? tables : filled.map(([, table]) => table)
  for (const table of emptied) await emptyWork(session, stageName(session, table), keepsOut)
  return result
}

/**
 * Lets nothing of what these tables have staged keep its room; to be called at the end of a transaction. A stage that is
 * in use for long, by a dump, is left to the next batch.
 */
export async function cutOffStages(session: Session, layouts: readonly Named[]): Promise<void> {
  const { client, schemas } = session
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from unnest($2::text[]) with ordinality as wanted (name, place)
     join pg_class on relname = name and relnamespace = to_regnamespace(quote_ident($1))
     where pg_relation_size(pg_class.oid) > 0 order by place`,
    [schemas.control, layouts.map((layout) => stageName(session, layout))],
  )
  if (rows.length === 0) return
  const stages = rows.map(({ name }) => qualified(schemas.control, name))
  await waitBriefly(session)
  await orUndone(session, IN_USE, () => client.query(`truncate ${stages.join(', ')}`))
}
