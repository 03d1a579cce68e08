import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Batch } from '../transform/batch.ts'
import {
  DELETED_AT,
  type ChildLayout,
  type Column,
  type StreamLayout,
  type TableLayout,
} from '../transform/layout.ts'
import { inTransaction, type Session } from './connection.ts'
import type { KeepOut } from './erased.ts'
import { stageOf, whileStaged } from './stage.ts'
import { qualified } from './table-plan.ts'
import { sameKey } from './upsert.ts'

/** A record as it was read, set against its row. */
export interface Compared {
  /** The key as text; of several columns, their values as a JSON list. */
  readonly key: string
  /** What stands in the columns by which it can be read again, there and here. */
  readonly units: readonly string[]
  /** Whether it was read, and whether there is a row; and whether each is deleted. */
  readonly there: boolean
  readonly here: boolean
  readonly deleted_there: boolean
  readonly deleted_here: boolean
  /** It was updated after the frontier. */
  readonly pending: boolean
  /** The row is of a later version. */
  readonly ahead: boolean
  /** Columns that hold something else, and tables of which the rows are others. */
  readonly columns: readonly string[]
  /** The same for two readings of a record that has not changed between them. */
  readonly fingerprint: string
}

/** The key of a row as a comparison names it. */
export function keyOfRow({ key }: TableLayout, table: string) {
  const parts = key.map((name) => sql`${sql.ref(`${table}.${name}`)}`)
  return parts.length === 1 ? sql`${parts[0]}::text` : sql`jsonb_build_array(${sql.join(parts)})::text`
}

function isThere({ key: [key = ''] }: TableLayout, table: string) {
  return sql`${sql.ref(`${table}.${key}`)} is not null`
}

/** The exploded rows of one parent as a value. */
function rowsOf(child: ChildLayout, table: RawBuilder<unknown>, parent: RawBuilder<unknown>) {
  const cells = sql.join(child.columns.map(({ name }) => sql.ref(`part.${name}`)))
  return sql`(select jsonb_agg(jsonb_build_array(${cells}) order by part.position)
    from ${table} as part where ${sql.ref(`part.${child.parent}`)} = ${parent})`
}

/** What a record has to account for. */
function heldIn({ name, keeps }: Column) {
  const held = sql.ref(`held.${name}`)
  return keeps === undefined ? held : sql`nullif(${held} - ${keeps}::text[], '{}')`
}

function differing(session: Session, layout: StreamLayout) {
  const [key = ''] = layout.key
  const cells = layout.columns
    .filter(({ name }) => name !== DELETED_AT)
    .map(
      (column) =>
        sql`case when ${sql.ref(`staged.${column.name}`)} is distinct from ${heldIn(column)} then ${sql.lit(column.name)} end`,
    )
  const parts = layout.children.map((child) => {
    const there = rowsOf(child, stageOf(session, child), sql.ref(`staged.${key}`))
    const here = rowsOf(child, sql.table(`${session.schemas.data}.${child.table}`), sql.ref(`held.${key}`))
    return sql`case when ${there} is distinct from ${here} then ${sql.lit(child.table)} end`
  })
  return sql`array_remove(array[${sql.join([...cells, ...parts])}]::text[], null)`
}

function fingerprint(session: Session, layout: StreamLayout) {
  const [key = ''] = layout.key
  const parts = layout.children.map((child) =>
    rowsOf(child, stageOf(session, child), sql.ref(`staged.${key}`)),
  )
  const cells = layout.columns.map(({ name }) => sql.ref(`staged.${name}`))
  const whole = [sql`row(${sql.join(cells)})::text`, ...parts.map((rows) => sql`${rows}::text`)]
  // The time of a deletion may be that of the reading.
  return sql`case when not ${isThere(layout, 'staged')} then 'absent'
    when ${sql.ref(`staged.${DELETED_AT}`)} is not null then 'deleted'
    else md5(concat_ws(' ', ${sql.join(whole)})) end`
}

function versions({ cursor }: TableLayout, frontier: RawBuilder<unknown>) {
  if (cursor === null) return { pending: sql`false`, ahead: sql`false` }
  const [there, here] = [sql.ref(`staged.${cursor}`), sql.ref(`held.${cursor}`)]
  return {
    pending: sql`coalesce(${there} > ${frontier}, false)`,
    ahead: sql`coalesce(${here} > ${there}, false)`,
  }
}

export interface Scope {
  /** The rows, as `held`, that what is read has to account for. */
  readonly rows: RawBuilder<SqlBool>
  /** The columns by which a record can be read again; null where its key is that. */
  readonly units: readonly string[] | null
  /** Up to when the record that is `staged` has been synced. */
  readonly frontier: RawBuilder<unknown>
  readonly openKeepOut: () => Promise<KeepOut>
}

/** The scope of records that were read by their keys. */
export function rowsWithKeys(layout: StreamLayout, keys: readonly string[]): RawBuilder<SqlBool> {
  const [key = '', ...others] = layout.key
  const type = layout.columns.find(({ name }) => name === key)?.type ?? 'text'
  if (others.length > 0) return sql<SqlBool>`${keyOfRow(layout, 'held')} = any(${keys}::text[])`
  return sql<SqlBool>`${sql.ref(`held.${key}`)} = any(${keys}::text[]::${sql.raw(type)}[])`
}

/** Stages a batch and sets it, without what was erased, against the rows; nothing is written. */
export async function compareBatch(
  session: Session,
  layout: StreamLayout,
  batch: Batch,
  { rows: inScope, units, frontier, openKeepOut }: Scope,
): Promise<readonly Compared[]> {
  const { pending, ahead } = versions(layout, frontier)
  const unitCells = units?.flatMap((name) => [sql.ref(`staged.${name}`), sql.ref(`held.${name}`)]) ?? [
    keyOfRow(layout, 'staged'),
    keyOfRow(layout, 'held'),
  ]
  return inTransaction(session, async () => {
    // What is erased meanwhile goes from the rows and from what is staged, or from neither.
    await session.client.query('set transaction isolation level repeatable read')
    const tables = [layout, ...layout.children]
    // A run that changes both holds a table before its stage: so does this, or each would wait for the other.
    const held = tables.map(({ table }) => qualified(session.schemas.data, table))
    await session.client.query(`lock table ${held.join(', ')} in access share mode`)
    const { keepsOut, keepOut } = await openKeepOut()
    const staging = { tables, batch, keepsOut }
    return whileStaged(session, staging, async () => {
      await keepOut()
      const { rows } = await sql<Compared>`
      with held as (
        select held.* from ${sql.table(`${session.schemas.data}.${layout.table}`)} as held
        where ${inScope} or exists (select from ${stageOf(session, layout)} as staged where ${sameKey(layout, 'staged', 'held')}))
      select case when ${isThere(layout, 'staged')} then ${keyOfRow(layout, 'staged')}
          else ${keyOfRow(layout, 'held')} end as key,
        array_remove(array[${sql.join(unitCells.map((cell) => sql`${cell}::text`))}], null) as units,
        ${isThere(layout, 'staged')} as there, ${isThere(layout, 'held')} as here,
        ${sql.ref(`staged.${DELETED_AT}`)} is not null as deleted_there,
        ${sql.ref(`held.${DELETED_AT}`)} is not null as deleted_here,
        ${pending} as pending, ${ahead} as ahead,
        ${differing(session, layout)} as columns, ${fingerprint(session, layout)} as fingerprint
      from ${stageOf(session, layout)} as staged full join held on ${sameKey(layout, 'staged', 'held')}
      order by 1`.execute(session.data)
      return rows
    })
  })
}
