import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { TableLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { quoteIdentifier } from './table-plan.ts'

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
