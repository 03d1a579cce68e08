import { sql } from 'kysely'
import { DELETED_AT, type TableLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { stageName, temporaryName } from './stage.ts'
import { quoteIdentifier } from './table-plan.ts'

function seenName(layout: TableLayout): string {
  return temporaryName('seen', layout)
}

/** Starts to remember the keys that a complete walk sees. */
export async function createSeen({ client }: Session, layout: TableLayout): Promise<void> {
  const name = quoteIdentifier(seenName(layout))
  const [key = ''] = layout.key
  const type = layout.columns.find((column) => column.name === key)?.type ?? 'text'
  await client.query(`drop table if exists pg_temp.${name}`)
  await client.query(`create temporary table ${name} (key ${type} primary key)`)
}

/** Remembers the keys that are staged; to be called in the transaction of the batch, before its commit. */
export async function rememberSeen({ client }: Session, layout: TableLayout): Promise<void> {
  const [key = ''] = layout.key
  await client.query(
    `insert into pg_temp.${quoteIdentifier(seenName(layout))}
     select ${quoteIdentifier(key)} from pg_temp.${quoteIdentifier(stageName(layout))} on conflict do nothing`,
  )
}

export interface Absence {
  /** Rows without a tombstone. */
  readonly live: number
  /** Keys the walk saw. */
  readonly seen: number
  /** Keys of live rows the walk did not see. */
  readonly absent: readonly string[]
}

/** The rows that a walk can have shown: all of them, or those of one user. */
export interface Owner {
  readonly column: string
  readonly id: number
}

function isOf(owner: Owner | null, table: string) {
  return owner === null
    ? sql<boolean>`true`
    : sql<boolean>`${sql.ref(`${table}.${owner.column}`)} = ${owner.id}`
}

export async function findAbsent(
  session: Session,
  layout: TableLayout,
  owner: Owner | null = null,
): Promise<Absence> {
  const { data, schemas } = session
  const [key = ''] = layout.key
  const table = sql.table(`${schemas.data}.${layout.table}`)
  const seen = sql.table(`pg_temp.${seenName(layout)}`)
  const counted = await sql<{ seen: string }>`select count(*) as seen from ${seen}`.execute(data)
  const absent = await sql<{ key: string }>`
    select ${sql.ref(`target.${key}`)}::text as key from ${table} as target
    where ${sql.ref(`target.${DELETED_AT}`)} is null and ${isOf(owner, 'target')}
      and not exists (select from ${seen} as seen where seen.key = ${sql.ref(`target.${key}`)})
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

/** Marks rows as deleted; returns how many were not marked yet. */
export async function writeTombstones(
  { data }: Session,
  layout: TableLayout,
  keys: readonly string[],
): Promise<number> {
  if (keys.length === 0) return 0
  const [key = ''] = layout.key
  const type = layout.columns.find((column) => column.name === key)?.type ?? 'text'
  const result = await data
    .updateTable(layout.table)
    .set({ [DELETED_AT]: sql`now()`, _synced_at: sql`now()` })
    .where(sql<boolean>`${sql.ref(key)} = any(${keys}::text[]::${sql.raw(type)}[])`)
    .where(DELETED_AT, 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}
