import { sql } from 'kysely'
import { DELETED_AT, type TableLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { stageOf, temporaryName } from './stage.ts'
import { quoteIdentifier } from './table-plan.ts'
import { sameKey } from './upsert.ts'

function seenName(layout: TableLayout): string {
  return temporaryName('seen', layout)
}

function keyColumns({ key, columns }: TableLayout) {
  return key.map((name) => ({
    name: quoteIdentifier(name),
    type: columns.find((column) => column.name === name)?.type ?? 'text',
  }))
}

/** Starts to remember the keys that a complete walk sees. */
export async function createSeen({ client }: Session, layout: TableLayout): Promise<void> {
  const name = quoteIdentifier(seenName(layout))
  const key = keyColumns(layout)
  const columns = key.map((column) => `${column.name} ${column.type}`).join(', ')
  await client.query(`drop table if exists pg_temp.${name}`)
  await client.query(
    `create temporary table ${name} (${columns}, primary key (${key.map((column) => column.name).join(', ')}))`,
  )
}

/** Remembers the keys that are staged; to be called in the transaction of the batch, before its commit. */
export async function rememberSeen(session: Session, layout: TableLayout): Promise<void> {
  const seen = sql.table(`pg_temp.${seenName(layout)}`)
  const columns = sql.join(layout.key.map((name) => sql.ref(name)))
  await sql`insert into ${seen} select ${columns} from ${stageOf(session, layout)} on conflict do nothing`.execute(
    session.data,
  )
}

/** Takes keys, of a table with one key column, as seen: their rows are not absent. */
export async function noteSeen(
  { client }: Session,
  layout: TableLayout,
  keys: readonly string[],
): Promise<void> {
  const [key] = keyColumns(layout)
  if (key === undefined) return
  await client.query(
    `insert into pg_temp.${quoteIdentifier(seenName(layout))} (${key.name})
     select unnest($1::text[])::${key.type} on conflict do nothing`,
    [keys],
  )
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
  return sql<boolean>`target.${sql.raw(key.name)} in (select unnest(${keys}::text[])::${sql.raw(key.type)})`
}

/** Whether a row, as `target`, is there and was not seen. */
function isAbsent(layout: TableLayout, owner: Owner | null, keys: Keys) {
  const seen = sql.table(`pg_temp.${seenName(layout)}`)
  return sql<boolean>`${sql.ref(`target.${DELETED_AT}`)} is null and ${isOf(owner, 'target')} and ${isAmong(layout, keys)}
    and not exists (select from ${seen} as seen where ${sameKey(layout, 'seen', 'target')})`
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
  const seen = sql.table(`pg_temp.${seenName(layout)}`)
  const counted = await sql<{ seen: string }>`select count(*) as seen from ${seen}`.execute(data)
  const absent = await sql<{ key: string }>`
    select ${sql.ref(`target.${key}`)}::text as key from ${table} as target
    where ${isAbsent(layout, owner, keys)}
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
  { data, schemas }: Session,
  layout: TableLayout,
  owner: Owner | null,
  keys: Keys = null,
): Promise<number> {
  const { numAffectedRows } = await sql`
    update ${sql.table(`${schemas.data}.${layout.table}`)} as target
    set ${sql.id(DELETED_AT)} = now(), _synced_at = now() where ${isAbsent(layout, owner, keys)}`.execute(
    data,
  )
  return Number(numAffectedRows ?? 0n)
}
