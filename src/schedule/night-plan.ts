const DAY = 86_400_000

/** A list that only a sweep reads whole. */
export interface Candidate {
  readonly stream: string
  /** What reading it whole is taken to cost. */
  readonly tokens: number
  /** When it was last read whole, epoch milliseconds; as long as it never was, when it was first read. */
  readonly sweptAt: number
}

export interface Night {
  /** Names of the streams that are swept. */
  readonly swept: readonly string[]
  /** Tokens that may be planned beside them. */
  readonly left: number
  /** What costs more than a whole night may spend: begun, it would be cut off each time, and leave nothing to the others. */
  readonly tooDear: readonly Candidate[]
}

/** All is swept in so many nights. */
const NIGHTS = 7
/** Swept now, for the next night would be past the week. */
const OVERDUE_MS = (NIGHTS - 0.5) * DAY
/** What is gone is asked for by its id, and what is new is not counted yet: this share of the tokens may be planned. */
const PLANNED = 0.9

/**
 * The lists that one night sweeps, of those that `left` tokens reach for: those of which it is longest ago, until a
 * seventh of what all cost is reached, and whatever else would not be swept within a week. The dearest first where it is
 * as long ago.
 */
export function planNight(candidates: readonly Candidate[], now: number, left: number): Night {
  const most = PLANNED * left
  const [affordable = [], tooDear = []] = [true, false].map((fits) =>
    candidates.filter((one) => one.tokens <= most === fits),
  )
  const portion = affordable.reduce((sum, one) => sum + one.tokens, 0) / NIGHTS
  const stalestFirst = affordable.toSorted(
    (one, other) => one.sweptAt - other.sweptAt || other.tokens - one.tokens,
  )
  let tokens = 0
  const swept = stalestFirst.filter((one) => {
    const isWanted = tokens < portion || now - one.sweptAt >= OVERDUE_MS
    const isTaken = isWanted && tokens + one.tokens <= most
    if (isTaken) tokens += one.tokens
    return isTaken
  })
  return { swept: swept.map(({ stream }) => stream), left: most - tokens, tooDear }
}
