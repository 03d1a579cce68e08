import { sql } from 'kysely'
import type { Stream } from '../streams/stream.ts'
import { tableExists, type Session } from './connection.ts'

/** When every partition of a stream had been read whole, epoch milliseconds; null where one never was. */
export async function readSweptAt(
  { control }: Session,
  account: string,
  { name, partitions }: Stream,
): Promise<number | null> {
  const rows = await control
    .selectFrom('stream_state')
    .select('completed_at')
    .where((is) => is.and({ account, stream: name }))
    .where('completed_at', 'is not', null)
    .where(
      'partition',
      'in',
      partitions.map((partition) => partition.name),
    )
    .execute()
  const times = rows.map(({ completed_at: at }) => at?.getTime() ?? 0)
  return times.length < partitions.length ? null : Math.min(...times)
}

/** How many live rows a stream's table holds; none where there is no such table yet. */
export async function countRows(session: Session, stream: string): Promise<number> {
  const { data, schemas } = session
  if (!(await tableExists(session, schemas.data, stream))) return 0
  const { rows } = await sql<{ rows: number }>`
    select count(*)::float8 as rows from ${sql.table(`${schemas.data}.${stream}`)} where _deleted_at is null`.execute(
    data,
  )
  return rows[0]?.rows ?? 0
}

/** When the account's warehouse was made, epoch milliseconds. */
export async function readFirstSeen({ control }: Session, account: string): Promise<number> {
  const { first_seen_at: at } = await control
    .selectFrom('account')
    .select('first_seen_at')
    .where('account', '=', account)
    .executeTakeFirstOrThrow()
  return at.getTime()
}
