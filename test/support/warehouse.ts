import type { StreamReport } from '../../src/load/run-log.ts'
import type { RunReport } from '../../src/run-types.ts'
import type { TestDatabase } from './database.ts'

/** What became of a stream in a run. */
export function reportOf(report: RunReport, name: string): StreamReport {
  const stream = report.streams.find((each) => each.stream === name)
  if (stream === undefined) throw new Error(`No ${name} in ${JSON.stringify(report)}`)
  return stream
}

/** What became of the one stream of a run. */
export function only(report: RunReport): StreamReport {
  const [stream] = report.streams
  if (stream === undefined || report.streams.length !== 1) throw new Error(JSON.stringify(report))
  return stream
}

export async function countOf(db: TestDatabase, table: string, where = 'true'): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from pipedrive.${table} where ${where}`,
  )
  return row?.count ?? Number.NaN
}

/** Epoch milliseconds; null where there is no bookmark. */
export async function bookmarkOf(
  db: TestDatabase,
  stream: string,
  partition = 'live',
): Promise<number | null> {
  const [row] = await db.query<{ bookmark: Date | null }>(
    'select bookmark from pipedrive_sync.stream_state where stream = $1 and partition = $2',
    [stream, partition],
  )
  return row?.bookmark?.getTime() ?? null
}

/** Every row of every table of the data schema and every bookmark, to see that nothing of it has moved. */
export async function everything(db: TestDatabase): Promise<Record<string, unknown>[]> {
  const tables = await db.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'pipedrive' order by 1",
  )
  const rows = await Promise.all(
    tables.map(({ name }) =>
      db.query(
        `select '${name}' as name, xmin::text, to_jsonb(t) as row from pipedrive.${name} t order by ctid`,
      ),
    ),
  )
  const bookmarks = await db.query(
    'select stream, partition, bookmark from pipedrive_sync.stream_state order by 1, 2',
  )
  return [...rows.flat(), ...bookmarks]
}
