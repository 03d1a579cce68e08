import type { TableLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { existingTable } from './evolve.ts'
import { lockStages, waitBriefly } from './lock.ts'
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

/** Tells a stage, and whose data it is for. */
function about({ schemas }: Session): string {
  return `For rows on their way into the schema "${schemas.data}"; empty but within the transaction that loads them`
}

/** What a stage lacks of its layout. What it has besides stays: another connection may be using it. */
function planStage(session: Session, layout: TableLayout, existing: ExistingTable): readonly string[] {
  const name = qualified(session.schemas.control, stageName(session, layout))
  const define = (each: TableLayout['columns'][number]): string =>
    `${quoteIdentifier(each.name)} ${each.type}`
  if (existing === null)
    return [
      // Its rows need not outlive the server, nor be logged for that. They are gone before a vacuum could come.
      `create unlogged table ${name} (${layout.columns.map(define).join(', ')})
       with (${WIDE_ROWS}, autovacuum_enabled = off, toast.autovacuum_enabled = off)`,
      `comment on table ${name} is ${quoteLiteral(about(session))}`,
    ]
  const drops = columnsHeld(layout, existing).others.map((each) => `drop ${quoteIdentifier(each.name)}`)
  const adds = layout.columns.filter((each) => !holds(existing, each)).map((each) => `add ${define(each)}`)
  return adds.length === 0 ? [] : [`alter table ${name} ${[...drops, ...adds].join(', ')}`]
}

async function planStages(session: Session, layouts: readonly TableLayout[]): Promise<readonly string[]> {
  const plans: string[] = []
  for (const layout of layouts) {
    const existing = await existingTable(session, stageName(session, layout), session.schemas.control)
    plans.push(...planStage(session, layout, existing))
  }
  return plans
}

/**
 * Makes the stages of these tables, or what they lack; to be called within a transaction. They are kept: the columns of a
 * temporary table are rows of PostgreSQL's catalog, which every run would write and log.
 */
export async function makeStages(session: Session, layouts: readonly TableLayout[]): Promise<void> {
  if ((await planStages(session, layouts)).length === 0) return
  await lockStages(session)
  // A dump of the database holds its tables until it is done.
  await waitBriefly(session)
  for (const ddl of await planStages(session, layouts)) await session.client.query(ddl)
  await session.client.query('set local lock_timeout to default')
}

/** Drops the stages of the data schema, whatever they are called. */
export async function dropStages(session: Session): Promise<void> {
  const { client, schemas } = session
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = to_regnamespace(quote_ident($1))
       and relkind = 'r' and obj_description(oid, 'pg_class') = $2`,
    [schemas.control, about(session)],
  )
  for (const { name } of rows) await client.query(`drop table ${qualified(schemas.control, name)}`)
}
