import type { Id } from '../json.ts'
import type { Switches } from '../switches.ts'

/** Kinds of records that can be merged (openapi v1). */
export type Mergeable = 'deals' | 'persons' | 'organizations'

export interface Merge {
  readonly entity: Mergeable
  readonly absorbed: Id
  readonly survivor: Id
  /** `update_time` of the survivor right after it, epoch milliseconds. */
  readonly updated: number
}

/** What was merged, the latest last. */
export interface Merges {
  readonly all: readonly Merge[]
  add(merge: Merge): void
  /** The merge in which the survivor took in another last. */
  last(entity: string, survivor: Id): Merge | undefined
}

export function createMerges(): Merges {
  const all: Merge[] = []
  const bySurvivor = new Map<string, Merge>()
  return {
    all,
    add(merge) {
      all.push(merge)
      bySurvivor.set(`${merge.entity} ${merge.survivor}`, merge)
    },
    last: (entity, survivor) => bySurvivor.get(`${entity} ${survivor}`),
  }
}

/**
 * Which merge `/v1/recents` tells of a record that was updated then. Its schema has `merge_what_id` for persons alone
 * (openapi v1), and says neither whether it is sent nor for how long.
 */
export function toldMerge(
  merges: Merges,
  { recentsMerges, recentsMergesStay }: Switches,
  entity: string,
  survivor: Id,
  updated: number,
): Merge | undefined {
  if (recentsMerges === 'none' || (recentsMerges === 'persons' && entity !== 'persons')) return undefined
  const merge = merges.last(entity, survivor)
  return recentsMergesStay || merge?.updated === updated ? merge : undefined
}
