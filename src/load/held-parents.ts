import { sql } from 'kysely'
import type { ChildPartition } from '../streams/children.ts'
import { DELETED_AT } from '../transform/layout.ts'
import { tableExists, type Session } from './connection.ts'
import type { DueParent } from './parent-reads.ts'
import { ownParams, parentKey, tableOf } from './parents.ts'

/** A parent by which its children can be asked for, as the warehouse holds it. */
export type HeldParent = Pick<DueParent, 'key' | 'params'>

async function heldParent(session: Session, { parents }: ChildPartition): Promise<HeldParent | undefined> {
  // Those of other users would be refused, and whose token it is may not be known yet.
  if (parents.of.ofUser !== undefined) return undefined
  if (!(await tableExists(session, session.schemas.data, parents.of.name))) return undefined
  const { rows } = await sql<HeldParent>`
    select ${parentKey(parents)}::text as key, ${ownParams(parents)} as params
    from ${tableOf(session, parents.of.name)} as parent
    where ${sql.ref(`parent.${DELETED_AT}`)} is null
    order by ${parentKey(parents)} desc limit 1`.execute(session.data)
  return rows[0]
}

/** A live parent for each path of children, where the warehouse holds one. */
export async function heldParents(
  session: Session,
  children: readonly ChildPartition[],
): Promise<ReadonlyMap<string, HeldParent>> {
  const held = new Map<string, HeldParent>()
  for (const child of children) {
    const parent = await heldParent(session, child)
    if (parent !== undefined) held.set(child.path, parent)
  }
  return held
}
