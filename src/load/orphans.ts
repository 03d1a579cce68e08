import { sql } from 'kysely'
import type { ChildLayout, StreamLayout } from '../transform/layout.ts'
import type { Session } from './connection.ts'

/** Rows made of the lists of one record that is not there. */
export interface Orphans {
  /** The record's key. */
  readonly key: string
  readonly tables: readonly string[]
}

function isOrphan({ schemas }: Session, { table, key: [key = ''] }: StreamLayout, child: ChildLayout) {
  return sql`not exists (select from ${sql.table(`${schemas.data}.${table}`)} as parent
    where ${sql.ref(`parent.${key}`)} = ${sql.ref(`part.${child.parent}`)})`
}

function partOf({ schemas }: Session, { table }: ChildLayout) {
  return sql`${sql.table(`${schemas.data}.${table}`)} as part`
}

/** One load writes a record and the rows made of its lists, and one erasure removes both: there should be no orphan. */
export async function findOrphans(session: Session, layout: StreamLayout): Promise<readonly Orphans[]> {
  if (layout.children.length === 0) return []
  const each = layout.children.map(
    (
      child,
    ) => sql`select distinct ${sql.ref(`part.${child.parent}`)}::text as key, ${child.table}::text as name
      from ${partOf(session, child)} where ${isOrphan(session, layout, child)}`,
  )
  const { rows } = await sql<Orphans>`select key, array_agg(name order by name) as tables
    from (${sql.join(each, sql` union all `)}) as orphans group by key order by key`.execute(session.data)
  return rows
}

/** To be called under the stream's lock. */
export async function removeOrphans(session: Session, layout: StreamLayout): Promise<void> {
  for (const child of layout.children)
    await sql`delete from ${partOf(session, child)} where ${isOrphan(session, layout, child)}`.execute(
      session.data,
    )
}
