import {
  countChildren,
  noteParents,
  parentsHolding,
  settleParents,
  type DueParent,
  type Family,
} from './load/parents.ts'
import { countLive } from './load/tombstones.ts'
import { refuseSweep } from './transform/tombstone-plan.ts'
import type { Session } from './load/connection.ts'

/** The counter of a parent that says that it has no children. */
function saysNone({ parents }: Family, { counter }: DueParent): boolean {
  return counter !== null && Number(counter) <= (parents.counter?.none ?? 0)
}

/**
 * Settles the parents of each batch. As long as all lists are empty, those that should not be are put off: a right that
 * was lost looks the same.
 */
export function settling(session: Session, family: Family, maxShare: number) {
  const { layout, place } = family
  let doubtful: DueParent[] = []
  let seen = false
  return {
    settle: async (
      rows: number,
      parents: readonly DueParent[],
      refused: readonly DueParent[],
    ): Promise<number> => {
      await noteParents(session, place, refused)
      const holding = await parentsHolding(
        session,
        family,
        parents.map(({ key }) => key),
      )
      const isDoubtful = (parent: DueParent): boolean => holding.has(parent.key) && !saysNone(family, parent)
      seen ||= rows > 0
      const waiting = seen ? [] : parents.filter(isDoubtful)
      const sure = seen ? [...doubtful, ...parents] : parents.filter((parent) => !isDoubtful(parent))
      doubtful = seen ? [] : [...doubtful, ...waiting]
      return settleParents(session, family, sure)
    },
    /** Throws `E_SWEEP_REFUSED` when more than `maxShare` of the rows would go and nothing at all was shown. */
    end: async (): Promise<number> => {
      const keys = doubtful.map(({ key }) => key)
      const held = await countChildren(session, family, keys)
      const live = await countLive(session, layout)
      if (held > Math.ceil(live * maxShare))
        throw refuseSweep(
          place.stream,
          `the lists of ${keys.length} parents are all empty, but the warehouse holds ${held} rows of theirs`,
        )
      return settleParents(session, family, doubtful)
    },
  }
}
