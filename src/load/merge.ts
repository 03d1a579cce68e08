import { sql, type CompiledQuery, type Expression, type SqlBool } from 'kysely'
import { DELETED_AT, EXTRA } from '../transform/layout.ts'
import type { ChildLayout, Column, StreamLayout, TableLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { stageOf } from './stage.ts'
import { SYNCED_AT } from './table-plan.ts'
import { column, sameKey, upsert } from './upsert.ts'

export interface MergeCounts {
  readonly inserted: number
  readonly updated: number
  /** Same version, same values: not written. */
  readonly unchanged: number
  /** Older than what the table holds: not written. */
  readonly stale: number
  /** Of the updated rows those that have become deleted. */
  readonly tombstoned: number
}

/** True unless the staged version is known to be older; equal versions apply, and so does one without a cursor. */
function notOlder(layout: TableLayout): Expression<SqlBool> {
  if (layout.cursor === null) return sql<SqlBool>`true`
  const mine = column(layout.table, layout.cursor)
  const theirs = column('excluded', layout.cursor)
  return sql<SqlBool>`(${theirs} >= ${mine} or ${theirs} is null or ${mine} is null)`
}

/** What is left over anew, and of what was before the keys that are kept. */
function leftOver(kept: Expression<unknown>, excluded: Expression<unknown>, keys: readonly string[]) {
  return sql`case when ${kept} ?| ${keys}::text[] then (
    select jsonb_object_agg(each.key, each.value) from jsonb_each(${kept}) as each where each.key = any(${keys}::text[])
    ) || coalesce(${excluded}, '{}') else ${excluded} end`
}

/** What a column of a known row becomes; where nulls say nothing, leftovers are added to those that are there. */
function assignment(table: string, { name, nulls, keeps }: Column) {
  const excluded = column('excluded', name)
  const kept = column(table, name)
  if (name === DELETED_AT)
    return sql`case when ${excluded} is null then null else coalesce(${kept}, ${excluded}) end`
  if (nulls !== 'stay') return keeps === undefined ? excluded : leftOver(kept, excluded, keeps)
  return name === EXTRA
    ? sql`coalesce(${kept} || ${excluded}, ${excluded}, ${kept})`
    : sql`coalesce(${excluded}, ${kept})`
}

/** The time of a deletion is kept from its first sight, so only its coming and going is a difference. */
function compared(each: Column, value: Expression<unknown>) {
  return each.name === DELETED_AT ? sql`(${value} is null)` : value
}

function changing({ columns, key }: TableLayout): readonly Column[] {
  return columns.filter(({ name }) => !key.includes(name))
}

function differs(layout: TableLayout): Expression<SqlBool> {
  const columns = changing(layout)
  if (columns.length === 0) return sql<SqlBool>`false`
  const before = columns.map((each) => compared(each, column(layout.table, each.name)))
  const after = columns.map((each) => compared(each, assignment(layout.table, each)))
  return sql<SqlBool>`(${sql.join(before)}) is distinct from (${sql.join(after)})`
}

function staged({ name, nulls }: Column) {
  const value = column('staged', name)
  return (nulls === 'empty' ? sql`coalesce(${value}, '{}')` : value).as(name)
}

/** Merges the staged rows that hold something. */
function upsertStaged(session: Session, layout: TableLayout, where: Expression<SqlBool>) {
  const updates = changing(layout).map((each) => [each.name, assignment(layout.table, each)] as const)
  return upsert(session, {
    schema: session.schemas.data,
    table: layout.table,
    key: layout.key,
    columns: layout.columns.map(({ name }) => name),
    rows: session.data
      .selectFrom(stageOf(session, layout).as('staged'))
      .select(layout.columns.map(staged))
      .where(where),
    set: { ...Object.fromEntries(updates), [SYNCED_AT.name]: sql`now()` },
    changes: sql<SqlBool>`${notOlder(layout)} and ${differs(layout)}`,
  })
}

/** What was written: whether each row was an insert, and its key. */
function written(layout: TableLayout) {
  return [
    // PostgreSQL leaves xmax 0 on a row that this statement made.
    sql<boolean>`(${column(layout.table, 'xmax')} = 0)`.as('inserted'),
    ...layout.key.map((name) => column(layout.table, name).as(name)),
  ]
}

/** The statements of one stream, compiled once and run for every batch. */
export interface Merge {
  /** Merges what is staged, children after their parents; to be called within a transaction. */
  run(staged: number): Promise<MergeCounts>
}

/**
 * Merges the stage and counts. The outer query sees the table as it was before the statement, so a row that is
 * live there and staged as deleted has been tombstoned by it.
 */
function compileParent(session: Session, layout: StreamLayout): CompiledQuery<ParentCounts> {
  const { data, schemas } = session
  const before = sql.table(`${schemas.data}.${layout.table}`)
  const count = (condition: Expression<SqlBool>) => sql<string>`count(*) filter (where ${condition})`
  return data
    .with('merged', () => upsertStaged(session, layout, sql<SqlBool>`true`).returning(written(layout)))
    .selectFrom('merged')
    .select([
      count(sql`merged.inserted`).as('inserted'),
      count(sql`not merged.inserted`).as('updated'),
      sql<string>`(select count(*) from ${stageOf(session, layout)} as staged
        join merged as written on ${sameKey(layout, 'written', 'staged')}
        join ${before} as before on ${sameKey(layout, 'before', 'staged')}
        where ${column('staged', DELETED_AT)} is not null and ${column('before', DELETED_AT)} is null)`.as(
        'tombstoned',
      ),
    ])
    .compile()
}

interface ParentCounts {
  readonly inserted: string
  readonly updated: string
  readonly tombstoned: string
}

/** Takes older versions out of the stage, so that their children are left alone too. */
function compileDropStale(session: Session, layout: StreamLayout): CompiledQuery | null {
  const { data, schemas } = session
  if (layout.cursor === null) return null
  const target = sql.table(`${schemas.data}.${layout.table}`)
  return sql`delete from ${stageOf(session, layout)} as staged using ${target} as target
    where ${sameKey(layout, 'target', 'staged')}
      and ${column('target', layout.cursor)} > ${column('staged', layout.cursor)}`.compile(data)
}

/**
 * A parent's child rows are replaced as a whole: those beyond the staged ones go, the others are merged. Where none says
 * nothing, a parent without staged ones keeps what it has.
 */
function compileChild(session: Session, layout: StreamLayout, child: ChildLayout): CompiledQuery[] {
  const { data, schemas } = session
  const [key = ''] = layout.key
  const parents = sql`select ${column('parents', key)} from ${stageOf(session, layout)} as parents`
  const staged = sql`select ${column('staged', child.parent)} from ${stageOf(session, child)} as staged`
  const replaced = child.nulls === 'stay' ? sql`${parents} intersect ${staged}` : parents
  const remove = sql`delete from ${sql.table(`${schemas.data}.${child.table}`)} as target
    where ${column('target', child.parent)} in (${replaced})
      and not exists (select from ${stageOf(session, child)} as staged where ${sameKey(child, 'staged', 'target')})`
  const ofStaged = sql<SqlBool>`${column('staged', child.parent)} in (${parents})`
  return [remove.compile(data), upsertStaged(session, child, ofStaged).compile()]
}

export function compileMerge(session: Session, layout: StreamLayout): Merge {
  const { data } = session
  const parent = compileParent(session, layout)
  const dropStale = compileDropStale(session, layout)
  const children = layout.children.flatMap((child) => compileChild(session, layout, child))
  return {
    async run(staged) {
      const { rows } = await data.executeQuery(parent)
      const [inserted = 0, updated = 0, tombstoned = 0] = rows.flatMap((row) =>
        [row.inserted, row.updated, row.tombstoned].map(Number),
      )
      const rest = staged - inserted - updated
      const stale =
        rest > 0 && dropStale !== null
          ? Number((await data.executeQuery(dropStale)).numAffectedRows ?? 0n)
          : 0
      for (const statement of children) await data.executeQuery(statement)
      return { inserted, updated, unchanged: rest - stale, stale, tombstoned }
    },
  }
}
