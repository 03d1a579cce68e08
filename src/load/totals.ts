import { sql } from 'kysely'
import type { Stream, Totals } from '../streams/stream.ts'
import { DELETED_AT } from '../transform/layout.ts'
import type { Session } from './connection.ts'

/** The same totals of the rows that we hold, as Pipedrive gives them of its records. */
export async function sumUp({ data, schemas }: Session, { name }: Stream, totals: Totals) {
  const { by, values, group, sum, without } = totals
  const { rows } = await sql<{ by: string; group: string; count: number; sum: number }>`
    select ${sql.ref(by)} as by, coalesce(${sql.ref(group)}, '') as group,
      count(*)::float8 as count, coalesce(sum(${sql.ref(sum)}), 0)::float8 as sum
    from ${sql.table(`${schemas.data}.${name}`)}
    where ${sql.ref(DELETED_AT)} is null and ${sql.ref(without)} is not true
      and ${sql.ref(by)} = any(${values}::text[])
    group by 1, 2`.execute(data)
  return rows
}
