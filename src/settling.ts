import type { Answered } from './child-basket.ts'
import type { SyncError } from './errors.ts'
import { noteFailed, noteParents, type DueParent } from './load/parent-reads.ts'
import { countChildren, findEmptied, settleParents, type Family } from './load/parents.ts'
import { refuseSweep } from './transform/tombstone-plan.ts'
import type { Session } from './load/connection.ts'

/** The counter of a parent that says that it has no children. */
function saysNone({ parents }: Family, { counter }: DueParent): boolean {
  return counter !== null && Number(counter) <= (parents.counter?.none ?? 0)
}

interface Settled {
  readonly tombstoned: number
  readonly refusal: SyncError | null
}

/**
 * Settles the parents of each batch. Those whose lists have come empty although they should not be are put off to the
 * end: a right that was lost for them looks the same.
 */
export function settling(session: Session, family: Family, maxShare: number) {
  const { place } = family
  const doubtful: DueParent[] = []
  // A child that names several parents is there when one of them shows it.
  const shown: string[] = []
  let [answered, denied] = [0, 0]
  return {
    /** How many parents were answered, and how many denied, so far. */
    counts: () => ({ answered, denied }),
    /** To be called in the transaction that has staged the batch; returns how many rows were deleted. */
    settle: async (batch: Answered<DueParent>): Promise<number> => {
      const { parents } = batch
      answered += parents.length
      denied += batch.denied.length
      await noteParents(session, place, batch.refused)
      await noteFailed(session, place, [...batch.denied, ...batch.failed])
      const emptied = await findEmptied(
        session,
        family,
        parents.map(({ key }) => key),
      )
      const isDoubtful = (parent: DueParent): boolean => emptied.has(parent.key) && !saysNone(family, parent)
      doubtful.push(...parents.filter(isDoubtful))
      const believed = parents.filter((parent) => !isDoubtful(parent))
      const tombstoned = await settleParents(session, family, believed, shown)
      if (family.parents.columns.length > 1) shown.push(...believed.map(({ key }) => key))
      return tombstoned
    },
    /** Refuses with `E_SWEEP_REFUSED`, and has these parents asked again, when what was put off is more than `maxShare` of the rows. */
    end: async (): Promise<Settled> => {
      const keys = doubtful.map(({ key }) => key)
      const { live, theirs } = await countChildren(session, family, keys)
      if (theirs <= Math.ceil(live * maxShare))
        return { tombstoned: await settleParents(session, family, doubtful, shown), refusal: null }
      await noteFailed(session, place, doubtful)
      const what = `the lists of ${keys.length} parents are empty, but the warehouse holds ${theirs} rows of theirs, of ${live} in all`
      return { tombstoned: 0, refusal: refuseSweep(place.stream, what) }
    },
  }
}
