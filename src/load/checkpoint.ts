import { sql, type RawBuilder } from 'kysely'
import type { Stream } from '../streams/stream.ts'
import type { Session } from './connection.ts'

/** A partition of a stream of an account. */
export interface Place {
  readonly account: string
  readonly stream: string
  readonly partition: string
}

/** What a backfill covers: `since` inclusive, `until` exclusive, epoch milliseconds, null where open. */
export interface Range {
  readonly since: number | null
  readonly until: number | null
}

/** A bookmark in epoch milliseconds, and the way to move it. */
export interface Bookmark {
  readonly place: Place
  readonly value: number | null
  /** The range was read to its end less than a day ago, in a run that had more to do. */
  readonly closed: boolean
  /** Sets the bookmark; to be called in the transaction that loads the rows it stands for. */
  save(to: number | null): Promise<void>
  /** Remembers that the range was read to its end. */
  close(): Promise<void>
}

function moment(bookmark: number | null): Date | null {
  return bookmark === null ? null : new Date(bookmark)
}

function later(one: number | null, other: number | null): number | null {
  return one !== null && other !== null ? Math.max(one, other) : (one ?? other)
}

function bounds({ since, until }: Range) {
  return {
    since: since === null ? '-infinity' : new Date(since).toISOString(),
    until: until === null ? 'infinity' : new Date(until).toISOString(),
  }
}

async function readStreamBookmark({ control }: Session, place: Place): Promise<number | null> {
  const row = await control
    .selectFrom('stream_state')
    .select('bookmark')
    .where((is) => is.and({ ...place }))
    .executeTakeFirst()
  return row?.bookmark?.getTime() ?? null
}

async function writeStreamBookmark({ control }: Session, place: Place, to: number | null): Promise<void> {
  const set = { bookmark: moment(to) }
  await control
    .insertInto('stream_state')
    .values({ ...place, ...set })
    .onConflict((on) =>
      on.columns(['account', 'stream', 'partition']).doUpdateSet({ ...set, updated_at: sql`now()` }),
    )
    .execute()
}

async function streamBookmark(session: Session, place: Place): Promise<Bookmark> {
  return {
    place,
    value: await readStreamBookmark(session, place),
    closed: false,
    save: (to) => writeStreamBookmark(session, place, to),
    close: () => Promise.resolve(),
  }
}

/** A backfill goes on with what is left for a day; later on, what it had finished is behind the times too. */
const stillClosed = sql<boolean>`coalesce(closed_at > now() - interval '1 day', false)`.as('closed')

/**
 * The bookmark of a range. Where the range begins no later than the stream's own bookmark, all that is older is
 * held already, and the stream's bookmark follows it, back too when the order breaks, but never behind where it was.
 */
async function rangeBookmark(session: Session, place: Place, range: Range): Promise<Bookmark> {
  const { control } = session
  const key = { ...place, ...bounds(range) }
  const row = await control
    .selectFrom('sync_window')
    .select(['bookmark', stillClosed])
    .where((is) => is.and(key))
    .executeTakeFirst()
  const held = await readStreamBookmark(session, place)
  const adjoins = range.since === null || (held !== null && held >= range.since)
  const write = (set: { bookmark?: Date | null; closed_at?: RawBuilder<Date> }) =>
    control
      .insertInto('sync_window')
      .values({ ...key, ...set })
      .onConflict((on) => on.columns(['account', 'stream', 'partition', 'since', 'until']).doUpdateSet(set))
      .execute()
  return {
    place,
    value: row?.bookmark?.getTime() ?? null,
    closed: row?.closed ?? false,
    async save(to) {
      await write({ bookmark: moment(to) })
      if (adjoins) await writeStreamBookmark(session, place, later(held, to))
    },
    async close() {
      await write({ closed_at: sql<Date>`now()` })
    },
  }
}

/** The bookmark of a partition, or of a range of it when one is given. */
export function openBookmark(session: Session, place: Place, range: Range | null): Promise<Bookmark> {
  return range === null ? streamBookmark(session, place) : rangeBookmark(session, place, range)
}

/** Forgets how far streams have read a range: the next backfill of it begins anew. */
export async function forgetRange(
  { control }: Session,
  account: string,
  streams: readonly string[],
  range: Range,
): Promise<void> {
  await control
    .deleteFrom('sync_window')
    .where((is) => is.and({ account, ...bounds(range) }))
    .where('stream', 'in', streams)
    .execute()
}

/** Forgets the bookmarks of a stream: its next pass reads everything again. */
export async function forgetStream({ control }: Session, account: string, stream: string): Promise<void> {
  for (const table of ['stream_state', 'sync_window', 'parent_read'] as const)
    await control
      .deleteFrom(table)
      .where((is) => is.and({ account, stream }))
      .execute()
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
