const DAY = 86_400_000

/** A stream that only a sweep reads whole. */
export interface Candidate {
  readonly stream: string
  /** What reading it whole is taken to cost. */
  readonly tokens: number
  /** When it was last read whole, epoch milliseconds; as long as it never was, when it was first read. */
  readonly sweptAt: number
}

/** All is swept in so many nights. */
const NIGHTS = 7
/** Swept now, for the next night would be past the week. */
const OVERDUE_MS = (NIGHTS - 0.5) * DAY

/**
 * The streams that one night sweeps: those of which it is longest ago, until a seventh of what all cost is reached, and
 * whatever else would not be swept within a week. The dearest first where it is as long ago.
 */
export function planNight(candidates: readonly Candidate[], now: number): readonly string[] {
  const portion = candidates.reduce((sum, { tokens }) => sum + tokens, 0) / NIGHTS
  const stalestFirst = candidates.toSorted(
    (one, other) => one.sweptAt - other.sweptAt || other.tokens - one.tokens,
  )
  let planned = 0
  return stalestFirst
    .filter(({ tokens, sweptAt }) => {
      const isTaken = planned < portion || now - sweptAt >= OVERDUE_MS
      if (isTaken) planned += tokens
      return isTaken
    })
    .map(({ stream }) => stream)
}
