/** A partition that is read parent by parent. */
export interface ChildCandidate {
  readonly stream: string
  readonly partition: string
  /** Tokens a request. */
  readonly cost: number
  /** Parents that one request asks. */
  readonly atOnce: number
  /** Parents that have been asked, and those of them that were not for a week. */
  readonly asked: number
  readonly stale: number
}

export interface ChildPortion extends ChildCandidate {
  /** Parents that are asked this night. */
  readonly parents: number
}

function requestsFor({ stale, atOnce }: ChildCandidate): number {
  return Math.ceil(stale / atOnce)
}

/**
 * How many parents of each partition a night asks for so many tokens: as much for one as for another, where one needs
 * less it leaves the rest to those that need more. Those without any are left out.
 */
export function shareOut(candidates: readonly ChildCandidate[], tokens: number): readonly ChildPortion[] {
  const need = (one: ChildCandidate) => requestsFor(one) * one.cost
  const leastFirst = candidates.toSorted((one, other) => need(one) - need(other))
  let left = tokens
  const portions = leastFirst.map((one, index) => {
    const share = Math.max(left / (leastFirst.length - index), Math.min(one.cost, left))
    const requests = Math.min(requestsFor(one), Math.floor(share / one.cost))
    left -= requests * one.cost
    return { ...one, parents: Math.min(one.stale, requests * one.atOnce) }
  })
  return portions.filter(({ parents }) => parents > 0)
}
