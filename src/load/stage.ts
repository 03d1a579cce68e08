import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { TableLayout } from '../transform/layout.ts'
import type { Row } from '../transform/records.ts'
import type { Session } from './connection.ts'
import { encodeRows } from './copy-text.ts'
import { quoteIdentifier } from './table-plan.ts'

/** Name of the staging table of a layout: a temporary table of this connection, emptied by every commit. */
export function stageName({ table }: TableLayout): string {
  return `stage_${table}`.slice(0, 63)
}

export async function createStage({ client }: Session, layout: TableLayout): Promise<void> {
  const columns = layout.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`)
  const name = quoteIdentifier(stageName(layout))
  await client.query(`drop table if exists pg_temp.${name}`)
  await client.query(`create temporary table ${name} (${columns.join(', ')}) on commit delete rows`)
}

/** Sends rows into the staging table; to be called within a transaction. */
export async function copyIntoStage(
  { client }: Session,
  layout: TableLayout,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return
  const columns = layout.columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  const sink = client.query(
    copyFrom(`copy pg_temp.${quoteIdentifier(stageName(layout))} (${columns}) from stdin`),
  )
  await pipeline(Readable.from(encodeRows(rows)), sink)
}
