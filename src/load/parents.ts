import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Parents, Partition } from '../streams/stream.ts'
import { DELETED_AT, type TableLayout } from '../transform/layout.ts'
import type { Place } from './checkpoint.ts'
import { tableExists, type Session } from './connection.ts'
import { isStale, noteParents, ofPlace, readsOf, type DueParent } from './parent-reads.ts'
import { stageOf } from './stage.ts'
import { isOf, type Owner } from './tombstones.ts'
import { sameKey } from './upsert.ts'

/** What one partition's children are: their table, and how they name their parents. */
export interface Family {
  readonly place: Place
  readonly layout: TableLayout
  readonly partition: Partition
  readonly parents: Parents
  /** Whose parents they are, where Pipedrive shows those of the token's user only. */
  readonly owner: Owner | null
}

/** A table of the data schema. */
export function tableOf({ schemas }: Session, name: string) {
  return sql.table(`${schemas.data}.${name}`)
}

/** The key of a parent, as `parent`. */
export function parentKey({ of }: Parents) {
  return sql.ref(`parent.${of.key[0] ?? ''}`)
}

/** The parameters that are a parent's own, as one JSON object. */
export function ownParams({ params = {} }: Parents) {
  const all = Object.values(params).map((column) => sql.ref(`parent.${column}`))
  const pairs = Object.entries(params).map(
    ([name, column]) =>
      sql`${name}::text, coalesce(${sql.ref(`parent.${column}`)}, greatest(current_date, ${sql.join(all)}))::text`,
  )
  return sql`jsonb_build_object(${sql.join(pairs)})`
}

function typeOf({ columns }: TableLayout, column: string) {
  return sql.raw(columns.find(({ name }) => name === column)?.type ?? 'text')
}

/** The cursor field of a `parent`. */
export function version({ of }: Parents) {
  return of.cursorField === null ? sql`null::timestamptz` : sql.ref(`parent.${of.cursorField}`)
}

/** How many children a parent, as `parent`, says it has. */
export function counter({ counter: counted }: Parents) {
  return counted === undefined ? sql`null::bigint` : sql.ref(`parent.${counted.column}`)
}

/** The rows of the partition, as `table`; those that other partitions bring into it are left out. */
function ofPartition({ partition }: Family, table: string) {
  const added = Object.entries(partition.adds ?? {}).map(
    ([column, value]) => sql`${sql.ref(`${table}.${column}`)} = ${value}`,
  )
  return sql.join([sql`true`, ...added], sql` and `)
}

/** The live rows of the partition, as `child`. */
function liveChildren(family: Family): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(`child.${DELETED_AT}`)} is null and ${ofPartition(family, 'child')}`
}

/** Whether we hold live children of a `parent`. */
export function hasChildren(session: Session, family: Family) {
  const held = family.parents.columns.map(
    (column) =>
      sql`${parentKey(family.parents)}::${typeOf(family.layout, column)} in (select ${sql.ref(`child.${column}`)}
        from ${tableOf(session, family.layout.table)} as child where ${liveChildren(family)})`,
  )
  return sql`(${sql.join(held, sql` or `)})`
}

/**
 * Which parents: those that have changed since their children were last read, or could not be read then; in a sweep
 * those that were not read since it began, too; those that were not read for a week; or every one.
 */
export type Due = 'changed' | 'sweep' | 'stale' | 'every'

/** Whether a `parent`, as it was when it was `read`, is to be asked. */
export function isDue({ schemas }: Session, { place, parents }: Family, due: Due): RawBuilder<SqlBool> {
  if (due === 'every') return sql<SqlBool>`true`
  if (due === 'stale') return sql<SqlBool>`(${isStale} and read.failed_at is null)`
  const changed = sql<SqlBool>`(read.parent is null or read.failed_at is not null
    or read.version is distinct from ${version(parents)} or read.counter is distinct from ${counter(parents)})`
  if (due === 'changed') return changed
  const state = sql.table(`${schemas.control}.stream_state`)
  return sql<SqlBool>`(${changed}
    or read.read_at < (select state.sweep_since from ${state} as state where ${ofPlace(place, 'state')}))`
}

/** Whether a parent may have children, by what it says itself, or we hold some of it. */
export function mayHaveChildren(session: Session, family: Family) {
  const none = family.parents.counter?.none ?? 0
  return sql`(coalesce(${counter(family.parents)} > ${none}, true) or ${hasChildren(session, family)})`
}

/** The live parents of which something holds; parents as `parent`, how they were when they were read as `read`. */
export async function liveParents(
  session: Session,
  { place, parents, owner }: Family,
  where: RawBuilder<unknown>,
  most: number | null = null,
): Promise<readonly DueParent[]> {
  if (!(await tableExists(session, session.schemas.data, parents.of.name))) return []
  const { rows } = await sql<DueParent>`
    select ${parentKey(parents)}::text as key, ${version(parents)}::text as version, ${counter(parents)}::text as counter,
      ${ownParams(parents)} as params, read.failed_at is not null as failed
    from ${tableOf(session, parents.of.name)} as parent
    left join ${readsOf(session)} as read on ${ofPlace(place, 'read')} and read.parent = ${parentKey(parents)}::text
    where ${sql.ref(`parent.${DELETED_AT}`)} is null and ${isOf(owner, 'parent')} and ${where}
    order by read.failed_at nulls first, read.read_at nulls first, ${parentKey(parents)}
    limit ${most}`.execute(session.data)
  return rows
}

/**
 * The live parents whose children are to be read: of those that are due, those that may have children or of which we
 * hold some; not more than `most`, those that were read the longest ago. Those that could not be read the last time are
 * asked last: they may fail again, and end the reading.
 */
export function dueParents(
  session: Session,
  family: Family,
  due: Due,
  most?: number,
): Promise<readonly DueParent[]> {
  return liveParents(
    session,
    family,
    sql`${isDue(session, family, due)} and ${mayHaveChildren(session, family)}`,
    most,
  )
}

/** Those of these parents of which live children are held and none is staged. */
export async function findEmptied(
  session: Session,
  family: Family,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const { layout, parents } = family
  const held = parents.columns.map(
    (column) => sql`select ${sql.ref(`child.${column}`)}::text as key
      from ${tableOf(session, layout.table)} as child
      where ${liveChildren(family)} and ${sql.ref(`child.${column}`)} = any(${keys}::text[]::${typeOf(layout, column)}[])`,
  )
  const staged = parents.columns.map(
    (column) => sql`select ${sql.ref(column)}::text from ${stageOf(session, layout)}`,
  )
  const { rows } = await sql<{ key: string }>`(${sql.join(held, sql` union `)})
    except (${sql.join(staged, sql` union `)})`.execute(session.data)
  return new Set(rows.map(({ key }) => key))
}

/** How many children are held without a tombstone, of parents that the token's user can see; and how many of these parents. */
export async function countChildren(
  session: Session,
  family: Family,
  keys: readonly string[],
): Promise<{ readonly live: number; readonly theirs: number }> {
  const { rows } = await sql<{ live: number; theirs: number }>`
    select count(*)::float8 as live, (count(*) filter (where ${isChildOf(family, keys)}))::float8 as theirs
    from ${tableOf(session, family.layout.table)} as child
    where ${liveChildren(family)} and ${isOwn(session, family)}`.execute(session.data)
  return rows[0] ?? { live: 0, theirs: 0 }
}

function isOwn(session: Session, { parents, layout, owner }: Family) {
  if (owner === null) return sql`true`
  const named = parents.columns.map(
    (column) => sql`${sql.ref(`child.${column}`)} in (select ${parentKey(parents)}::${typeOf(layout, column)}
      from ${tableOf(session, parents.of.name)} as parent where ${isOf(owner, 'parent')})`,
  )
  return sql`(${sql.join(named, sql` or `)})`
}

function isChildOf({ parents, layout }: Family, keys: readonly string[], table = 'child') {
  const named = parents.columns.map(
    (column) =>
      sql`${sql.ref(`${table}.${column}`)} in (select unnest(${keys}::text[]::${typeOf(layout, column)}[]))`,
  )
  return sql`(${sql.join(named, sql` or `)})`
}

/** The rows, as `held`, that are children of these parents, live or not. */
export function rowsOfParents(family: Family, keys: readonly string[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`${isChildOf(family, keys, 'held')} and ${ofPartition(family, 'held')}`
}

/**
 * Notes that all children of these parents have been read: those held here that are not staged are deleted. To be
 * called in the transaction that loads them. What other parents have `shown` in the same reading stays. Returns how many were.
 */
export async function settleParents(
  session: Session,
  family: Family,
  read: readonly DueParent[],
  shown: readonly string[] = [],
): Promise<number> {
  if (read.length === 0) return 0
  const { layout, place } = family
  const keys = read.map(({ key }) => key)
  const { numAffectedRows } = await sql`
    update ${tableOf(session, layout.table)} as child set ${sql.id(DELETED_AT)} = now(), _synced_at = now()
    where ${liveChildren(family)} and ${isChildOf(family, keys)} and ${isChildOf(family, shown)} is not true
      and not exists (select from ${stageOf(session, layout)} as staged
        where ${sameKey(layout, 'staged', 'child')})`.execute(session.data)
  await noteParents(session, place, read)
  return Number(numAffectedRows ?? 0n)
}

/** Whether a child, as `child`, names a parent that is deleted, or one that is not. */
function namesParent(session: Session, { parents, layout }: Family, deleted: boolean) {
  const state = sql`${sql.ref(`parent.${DELETED_AT}`)} is ${deleted ? sql`not null` : sql`null`}`
  const named = parents.columns.map(
    (column) => sql`${sql.ref(`child.${column}`)} in (select ${parentKey(parents)}::${typeOf(layout, column)}
        from ${tableOf(session, parents.of.name)} as parent where ${state})`,
  )
  return sql`(${sql.join(named, sql` or `)})`
}

/**
 * Children go with the last of the parents that they name and that are known, and are read again should one come back.
 * Returns how many went.
 */
export async function followParents(session: Session, family: Family): Promise<number> {
  const { layout, parents, place } = family
  if (!(await tableExists(session, session.schemas.data, parents.of.name))) return 0
  const { numAffectedRows } = await sql`
    update ${tableOf(session, layout.table)} as child set ${sql.id(DELETED_AT)} = now(), _synced_at = now()
    where ${liveChildren(family)} and ${namesParent(session, family, true)}
      and ${namesParent(session, family, false)} is not true`.execute(session.data)
  await sql`
    delete from ${readsOf(session)} as read using ${tableOf(session, parents.of.name)} as parent
    where ${ofPlace(place, 'read')} and read.parent = ${parentKey(parents)}::text
      and ${sql.ref(`parent.${DELETED_AT}`)} is not null`.execute(session.data)
  return Number(numAffectedRows ?? 0n)
}
