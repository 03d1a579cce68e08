import type { Answered } from './child-basket.ts'
import { noteFailed, noteParents, type DueParent } from './load/parent-reads.ts'
import { countChildren, findEmptied, settleParents, type Family } from './load/parents.ts'
import { refuseSweep } from './transform/tombstone-plan.ts'
import type { Session } from './load/connection.ts'

/** The counter of a parent that says that it has no children. */
function saysNone({ parents }: Family, { counter }: DueParent): boolean {
  return counter !== null && Number(counter) <= (parents.counter?.none ?? 0)
}

/**
 * Settles the parents of each batch. Those whose lists have come empty although they should not be are put off to the
 * end: a right that was lost for them looks the same.
 */
export function settling(session: Session, family: Family, maxShare: number) {
  const { place } = family
  const doubtful: DueParent[] = []
  return {
    /** To be called in the transaction that has staged the batch; returns how many rows were deleted. */
    settle: async ({ parents, refused, failed }: Answered<DueParent>): Promise<number> => {
      await noteParents(session, place, refused)
      await noteFailed(session, place, failed)
      const emptied = await findEmptied(
        session,
        family,
        parents.map(({ key }) => key),
      )
      const isDoubtful = (parent: DueParent): boolean => emptied.has(parent.key) && !saysNone(family, parent)
      doubtful.push(...parents.filter(isDoubtful))
      return settleParents(
        session,
        family,
        parents.filter((parent) => !isDoubtful(parent)),
      )
    },
    /** Throws `E_SWEEP_REFUSED` when what was put off is more than `maxShare` of the rows. */
    end: async (): Promise<number> => {
      const keys = doubtful.map(({ key }) => key)
      const { live, theirs } = await countChildren(session, family, keys)
      if (theirs > Math.ceil(live * maxShare))
        throw refuseSweep(
          place.stream,
          `the lists of ${keys.length} parents are empty, but the warehouse holds ${theirs} rows of theirs, of ${live} in all`,
        )
      return settleParents(session, family, doubtful)
    },
  }
}
