import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sql } from 'kysely'
import { from as copyFrom } from 'pg-copy-streams'
import type { Batch } from '../transform/batch.ts'
import type { TableLayout } from '../transform/layout.ts'
import { MAX_IDENTIFIER } from '../transform/naming.ts'
import { orUndone, type Session } from './connection.ts'
import { qualified, quoteIdentifier } from './table-plan.ts'

type Named = Pick<TableLayout, 'table'>

/** A name of its own for each purpose and table; where it would be too long for PostgreSQL, one that says less. */
function nameFor(purpose: string, table: string): string {
  const name = `${purpose}_${table}`
  return Buffer.byteLength(name) <= MAX_IDENTIFIER ? name : `${purpose}_${hash('sha1', table)}`
}

export function temporaryName(purpose: string, { table }: Named): string {
  return nameFor(purpose, table)
}

/** Name of the staging table of a layout, in the control schema. No table of ours has a dollar in its name, a schema may. */
export function stageName({ schemas }: Pick<Session, 'schemas'>, { table }: Named): string {
  return nameFor('stage', `${schemas.data}$${table}`)
}

/** The staging table as SQL names it. */
export function stageOf(session: Pick<Session, 'schemas'>, layout: Named) {
  return sql.id(session.schemas.control, stageName(session, layout))
}

/** Bytes that go to the socket at once. */
const CHUNK = 256 * 1024

function* cut(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const piece of pieces)
    for (let from = 0; from < piece.length; from += CHUNK) yield piece.subarray(from, from + CHUNK)
}

/** Sends rows, in COPY's text format, into a table, named as SQL names it; to be called within a transaction. */
export async function copyInto(
  { client }: Session,
  table: string,
  layout: TableLayout,
  rows: Iterable<Uint8Array>,
): Promise<void> {
  const columns = layout.columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  const sink = client.query(copyFrom(`copy ${table} (${columns}) from stdin`))
  await pipeline(Readable.from(cut(rows)), sink)
}

function quotedStage(session: Session, layout: Named): string {
  return qualified(session.schemas.control, stageName(session, layout))
}

/** Sends rows into the staging table; to be called within a transaction. */
export function copyIntoStage(
  session: Session,
  layout: TableLayout,
  rows: Iterable<Uint8Array>,
): Promise<void> {
  return copyInto(session, quotedStage(session, layout), layout, rows)
}

/**
 * Bytes of a stage that is cut off. Rows that were deleted keep their room, and every look at the stage passes over them;
 * but PostgreSQL gives a table that it truncates a new file, which it logs.
 */
const LARGE = 8 * 1024 ** 2
/** The lock is not available (SQLSTATE lock_not_available). */
const IN_USE: ReadonlySet<string> = new Set(['55P03'])

async function emptyStage(session: Session, layout: Named, cutOff: boolean): Promise<void> {
  const stage = quotedStage(session, layout)
  const { rows } = await session.client.query<{ large: boolean }>(
    `with emptied as (delete from ${stage}) select pg_table_size($1::regclass) > ${LARGE} as large`,
    [stage],
  )
  if (!cutOff && rows[0]?.large !== true) return
  const truncate = `lock table ${stage} in access exclusive mode nowait; truncate ${stage}`
  await orUndone(session, IN_USE, () => session.client.query(truncate))
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
  for (const [, table] of filled) await emptyStage(session, table, keepsOut)
  return result
}

/** Lets nothing of what these tables have staged keep its room; to be called within a transaction. */
export async function cutOffStages(session: Session, layouts: readonly Named[]): Promise<void> {
  const { client, schemas } = session
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from unnest($2::text[]) with ordinality as wanted (name, place)
     join pg_class on relname = name and relnamespace = to_regnamespace(quote_ident($1))
     where pg_relation_size(pg_class.oid) > 0 order by place`,
    [schemas.control, layouts.map((layout) => stageName(session, layout))],
  )
  if (rows.length === 0) return
  await client.query(`truncate ${rows.map(({ name }) => qualified(schemas.control, name)).join(', ')}`)
}
