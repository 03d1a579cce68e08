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
  /** What is wanted, but costs more than is left of this day. */
  readonly later: readonly Candidate[]
  /** What costs more than a night may spend of a whole day: begun, it would be cut off each time, and leave nothing to the others. */
  readonly tooDear: readonly Candidate[]
}

/** All is swept in so many nights. */
const NIGHTS = 7
/** Swept now, for the next night would be past the week. */
const OVERDUE_MS = (NIGHTS - 0.5) * DAY
/** What is gone is asked for by its id, and what is new is not counted yet: this share of the tokens may be planned. */
const PLANNED = 0.9

/** Tokens that have to be left so that a list of this cost is begun. */
export function neededFor({ tokens }: Candidate): number {
  return Math.ceil(tokens / PLANNED)
}

/**
 * The lists that one night sweeps, of those that the `day` tokens reach for which it may spend of a whole day: those of which it is
 * longest ago, until a seventh of what all cost is reached, and whatever else would not be swept within a week; as far as what is
 * `left` of this day reaches. The dearest first where it is as long ago.
 */
export function planNight(candidates: readonly Candidate[], now: number, left: number, day = left): Night {
  const [affordable = [], tooDear = []] = [true, false].map((fits) =>
    candidates.filter((one) => neededFor(one) <= Math.max(day, left) === fits),
  )
  const portion = affordable.reduce((sum, one) => sum + one.tokens, 0) / NIGHTS
  const stalestFirst = affordable.toSorted(
    (one, other) => one.sweptAt - other.sweptAt || other.tokens - one.tokens,
  )
  const [swept, later]: [Candidate[], Candidate[]] = [[], []]
  let tokens = 0
  for (const one of stalestFirst) {
    if (tokens >= portion && now - one.sweptAt < OVERDUE_MS) continue
    const fits = tokens + one.tokens <= PLANNED * left
    if (fits) tokens += one.tokens
    ;(fits ? swept : later).push(one)
  }
  return { swept: swept.map(({ stream }) => stream), left: PLANNED * left - tokens, later, tooDear }
}
