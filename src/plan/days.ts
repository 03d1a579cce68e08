import { DAY_MS } from '../priority.ts'

/** Tokens that runs may spend: today, and on each day after it. */
export interface DayBudget {
  readonly today: number
  readonly perDay: number
}

/** How many days tokens last, today included, with a run each day; null where that never ends. */
export function daysFor(tokens: number, { today, perDay }: DayBudget): number | null {
  if (tokens <= today) return 1
  return perDay <= 0 ? null : 1 + Math.ceil((tokens - Math.max(0, today)) / perDay)
}

/** The date (UTC) of the last of so many days, of which this is the first. `now` is in epoch milliseconds. */
export function dateAfter(days: number, now: number): string {
  return new Date(now + (days - 1) * DAY_MS).toISOString().slice(0, 10)
}
