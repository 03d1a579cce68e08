import { sql } from 'kysely'
import type { Stream } from '../streams/stream.ts'
import type { Session } from './connection.ts'

/**
 * When the streams were last read to their end, in epoch milliseconds; those that never were are not in it. To read the
 * end of a list, or what was forgotten since, is not to have read it: nothing tells how far it was read.
 */
export async function readLastReads(
  { control, schemas }: Session,
  account: string,
  streams: readonly Pick<Stream, 'name' | 'partitions'>[],
): Promise<ReadonlyMap<string, number>> {
  const names = streams.map(({ name }) => name)
  const lists = streams.filter(({ partitions }) => partitions.length > 0).map(({ name }) => name)
  const table = (name: string) => sql.table(`${schemas.control}.${name}`)
  const { rows } = await sql<{ stream: string; at: Date }>`
    select wanted.stream, last.started_at as at from unnest(${names}::text[]) as wanted (stream)
    cross join lateral (
      select run.started_at from ${table('run_stream')} as read join ${table('run')} as run on run.id = read.run_id
      where read.account = ${account} and read.stream = wanted.stream
        and read.status in ('done', 'frozen') and read.requests > 0
      order by read.run_id desc limit 1) as last
    where wanted.stream <> all(${lists}::text[])
      or exists (select from ${table('stream_state')} as state where state.account = ${account} and state.stream = wanted.stream)
      or exists (select from ${table('parent_read')} as state where state.account = ${account} and state.stream = wanted.stream)`.execute(
    control,
  )
  return new Map(rows.map(({ stream, at }) => [stream, at.getTime()]))
}

/** What was spent for these kinds of runs on each of the last seven days before `today` on which there were any. */
export async function readDaysSpent(
  { control }: Session,
  account: string,
  kinds: readonly string[],
  today: string,
) {
  const spentFor = sql<string | null>`coalesce(token_ledger.kind, run.kind)`
  const rows = await control
    .selectFrom('token_ledger')
    .innerJoin('run', 'run.id', 'token_ledger.run_id')
    .select(['token_ledger.day', spentFor.as('kind')])
    .select(({ fn }) => fn.sum<string>('token_ledger.tokens').as('tokens'))
    .where('token_ledger.account', '=', account)
    .where(spentFor, 'in', kinds)
    .where('token_ledger.day', '<', today)
    .where('token_ledger.day', '>=', sql<string>`${today}::date - 7`)
    .groupBy(['token_ledger.day', spentFor])
    .execute()
  return rows.map(({ kind, tokens }) => ({ kind: kind ?? '', tokens: Number(tokens) }))
}
