import { sql } from 'kysely'
import { childrenIn, type ChildPartition } from '../streams/children.ts'
import type { ColumnSpecs, Stream } from '../streams/stream.ts'
import { DELETED_AT } from '../transform/layout.ts'
import { forgetStream } from './checkpoint.ts'
import { tableExists, type Session } from './connection.ts'
import { counter, tableOf } from './parents.ts'
import { NEW_TABLE, type TableChange } from './table-plan.ts'

/** What was added under records that are held, and so holds nothing of them: a column, or a table as a whole. */
export interface Unfilled {
  readonly table: string
  readonly column?: string
}

async function holdsRows(session: Session, table: string): Promise<boolean> {
  const { rows } = await sql`select from ${tableOf(session, table)} limit 1`.execute(session.data)
  return rows.length > 0
}

/** The native columns of each table of a stream. */
function columnsOf({ name, columns, exploded = [] }: Stream): ReadonlyMap<string, ColumnSpecs> {
  return new Map([{ table: name, columns }, ...exploded].map((one) => [one.table, one.columns]))
}

/**
 * Whether the values of a column have waited in `_extra`, of every row: none was last written before Pipedrive was first
 * seen to send them. A row that is older may have been read before there was such a value, or have none.
 */
async function waitsInExtra(
  session: Session,
  account: string,
  { name: stream, columns }: Stream,
  column: string,
): Promise<boolean> {
  const spec = columns[column]
  const key = (typeof spec === 'object' ? spec.from : undefined) ?? column
  const oldest = sql<Date>`(select min(_synced_at) from ${tableOf(session, stream)}
    where ${sql.id(DELETED_AT)} is null)`
  const known = await session.control
    .selectFrom('drift')
    .select('key')
    .where((is) => is.and({ account, stream, key, reason: 'unknown' }))
    .where('first_seen_at', '<=', oldest)
    .executeTakeFirst()
  return known !== undefined
}

/**
 * What a release has added to tables that an earlier one has filled, but what has waited for it in `_extra`. A custom
 * field's column is none of it: a field that is new has its values in records that changed when they were given one.
 */
export async function findUnfilled(
  session: Session,
  account: string,
  stream: Stream,
  made: readonly TableChange[],
): Promise<readonly Unfilled[]> {
  const native = columnsOf(stream)
  const isUnfilled = async ({ table, reason, column }: TableChange): Promise<boolean> => {
    if (reason === NEW_TABLE) return table !== stream.name && holdsRows(session, stream.name)
    if (column === undefined || native.get(table)?.[column] === undefined) return false
    if (table === stream.name && (await waitsInExtra(session, account, stream, column))) return false
    return holdsRows(session, table)
  }
  const found: Unfilled[] = []
  for (const change of made) if (await isUnfilled(change)) found.push(change)
  return found
}

/** Whether a run leaves out records that it knows, though it is no backfill that goes on. */
function isReadInPart({ partitions }: Stream): boolean {
  return partitions.some(
    ({ filter, newestFirst, parents }) =>
      filter !== undefined || newestFirst !== undefined || (parents !== undefined && parents.always !== true),
  )
}

async function countParents(session: Session, { parents }: ChildPartition): Promise<number> {
  if (!(await tableExists(session, session.schemas.data, parents.of.name))) return 0
  const none = parents.counter?.none ?? 0
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from ${tableOf(session, parents.of.name)} as parent
    where ${sql.ref(`parent.${DELETED_AT}`)} is null
      and coalesce(${counter(parents)} > ${none}, true)`.execute(session.data)
  return Number(rows[0]?.count ?? 0)
}

/** About how many requests a first read of what is held takes. */
async function countRequests(session: Session, stream: Stream): Promise<number> {
  const children = childrenIn(stream)
  let requests = stream.partitions.length - children.length
  for (const child of children)
    requests += Math.ceil((await countParents(session, child)) / (child.parents.ask?.most ?? 1))
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from ${tableOf(session, stream.name)}
    where ${sql.id(DELETED_AT)} is null`.execute(session.data)
  const pages = Math.ceil(Number(rows[0]?.count ?? 0) / (stream.partitions[0]?.pageSize || Infinity))
  return children.length > 0 ? requests : Math.max(requests, pages)
}

/**
 * Forgets how far a stream was read, which would keep it from filling what was added; to be called in the transaction that
 * has added it. Returns what is to be said of it, where not all is read in every run.
 */
export async function rereadFor(
  session: Session,
  account: string,
  stream: Stream,
  unfilled: readonly Unfilled[],
): Promise<string | null> {
  if (unfilled.length === 0) return null
  await forgetStream(session, account, stream.name)
  if (!isReadInPart(stream)) return null
  const requests = await countRequests(session, stream)
  const names = unfilled.map(({ table, column }) =>
    column === undefined ? `table ${table}` : `column ${table}.${column}`,
  )
  const cost = requests === 1 ? 'one request' : `${requests} requests`
  return `${stream.name}: ${names.join(', ')} added; all records are read again to fill that, with about ${cost}.`
}
