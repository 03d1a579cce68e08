import type { Column, TableLayout } from '../transform/layout.ts'
import { SyncError } from '../errors.ts'
import { orUndone, type Session } from './connection.ts'
import { existingTable } from './evolve.ts'
import { HELD, LOCK_TIMEOUT, lockWorkTable, waitBriefly } from './lock.ts'
import { stageName } from './stage.ts'
import {
  columnsHeld,
  holds,
  qualified,
  quoteIdentifier,
  quoteLiteral,
  WIDE_ROWS,
  type ExistingTable,
} from './table-plan.ts'

/** A table of the control schema for what a run needs while it loads. */
export interface WorkTable {
  readonly name: string
  readonly columns: readonly Column[]
}

/** Tells a work table, and whose data it is for. */
function about({ schemas }: Session): string {
  return `For rows on their way into the schema "${schemas.data}"; nothing in it is needed afterwards`
}

/** What a work table lacks. What it has besides stays: another connection may be using it. */
function planWork(session: Session, work: WorkTable, existing: ExistingTable): readonly string[] {
  const { columns } = work
  const name = qualified(session.schemas.control, work.name)
  const define = (each: Column): string => `${quoteIdentifier(each.name)} ${each.type}`
  if (existing === null)
    return [
      // Its rows need not outlive the server, nor be logged for that. They are gone before a vacuum could come.
      `create unlogged table ${name} (${columns.map(define).join(', ')})
       with (${WIDE_ROWS}, autovacuum_enabled = off, toast.autovacuum_enabled = off)`,
      `comment on table ${name} is ${quoteLiteral(about(session))}`,
    ]
  const drops = columnsHeld(work, existing).others.map((each) => `drop ${quoteIdentifier(each.name)}`)
  const adds = columns.filter((each) => !holds(existing, each)).map((each) => `add ${define(each)}`)
  return adds.length === 0 ? [] : [`alter table ${name} ${[...drops, ...adds].join(', ')}`]
}

async function planAll(session: Session, tables: readonly WorkTable[]): Promise<readonly string[]> {
  const plans: string[] = []
  for (const work of tables) {
    const existing = await existingTable(session, work.name, session.schemas.control)
    plans.push(...planWork(session, work, existing))
  }
  return plans
}

function held([first]: readonly WorkTable[]): SyncError {
  return new SyncError({
    code: 'E_LOCKED',
    recovery: 'skip-stream',
    message: `The table "${first?.name}", through which rows pass on their way, could not be made ready: another session (a dump of the database?) has held it for longer than ${LOCK_TIMEOUT}. The stream was left as it is; the next run tries again.`,
  })
}

async function make(session: Session, tables: readonly WorkTable[]): Promise<void> {
  for (const { name } of tables) await lockWorkTable(session, name)
  for (const ddl of await planAll(session, tables)) await session.client.query(ddl)
}

/**
 * Makes work tables, or what they lack; to be called within a transaction. They are kept: the columns of a temporary table
 * are rows of PostgreSQL's catalog, which every run would write and log. Throws `E_LOCKED`.
 */
export async function makeWorkTables(session: Session, tables: readonly WorkTable[]): Promise<void> {
  if ((await planAll(session, tables)).length === 0) return
  // A dump of the database holds its tables until it is done.
  await waitBriefly(session)
  if (!(await orUndone(session, HELD, () => make(session, tables)))) throw held(tables)
  await session.client.query('set local lock_timeout to default')
}

/** Makes the stages of these tables, or what they lack; to be called within a transaction. */
export function makeStages(session: Session, layouts: readonly TableLayout[]): Promise<void> {
  const stages = layouts.map((layout) => ({ name: stageName(session, layout), columns: layout.columns }))
  return makeWorkTables(session, stages)
}

/** Drops the work tables of the data schema, whatever they are called. */
export async function dropWorkTables(session: Session): Promise<void> {
  const { client, schemas } = session
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = to_regnamespace(quote_ident($1))
       and relkind = 'r' and obj_description(oid, 'pg_class') = $2`,
    [schemas.control, about(session)],
  )
  for (const { name } of rows) await client.query(`drop table ${qualified(schemas.control, name)}`)
}
