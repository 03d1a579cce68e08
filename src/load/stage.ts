import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { TableLayout } from '../transform/layout.ts'
import { MAX_IDENTIFIER } from '../transform/naming.ts'
import type { Session } from './connection.ts'
import { quoteIdentifier, WIDE_ROWS } from './table-plan.ts'

/** A temporary table's name, unlike every other table's where the whole of it would be too long for PostgreSQL. */
export function temporaryName(purpose: string, { table }: TableLayout): string {
  const name = `${purpose}_${table}`
  return Buffer.byteLength(name) <= MAX_IDENTIFIER ? name : `${purpose}_${hash('sha1', table)}`
}

/** Name of the staging table of a layout: a temporary table of this connection, emptied by every commit. */
export function stageName(layout: TableLayout): string {
  return temporaryName('stage', layout)
}

export async function createStage({ client }: Session, layout: TableLayout): Promise<void> {
  const columns = layout.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`)
  const name = quoteIdentifier(stageName(layout))
  await client.query(`drop table if exists pg_temp.${name}`)
  await client.query(
    `create temporary table ${name} (${columns.join(', ')}) with (${WIDE_ROWS}) on commit delete rows`,
  )
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

/** Sends rows into the staging table; to be called within a transaction. */
export function copyIntoStage(
  session: Session,
  layout: TableLayout,
  rows: Iterable<Uint8Array>,
): Promise<void> {
  return copyInto(session, `pg_temp.${quoteIdentifier(stageName(layout))}`, layout, rows)
}
