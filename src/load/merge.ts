import { sql, type CompiledQuery, type Expression, type SqlBool } from 'kysely'
import { DELETED_AT, EXTRA } from '../transform/layout.ts'
import type { ChildLayout, Column, StreamLayout, TableLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { stageName } from './stage.ts'
import { SYNCED_AT } from './table-plan.ts'

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

function stage(layout: TableLayout) {
  return sql.table(`pg_temp.${stageName(layout)}`)
}

function column(table: string, name: string) {
  return sql.ref(`${table}.${name}`)
}

/** Whether rows of two tables have the same key. */
export function sameKey(layout: TableLayout, one: string, other: string) {
  const pairs = layout.key.map((name) => sql`${column(one, name)} = ${column(other, name)}`)
  return sql.join(pairs, sql` and `)
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

/**
 * Whether a staged row, as `excluded`, leaves the table as it is. A row that conflicts is locked by `on conflict` even where
 * nothing is assigned to it, which is a write, and logged; so it is left out before. The offset keeps the planner from
 * reading the whole table to compare it with a batch.
 */
function isHeld({ schemas }: Session, layout: TableLayout): Expression<SqlBool> {
  const target = sql.table(`${schemas.data}.${layout.table}`)
  const held = sql`${sameKey(layout, layout.table, 'excluded')} and not (${notOlder(layout)} and ${differs(layout)})`
  return sql<SqlBool>`exists (select from ${target} where ${held} offset 0)`
}

/** One statement: insert what is new, update what differs and is not older. */
function upsert(session: Session, layout: TableLayout, where: Expression<SqlBool>) {
  const { data } = session
  const names = layout.columns.map(({ name }) => name)
  const updates = Object.fromEntries(
    changing(layout).map((each) => [each.name, assignment(layout.table, each)]),
  )
  const rows = data.selectFrom(stage(layout).as('staged')).select(layout.columns.map(staged)).where(where)
  return data
    .insertInto(layout.table)
    .columns(names)
    .expression((from) =>
      from
        .selectFrom(rows.as('excluded'))
        .select(names.map((name) => column('excluded', name).as(name)))
        .where(sql<SqlBool>`not ${isHeld(session, layout)}`),
    )
    .onConflict((conflict) =>
      conflict
        .columns([...layout.key])
        .doUpdateSet({ ...updates, [SYNCED_AT.name]: sql`now()` })
        .where(notOlder(layout))
        .where(differs(layout)),
    )
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
    .with('merged', () => upsert(session, layout, sql<SqlBool>`true`).returning(written(layout)))
    .selectFrom('merged')
    .select([
      count(sql`merged.inserted`).as('inserted'),
      count(sql`not merged.inserted`).as('updated'),
      sql<string>`(select count(*) from ${stage(layout)} as staged
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
function compileDropStale({ data, schemas }: Session, layout: StreamLayout): CompiledQuery | null {
  if (layout.cursor === null) return null
  const target = sql.table(`${schemas.data}.${layout.table}`)
  return sql`delete from ${stage(layout)} as staged using ${target} as target
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
  const parents = sql`select ${column('parents', key)} from ${stage(layout)} as parents`
  const staged = sql`select ${column('staged', child.parent)} from ${stage(child)} as staged`
  const replaced = child.nulls === 'stay' ? sql`${parents} intersect ${staged}` : parents
  const remove = sql`delete from ${sql.table(`${schemas.data}.${child.table}`)} as target
    where ${column('target', child.parent)} in (${replaced})
      and not exists (select from ${stage(child)} as staged where ${sameKey(child, 'staged', 'target')})`
  const ofStaged = sql<SqlBool>`${column('staged', child.parent)} in (${parents})`
  return [remove.compile(data), upsert(session, child, ofStaged).compile()]
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
