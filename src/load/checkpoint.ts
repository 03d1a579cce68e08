import { sql } from 'kysely'
import type { Stream } from '../streams/stream.ts'
import type { Session } from './connection.ts'

/** A partition of a stream of an account. */
export interface Place {
  readonly account: string
  readonly stream: string
  readonly partition: string
}

/** A bookmark in epoch milliseconds, and the way to move it. */
export interface Bookmark {
  readonly place: Place
  readonly value: number | null
  /** Sets the bookmark; to be called in the transaction that loads the rows it stands for. */
  save(to: number | null): Promise<void>
}

/** As the database takes it. */
export function moment(bookmark: number | null): Date | null {
  return bookmark === null ? null : new Date(bookmark)
}

export async function readStreamBookmark({ control }: Session, place: Place): Promise<number | null> {
  const row = await control
    .selectFrom('stream_state')
    .select('bookmark')
    .where((is) => is.and({ ...place }))
    .executeTakeFirst()
  return row?.bookmark?.getTime() ?? null
}

export async function writeStreamBookmark(
  { control }: Session,
  place: Place,
  to: number | null,
): Promise<void> {
  const set = { bookmark: moment(to) }
  await control
    .insertInto('stream_state')
    .values({ ...place, ...set })
    .onConflict((on) =>
      on.columns(['account', 'stream', 'partition']).doUpdateSet({ ...set, updated_at: sql`now()` }),
    )
    .execute()
}

/** The bookmark of a partition. */
export async function openBookmark(session: Session, place: Place): Promise<Bookmark> {
  return {
    place,
    value: await readStreamBookmark(session, place),
    save: (to) => writeStreamBookmark(session, place, to),
  }
}

/** Forgets the bookmarks of a stream: its next pass reads everything again. */
export async function forgetStream({ control }: Session, account: string, stream: string): Promise<void> {
  for (const table of ['stream_state', 'sync_window', 'parent_read'] as const)
    await control
      .deleteFrom(table)
      .where((is) => is.and({ account, stream }))
      .execute()
}

/** The bookmarks of all partitions of some streams, where there are any. */
export async function readBookmarks(
  { control }: Session,
  account: string,
  streams: readonly string[],
): Promise<readonly number[]> {
  const rows = await control
    .selectFrom('stream_state')
    .select('bookmark')
    .where('account', '=', account)
    .where('stream', 'in', [...streams, ''])
    .execute()
  return rows.flatMap(({ bookmark }) => bookmark?.getTime() ?? [])
}

/** Whether it is long enough ago that every partition of a stream was read whole. */
export async function isDue(
  { control }: Session,
  account: string,
  { name: stream, partitions, refreshHours }: Stream,
): Promise<boolean> {
  if (refreshHours === undefined) return true
  const { fresh } = await control
    .selectFrom('stream_state')
    .select(({ fn }) => fn.countAll<string>().as('fresh'))
    .where((is) => is.and({ account, stream }))
    .where('completed_at', '>', sql<Date>`now() - make_interval(hours => ${refreshHours})`)
    .executeTakeFirstOrThrow()
  return Number(fresh) < partitions.length
}

/** Remembers that every record of these partitions has been seen, and that what was not is settled. */
export async function markCompleted({ control }: Session, places: readonly Place[]): Promise<void> {
  const now = sql<Date>`now()`
  await control
    .insertInto('stream_state')
    .values(places.map((place) => ({ ...place, completed_at: now })))
    .onConflict((on) =>
      on.columns(['account', 'stream', 'partition']).doUpdateSet({ completed_at: now, updated_at: now }),
    )
    .execute()
}
