import type { Bound, FamilyFacts } from './facts.ts'
import { amount, type Part } from './lists.ts'

/** What a run will have read of the parents before it asks for their children. */
export interface ExpectedParents {
  /** All that there will be. */
  readonly records: number
  readonly bound: Bound
  /** How many will have changed. */
  readonly changes: number
}

function partOf({ partition }: FamilyFacts, asked: number, bound: Bound, what: string): Part {
  const { of, ask } = partition.parents
  const how = ask === undefined ? '' : ` / ${ask.most} a request`
  const number = bound === 'at least' ? `${amount(asked)} or more` : amount(asked)
  return {
    requests: Math.ceil(asked / (ask?.most ?? 1)),
    cost: partition.cost,
    records: asked,
    bound,
    reason: `${number} ${of.name}${what}${how}`,
  }
}

/** What a counter will say of parents that are not held is not known. */
function boundOf({ partition }: FamilyFacts, unread: number, { bound }: ExpectedParents): Bound {
  if (unread === 0) return bound === 'at least' ? bound : 'about'
  if (partition.parents.counter === undefined) return bound
  return bound === 'at least' ? 'about' : 'at most'
}

/** The requests for the children of new and changed parents, or of all. */
export function familyPart(family: FamilyFacts, expected: ExpectedParents): Part {
  const { due, every, parents, fertile, partition } = family
  const { of } = partition.parents
  const unread = Math.max(0, expected.records - parents)
  const share = parents === 0 ? 0 : fertile / parents
  const changing = every || of.cursorField === null ? 0 : Math.min(expected.changes * share, fertile - due)
  const asked = Math.round(due + unread + Math.max(0, changing))
  return partOf(family, asked, boundOf(family, unread, expected), every ? '' : ' new or changed')
}

/** A parent has several children and costs a request of its own: a tenth as many parents as records make a sample. */
export const RECORDS_A_PARENT = 10

/** The requests for a sample of the parents that have not changed; null: for all. */
export function familySample(family: FamilyFacts, sample: number | null): Part {
  const most = family.fertile - family.due
  const asked = sample === null ? most : Math.min(most, Math.ceil(sample / RECORDS_A_PARENT))
  return partOf(family, Math.max(0, asked), 'about', ' of a sample')
}
