/**
 * The day for which the company has its tokens. It turns at midnight of the server's time zone, which nobody names (rate
 * limiting documentation): when that is shows in the `retry-after` of a daily refusal, or when the balance is back. As
 * long as neither was seen, days are counted as those of UTC. Times in epoch milliseconds.
 */

const QUARTER = 900_000
const HOUR = 4 * QUARTER
const DAY = 24 * HOUR

/** A balance, and when it was told. */
export interface SeenBalance {
  readonly limit: number
  readonly remaining: number
  readonly at: number
}

/** Some time at which the day turns, and the last balance that was told; null where nothing is known of them. */
export interface TokenDay {
  readonly turnsAt: number | null
  readonly seen: SeenBalance | null
}

/** Between noon and noon of UTC, so that a day is called what most of it is called in UTC. */
function phaseOf(turnsAt: number | null): number {
  return turnsAt === null ? 0 : ((((turnsAt + DAY / 2) % DAY) + DAY) % DAY) - DAY / 2
}

function sinceTurn(now: number, turnsAt: number | null): number {
  return (((now - phaseOf(turnsAt)) % DAY) + DAY) % DAY
}

/** The date by which the day is called, `YYYY-MM-DD`. */
export function dayOf(now: number, turnsAt: number | null): string {
  return new Date(now - phaseOf(turnsAt)).toISOString().slice(0, 10)
}

/** How much of the day is left, 0 to 1. */
export function restOfDay(now: number, turnsAt: number | null): number {
  return 1 - sinceTurn(now, turnsAt) / DAY
}

/**
 * Milliseconds until it is worth looking whether the day has turned: an hour where it is not known when it does, or
 * where it should have a moment ago, for the server's time zone may have summer time.
 */
export function untilTurn(now: number, turnsAt: number | null): number {
  const since = sinceTurn(now, turnsAt)
  return turnsAt === null || since < 2 * HOUR ? HOUR : DAY - since
}

/** Clocks differ by less. */
const SKEW = 120_000

/**
 * When the day turns, as a refusal tells that asks to wait `ms`; null where it ends at no midnight of any time zone, and so
 * tells something else.
 */
export function turnAfter(now: number, ms: number): number | null {
  const nearest = Math.round((now + ms) / QUARTER) * QUARTER
  return Math.abs(now + ms - nearest) <= SKEW ? nearest : null
}

/** Requests on their way are answered out of order: a balance may rise by what they and others have cost. */
const OUT_OF_ORDER = 400
const [LEAST_RISE, MOST_APART] = [0.1, HOUR + QUARTER / 3]

/**
 * When the day turned between two balances; null where it did not, or where they are too far apart to tell. Midnight of
 * any time zone is a whole hour of most others, and a quarter of one of all.
 */
export function turnBetween(before: SeenBalance, after: SeenBalance): number | null {
  const rise = after.remaining - before.remaining
  if (after.limit !== before.limit || rise <= Math.max(OUT_OF_ORDER, LEAST_RISE * after.limit)) return null
  if (after.at - before.at > MOST_APART) return null
  const last = (step: number): number => Math.floor(after.at / step) * step
  return [last(HOUR), last(QUARTER)].find((time) => time > before.at) ?? after.at
}
