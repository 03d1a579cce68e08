import { sql, type RawBuilder } from 'kysely'
import type { Session } from './connection.ts'
import { ofPlace, readsOf, type DueParent } from './parent-reads.ts'
import { counter, hasChildren, liveParents, mayHaveChildren, version, type Family } from './parents.ts'

/** The live parents that say of themselves that they have no children, and of which we hold none. */
export function childlessParents(session: Session, family: Family): Promise<readonly DueParent[]> {
  return liveParents(session, family, sql`not ${mayHaveChildren(session, family)}`)
}

/**
 * The live parents that count no children, and of which we hold some, but those that have changed since these were read:
 * they are due to have none.
 */
export function doubtfulParents(session: Session, family: Family): Promise<readonly DueParent[]> {
  const { parents } = family
  const isAsRead = sql`(read.parent is null or (read.failed_at is null and read.version is not distinct from ${version(parents)}
    and read.counter is not distinct from ${counter(parents)}))`
  return liveParents(
    session,
    family,
    sql`${counter(parents)} = 0 and ${isAsRead} and ${hasChildren(session, family)}`,
  )
}

/** When the children of the parent of the row that is `staged` were last read; null where they never were. */
export function childrenReadAt(session: Session, { place, parents }: Family): RawBuilder<unknown> {
  const named = parents.columns.map((column) => sql`${sql.ref(`staged.${column}`)}::text`)
  return sql`(select max(read.read_at) from ${readsOf(session)} as read
    where ${ofPlace(place, 'read')} and read.parent in (${sql.join(named)}))`
}
