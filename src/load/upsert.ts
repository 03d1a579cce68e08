import { sql, type AliasableExpression, type Expression, type SqlBool } from 'kysely'
import type { Session } from './connection.ts'

/** Rows that go into a table; in the expressions they are `excluded`. */
export interface Upsert {
  readonly schema: string
  readonly table: string
  readonly key: readonly string[]
  readonly columns: readonly string[]
  readonly rows: AliasableExpression<unknown>
  /** What is assigned to a row that is there. */
  readonly set: Readonly<Record<string, Expression<unknown>>>
  /** Whether it is assigned. */
  readonly changes: Expression<SqlBool>
}

export function column(table: string, name: string) {
  return sql.ref(`${table}.${name}`)
}

/** Whether rows of two tables have the same key. */
export function sameKey({ key }: { readonly key: readonly string[] }, one: string, other: string) {
  const pairs = key.map((name) => sql`${column(one, name)} = ${column(other, name)}`)
  return sql.join(pairs, sql` and `)
}

/**
 * Whether a row leaves the table as it is. A row that conflicts is locked by `on conflict` even where nothing is assigned
 * to it, which is a write, and logged; so it is left out before. The offset keeps the planner from reading the whole
 * table to compare it with a batch.
 */
function isHeld(into: Upsert): Expression<SqlBool> {
  return sql<SqlBool>`exists (select from ${sql.table(`${into.schema}.${into.table}`)}
    where ${sameKey(into, into.table, 'excluded')} and not (${into.changes}) offset 0)`
}

/** One statement: inserts what is new, updates what changes, and leaves the rest alone. */
export function upsert({ data }: Session, into: Upsert) {
  const { schema, table, key, columns, rows, set, changes } = into
  return data
    .withSchema(schema)
    .insertInto(table)
    .columns([...columns])
    .expression((from) =>
      from
        .selectFrom(rows.as<'excluded'>('excluded'))
        .select(columns.map((name) => column('excluded', name).as(name)))
        .where(sql<SqlBool>`not ${isHeld(into)}`),
    )
    .onConflict((conflict) =>
      conflict
        .columns([...key])
        .doUpdateSet({ ...set })
        .where(changes),
    )
}
