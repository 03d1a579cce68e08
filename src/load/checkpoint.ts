import { sql } from 'kysely'
import type { Partition, Stream } from '../streams/stream.ts'
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

/** The partitions of a stream that were read whole after a time (epoch milliseconds). */
async function readWholeAfter(
  { control }: Session,
  account: string,
  stream: string,
  after: number,
): Promise<ReadonlySet<string>> {
  const rows = await control
    .selectFrom('stream_state')
    .select('partition')
    .where((is) => is.and({ account, stream }))
    .where('completed_at', '>', new Date(after))
    .execute()
  return new Set(rows.map(({ partition }) => partition))
}

const HOUR = 3_600_000

/**
 * The partitions of a stream that were read whole longer ago than it takes them to be out of date; where that is said of
 * the stream, all of them or none.
 */
export async function duePartitions(
  session: Session,
  account: string,
  { name, partitions, refreshHours }: Stream,
  now: number,
): Promise<readonly Partition[]> {
  const due: Partition[] = []
  for (const partition of partitions) {
    const hours = partition.refreshHours ?? refreshHours
    const fresh =
      hours !== undefined &&
      (await readWholeAfter(session, account, name, now - hours * HOUR)).has(partition.name)
    if (!fresh) due.push(partition)
  }
  return refreshHours !== undefined && due.length > 0 ? partitions : due
}

/** Remembers that every record of these partitions has been seen, and that what was not is settled. */
export async function markCompleted(
  { control }: Session,
  places: readonly Place[],
  now: number,
): Promise<void> {
  const completed = { completed_at: new Date(now) }
  await control
    .insertInto('stream_state')
    .values(places.map((place) => ({ ...place, ...completed })))
    .onConflict((on) =>
      on
        .columns(['account', 'stream', 'partition'])
        .doUpdateSet({ ...completed, updated_at: sql<Date>`now()` }),
    )
    .execute()
}
