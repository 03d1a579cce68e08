import { sql, type RawBuilder } from 'kysely'
import type { Range } from '../ranges.ts'
import { columnType, type Partition, type Stream } from '../streams/stream.ts'
import { DELETED_AT } from '../transform/layout.ts'
import type { Place } from './checkpoint.ts'
import { tableExists, type Session } from './connection.ts'
import { readsOf, ofPlace } from './parent-reads.ts'
import { counter, isDue, mayHaveChildren, parentKey, tableOf, type Family } from './parents.ts'
import { isOf } from './tombstones.ts'

/** Rows that are held of a list. */
export interface HeldList {
  readonly held: number
  readonly inWindow: number
  /** Those that changed in the seven days before the stream was last read. */
  readonly changedInWeek: number
}

interface Sought {
  /** What a run would read of it: of a range that was read in parts, what is left of each. */
  readonly ranges: readonly Range[]
  /** When the stream was last read to its end, epoch milliseconds; null where it never was. */
  readonly lastRead: number | null
}

function isMarked({ columns }: Stream, column: string): RawBuilder<unknown> {
  const spec = columns[column]
  const isFlag = spec !== undefined && columnType(spec) === 'boolean'
  return isFlag ? sql`${sql.ref(column)} is true` : sql`${sql.ref(column)} is not null`
}

/** The rows that a partition shows, as far as a column tells. */
function shownBy(stream: Stream, { markedBy }: Partition): RawBuilder<unknown> {
  if (markedBy !== undefined) return isMarked(stream, markedBy)
  const others = stream.partitions.flatMap((each) => each.markedBy ?? [])
  return sql.join([sql`true`, ...others.map((each) => sql`not (${isMarked(stream, each)})`)], sql` and `)
}

function moment(at: number | null, open: string): string {
  return at === null ? open : new Date(at).toISOString()
}

/** Counts what is held of a list. Partitions that no column tells apart have an equal part each. */
export async function countHeld(
  session: Session,
  stream: Stream,
  partition: Partition,
  { ranges, lastRead }: Sought,
): Promise<HeldList> {
  const { name, cursorField, partitions } = stream
  if (!(await tableExists(session, session.schemas.data, name)))
    return { held: 0, inWindow: 0, changedInWeek: 0 }
  const alike = partitions.filter(({ markedBy }) => markedBy === partition.markedBy).length
  const at = lastRead === null ? null : new Date(lastRead)
  const cursor = cursorField === null ? sql`null::timestamptz` : sql.ref(cursorField)
  const within = ranges.map(
    ({ since, until }) => sql`${cursor} >= ${moment(since, '-infinity')}::timestamptz
      and ${cursor} < ${moment(until, 'infinity')}::timestamptz`,
  )
  const { rows } = await sql<{ held: number; inWindow: number; changed: number }>`
    select count(*)::float8 as held,
      (count(*) filter (where ${sql.join([sql`false`, ...within], sql` or `)}))::float8 as "inWindow",
      (count(*) filter (where ${cursor} > ${at}::timestamptz - interval '7 days'
        and ${cursor} <= ${at}::timestamptz))::float8 as changed
    from ${tableOf(session, name)} where ${sql.ref(DELETED_AT)} is null and ${shownBy(stream, partition)}`.execute(
    session.data,
  )
  const { held = 0, inWindow = 0, changed = 0 } = rows[0] ?? {}
  return { held: held / alike, inWindow: inWindow / alike, changedInWeek: changed / alike }
}

/** Live parents that are held, those of them that may have children, and those of these that are to be asked. */
export async function countParents(session: Session, family: Family, every: boolean) {
  const { parents, layout, place, owner } = family
  const { data } = session.schemas
  if (!(await tableExists(session, data, parents.of.name))) return { parents: 0, fertile: 0, due: 0 }
  const none = parents.counter?.none ?? 0
  const fertile = (await tableExists(session, data, layout.table))
    ? mayHaveChildren(session, family)
    : sql`coalesce(${counter(parents)} > ${none}, true)`
  const goesOn = every && (await isSweeping(session, place))
  const due = goesOn ? isDue(session, family, 'sweep') : isDue(session, family, every ? 'every' : 'changed')
  const { rows } = await sql<{ parents: number; fertile: number; due: number }>`
    select count(*)::float8 as parents, (count(*) filter (where ${fertile}))::float8 as fertile,
      (count(*) filter (where ${fertile} and ${due}))::float8 as due
    from ${tableOf(session, parents.of.name)} as parent
    left join ${readsOf(session)} as read on ${ofPlace(place, 'read')} and read.parent = ${parentKey(parents)}::text
    where ${sql.ref(`parent.${DELETED_AT}`)} is null and ${isOf(owner, 'parent')}`.execute(session.data)
  return rows[0] ?? { parents: 0, fertile: 0, due: 0 }
}

/** Whether a sweep of all parents was cut short, and will go on. */
async function isSweeping({ control }: Session, place: Place): Promise<boolean> {
  const row = await control
    .selectFrom('stream_state')
    .select('sweep_since')
    .where((is) => is.and({ ...place }))
    .where('sweep_since', '>', sql<Date>`now() - interval '30 days'`)
    .executeTakeFirst()
  return row !== undefined
}

/** How many fields each catalog has that was read. */
export async function countFields({ catalog }: Session): Promise<ReadonlyMap<string, number>> {
  const rows = await catalog
    .selectFrom('fields')
    .select(['entity', ({ fn }) => fn.countAll<string>().as('fields')])
    .where('removed_at', 'is', null)
    .groupBy('entity')
    .execute()
  return new Map(rows.map(({ entity, fields }) => [entity, Number(fields)]))
}

/** What the last reads of a stream took together, or of all streams. */
export async function readPast({ control }: Session, account: string, stream: string | null) {
  const last = control
    .selectFrom('run_stream')
    .select(['requests', 'seconds'])
    .select(sql<number>`inserted + updated + unchanged + stale`.as('rows'))
    .where('account', '=', account)
    .where('requests', '>', 0)
    .$if(stream !== null, (query) => query.where('stream', '=', stream))
    .orderBy('run_id', 'desc')
    .limit(stream === null ? 500 : 20)
  const { rows, requests, seconds } = await control
    .selectFrom(last.as('last'))
    .select(({ fn }) => [
      fn.sum<string | null>('rows').as('rows'),
      fn.sum<string | null>('requests').as('requests'),
      fn.sum<number | null>('seconds').as('seconds'),
    ])
    .executeTakeFirstOrThrow()
  return { rows: Number(rows ?? 0), requests: Number(requests ?? 0), seconds: seconds ?? 0 }
}
