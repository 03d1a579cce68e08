import { sql } from 'kysely'
import type { Params } from '../streams/stream.ts'
import type { Place } from './checkpoint.ts'
import type { Session } from './connection.ts'

/** A parent whose children are to be read, as it was when that was planned. */
export interface DueParent {
  readonly key: string
  /** Its cursor field, as PostgreSQL writes it; null where it has none. */
  readonly version: string | null
  /** How many children it says it has; null where it does not say. */
  readonly counter: string | null
  /** The parameters that are its own. */
  readonly params: Params
  /** Its children could not be read the last time. */
  readonly failed: boolean
}

/** What is remembered of parents that were asked for their children. */
export function readsOf({ schemas }: Session) {
  return sql.table(`${schemas.control}.parent_read`)
}

/** Whether it is remembered of this partition. */
export function ofPlace({ account, stream, partition }: Place, table: string) {
  return sql`${sql.ref(`${table}.account`)} = ${account} and ${sql.ref(`${table}.stream`)} = ${stream}
    and ${sql.ref(`${table}.partition`)} = ${partition}`
}

/** Whether a parent, as it was when it was `read`, was not asked for a week, as a run at the same time each night counts it. */
export const isStale = sql`(read.read_at < now() - interval '156 hours' and read.read_at > '-infinity')`

/** How many parents of a partition have been asked for their children, and how many of them not for a week. */
export interface AskedParents {
  readonly stream: string
  readonly partition: string
  readonly asked: number
  readonly stale: number
}

export async function countAsked(session: Session, account: string): Promise<readonly AskedParents[]> {
  const { rows } = await sql<AskedParents>`
    select stream, partition, count(*)::float8 as asked,
      (count(*) filter (where ${isStale} and failed_at is null))::float8 as stale
    from ${readsOf(session)} as read where account = ${account} group by stream, partition`.execute(
    session.data,
  )
  return rows
}

/** Whether the children of any parent were ever read. */
export async function wereRead(session: Session, place: Place): Promise<boolean> {
  const { rows } = await sql`
    select from ${readsOf(session)} as read where ${ofPlace(place, 'read')} and read.read_at > '-infinity' limit 1`.execute(
    session.data,
  )
  return rows.length > 0
}

/** Remembers how these parents were when they were asked, so that they are not asked again before they change. */
export async function noteParents(session: Session, place: Place, read: readonly DueParent[]): Promise<void> {
  if (read.length === 0) return
  const keys = read.map(({ key }) => key)
  await sql`
    insert into ${readsOf(session)} (account, stream, partition, parent, version, counter)
    select ${place.account}, ${place.stream}, ${place.partition}, parent, version, counter
    from unnest(${keys}::text[], ${read.map((each) => each.version)}::timestamptz[],
      ${read.map((each) => each.counter)}::bigint[]) as read (parent, version, counter)
    on conflict (account, stream, partition, parent)
    do update set version = excluded.version, counter = excluded.counter, read_at = now(), failed_at = null`.execute(
    session.data,
  )
}

/** Remembers that the children of these parents could not be read: the next run asks again. */
export async function noteFailed(
  session: Session,
  place: Place,
  failed: readonly DueParent[],
): Promise<void> {
  if (failed.length === 0) return
  await sql`
    insert into ${readsOf(session)} (account, stream, partition, parent, read_at, failed_at)
    select ${place.account}, ${place.stream}, ${place.partition}, parent, '-infinity', now()
    from unnest(${failed.map(({ key }) => key)}::text[]) as failed (parent)
    on conflict (account, stream, partition, parent) do update set failed_at = now()`.execute(session.data)
}
