import { sql, type SqlBool } from 'kysely'
import { moment, readStreamBookmark, writeStreamBookmark, type Place } from './checkpoint.ts'
import { EVERYTHING, type Range, type StretchState } from '../ranges.ts'
import type { Session } from './connection.ts'
import { column, upsert } from './upsert.ts'

/** A range of a partition, and how far it has been read. */
export interface RangeProgress {
  /** Parts that tile it, from the earliest on. */
  readonly parts: readonly StretchState[]
  /** It was read to its end less than a day ago, in a run that had more to do. */
  readonly closed: boolean
  /** Remembers how far the parts have been read; to be called in the transaction that loads the rows. */
  save(parts: readonly StretchState[]): Promise<void>
  /** Nothing of it is left to do. */
  forget(): Promise<void>
}

function bounds({ since, until }: Range) {
  return {
    since: since === null ? '-infinity' : new Date(since).toISOString(),
    until: until === null ? 'infinity' : new Date(until).toISOString(),
  }
}

function rangeKey(range: Range) {
  const { since, until } = bounds(range)
  return { range_since: since, range_until: until }
}

function later(one: number | null, other: number | null): number | null {
  return one !== null && other !== null ? Math.max(one, other) : (one ?? other)
}

/** A backfill goes on with what is left for a day; later on, what it had finished is behind the times too. */
const stillClosed = sql<boolean>`coalesce(closed_at > now() - interval '1 day', false)`.as('fresh')

function momentOf(bound: Date | number): number | null {
  return bound instanceof Date ? bound.getTime() : null
}

async function readParts({ control }: Session, place: Place, range: Range) {
  const rows = await control
    .selectFrom('sync_window')
    .select(['since', 'until', 'bookmark', 'closed_at', stillClosed])
    .where((is) => is.and({ ...place, ...rangeKey(range) }))
    .orderBy('since')
    .execute()
  const parts = rows.map(({ since, until, bookmark, closed_at }) => ({
    since: momentOf(since),
    until: momentOf(until),
    bookmark: bookmark?.getTime() ?? null,
    closed: closed_at !== null,
  }))
  const isOver = parts.every(({ closed }) => closed)
  return { parts, isOver, isClosed: parts.length > 0 && isOver && rows.some(({ fresh }) => fresh) }
}

/** Whether a range was read to its end less than a day ago, in a run that had more to do. */
export async function isRangeClosed(session: Session, place: Place, range: Range): Promise<boolean> {
  const { isClosed } = await readParts(session, place, range)
  return isClosed
}

/** Remembers that a range was read to its end, of what has no bookmark that could tell. */
export async function closeRange(session: Session, place: Place, range: Range): Promise<void> {
  await forgetParts(session, place, range)
  await writeParts(session, place, range, [{ ...range, bookmark: null, closed: true }])
}

/** What has changed since a range was read to its end is in its last part, behind all that was seen. */
function reopened(parts: readonly StretchState[]): readonly StretchState[] {
  const bookmark = lowWater(parts)
  return parts.map((part, index) => (index < parts.length - 1 ? part : { ...part, bookmark, closed: false }))
}

/** Up to where nothing is missing. */
function lowWater(parts: readonly StretchState[]): number | null {
  const open = parts.findIndex(({ closed }) => !closed)
  const whole = open < 0 ? parts : parts.slice(0, open + 1)
  return whole.reduce<number | null>((low, { bookmark }) => later(low, bookmark), null)
}

const PARTS = ['since', 'until', 'bookmark', 'closed_at'] as const

/** A part that is as it was is not written: of those that several walkers read, few move on between two checkpoints. */
async function writeParts(
  session: Session,
  place: Place,
  range: Range,
  parts: readonly StretchState[],
): Promise<void> {
  const key = { ...place, ...rangeKey(range) }
  const [since, until] = [parts.map((part) => bounds(part).since), parts.map((part) => bounds(part).until)]
  const state = (table: string) =>
    sql`(${column(table, 'until')}, ${column(table, 'bookmark')}, ${column(table, 'closed_at')} is null)`
  await upsert(session, {
    schema: session.schemas.control,
    table: 'sync_window',
    key: [...Object.keys(key), 'since'],
    columns: [...Object.keys(key), ...PARTS],
    rows: sql`(select ${place.account} as account, ${place.stream} as stream, ${place.partition} as partition,
        ${key.range_since}::timestamptz as range_since, ${key.range_until}::timestamptz as range_until,
        since, until, bookmark, case when closed then now() end as closed_at
      from unnest(${since}::timestamptz[], ${until}::timestamptz[],
        ${parts.map(({ bookmark }) => moment(bookmark))}::timestamptz[], ${parts.map(({ closed }) => closed)}::boolean[])
        as part (since, until, bookmark, closed))`,
    set: {
      until: column('excluded', 'until'),
      bookmark: column('excluded', 'bookmark'),
      closed_at: sql`case when excluded.closed_at is not null then coalesce(sync_window.closed_at, excluded.closed_at) end`,
    },
    changes: sql<SqlBool>`${state('sync_window')} is distinct from ${state('excluded')}`,
  }).execute()
}

/**
 * How far a range has been read. Where it begins no later than the stream's own bookmark, all that is older is
 * held already, and the stream's bookmark follows it, back too when the order breaks, but never behind where it was.
 */
export async function openRange(session: Session, place: Place, range: Range): Promise<RangeProgress> {
  const { parts, isOver, isClosed } = await readParts(session, place, range)
  const held = await readStreamBookmark(session, place)
  const adjoins = range.since === null || (held !== null && held >= range.since)
  return {
    parts:
      parts.length === 0 ? [{ ...range, bookmark: null, closed: false }] : isOver ? reopened(parts) : parts,
    closed: isClosed,
    async save(now) {
      await writeParts(session, place, range, now)
      if (adjoins) await writeStreamBookmark(session, place, later(held, lowWater(now)))
    },
    forget: () => forgetParts(session, place, range),
  }
}

/** Whether nothing has been read yet, or a reading of everything has got no further than the bookmark. */
export async function isFirstReading(session: Session, place: Place): Promise<boolean> {
  const { parts, isOver } = await readParts(session, place, EVERYTHING)
  const held = await readStreamBookmark(session, place)
  if (parts.length === 0) return held === null
  return !isOver && (lowWater(parts) ?? -Infinity) >= (held ?? -Infinity)
}

async function forgetParts({ control }: Session, place: Place, range: Range): Promise<void> {
  await control
    .deleteFrom('sync_window')
    .where((is) => is.and({ ...place, ...rangeKey(range) }))
    .execute()
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
    .where((is) => is.and({ account, ...rangeKey(range) }))
    .where('stream', 'in', streams)
    .execute()
}
