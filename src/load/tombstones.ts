import { sql } from 'kysely'
import { DELETED_AT, type Column, type TableLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { makeWorkTables } from './make-work-tables.ts'
import { emptyWork, stageOf, workName } from './stage.ts'
import { sameKey } from './upsert.ts'

function seenName(session: Session, layout: TableLayout): string {
  return workName('seen', session, layout)
}

function seenOf(session: Session, layout: TableLayout) {
  return sql.id(session.schemas.control, seenName(session, layout))
}

function keyColumns({ key, columns }: TableLayout): readonly Column[] {
  return key.flatMap((name) => columns.find((column) => column.name === name) ?? [])
}

/** Starts to remember the keys that a complete walk sees; to be called under the stream's lock, within a transaction. */
export async function startSeen(session: Session, layout: TableLayout): Promise<void> {
  const name = seenName(session, layout)
  await makeWorkTables(session, [{ name, columns: keyColumns(layout) }])
  await emptyWork(session, name)
}

/** Remembers the keys that are staged; to be called in the transaction of the batch, before its commit. */
export async function rememberSeen(session: Session, layout: TableLayout): Promise<void> {
  const columns = sql.join(layout.key.map((name) => sql.ref(name)))
  await sql`insert into ${seenOf(session, layout)} (${columns}) select ${columns} from ${stageOf(session, layout)}`.execute(
    session.data,
  )
}

/** Takes keys, of a table with one key column, as seen: their rows are not absent. */
export async function noteSeen(
  session: Session,
  layout: TableLayout,
  keys: readonly string[],
): Promise<void> {
  const [key] = keyColumns(layout)
  if (key === undefined) return
  await sql`insert into ${seenOf(session, layout)} (${sql.ref(key.name)})
    select unnest(${keys}::text[])::${sql.raw(key.type)}`.execute(session.data)
}

export interface Absence {
  /** Rows without a tombstone. */
  readonly live: number
  /** Keys the walk saw. */
  readonly seen: number
  /** Keys of live rows the walk did not see: of several columns, the first. */
  readonly absent: readonly string[]
}

/** The rows that a walk can have shown: all of them, or those of one user. */
export interface Owner {
  readonly column: string
  readonly id: number
}

/** Whether a row of the table is one that a walk can have shown. */
export function isOf(owner: Owner | null, table: string) {
  return owner === null
    ? sql<boolean>`true`
    : sql<boolean>`${sql.ref(`${table}.${owner.column}`)} = ${owner.id}`
}

/** Keys, of a table with one key column, of the rows that are looked at; null: all of them. */
type Keys = readonly string[] | null

function isAmong(layout: TableLayout, keys: Keys) {
  const [key] = keyColumns(layout)
  if (keys === null || key === undefined) return sql<boolean>`true`
  return sql<boolean>`${sql.ref(`target.${key.name}`)} in (select unnest(${keys}::text[])::${sql.raw(key.type)})`
}

/** Whether a row, as `target`, is there and was not seen. */
function isAbsent(session: Session, layout: TableLayout, owner: Owner | null, keys: Keys) {
  return sql<boolean>`${sql.ref(`target.${DELETED_AT}`)} is null and ${isOf(owner, 'target')} and ${isAmong(layout, keys)}
    and not exists (select from ${seenOf(session, layout)} as seen where ${sameKey(layout, 'seen', 'target')})`
}

export async function findAbsent(
  session: Session,
  layout: TableLayout,
  owner: Owner | null = null,
  keys: Keys = null,
): Promise<Absence> {
  const { data, schemas } = session
  const [key = ''] = layout.key
  const table = sql.table(`${schemas.data}.${layout.table}`)
  const shown = sql.join(layout.key.map((name) => sql.ref(name)))
  const counted = await sql<{ seen: string }>`
    select count(*) as seen from (select distinct ${shown} from ${seenOf(session, layout)}) as seen`.execute(
    data,
  )
  const absent = await sql<{ key: string }>`
    select ${sql.ref(`target.${key}`)}::text as key from ${table} as target
    where ${isAbsent(session, layout, owner, keys)}
    order by ${sql.ref(`target.${key}`)}`.execute(data)
  return {
    live: await countLive(session, layout, null, owner),
    seen: Number(counted.rows[0]?.seen ?? 0),
    absent: absent.rows.map((row) => row.key),
  }
}

/** How many rows of a stream have no tombstone; with `since`, of those whose cursor is at it or later. */
export async function countLive(
  { data }: Session,
  layout: TableLayout,
  since: number | null = null,
  owner: Owner | null = null,
): Promise<number> {
  const { cursor } = layout
  const row = await data
    .selectFrom(layout.table)
    .select(({ fn }) => fn.countAll<string>().as('live'))
    .where(DELETED_AT, 'is', null)
    .where(isOf(owner, layout.table))
    .$if(since !== null && cursor !== null, (query) =>
      query.where(sql.ref(cursor ?? ''), '>=', new Date(since ?? 0)),
    )
    .executeTakeFirstOrThrow()
  return Number(row.live)
}

/** Marks the rows as deleted that have not been seen; returns how many there were. */
export async function tombstoneAbsent(
  session: Session,
  layout: TableLayout,
  owner: Owner | null,
  keys: Keys = null,
): Promise<number> {
  const { data, schemas } = session
  const { numAffectedRows } = await sql`
    update ${sql.table(`${schemas.data}.${layout.table}`)} as target
    set ${sql.id(DELETED_AT)} = now(), _synced_at = now() where ${isAbsent(session, layout, owner, keys)}`.execute(
    data,
  )
  return Number(numAffectedRows ?? 0n)
}
