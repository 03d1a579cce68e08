import type { PlanTaken } from '../load/plan-log.ts'
import { dateAfter, daysFor } from './days.ts'

/** What was planned against what it has taken so far. */
export interface PlanProgress extends PlanTaken {
  /** What is left to spend by the plan, nothing where it has taken more, and when that is done (UTC) at a run a day; null where it is done, or never will be. */
  readonly tokens_left: number
  readonly done_on: string | null
}

/** How far what was planned has come; `perDay` tokens may be spent a day. */
export function progressOf(taken: PlanTaken, perDay: number | null, now: number): PlanProgress {
  const left = taken.is_over ? 0 : Math.max(0, taken.planned.tokens - taken.taken.tokens)
  // Today's share is spent: that is why there is something left.
  const days = left === 0 ? null : daysFor(left, { today: 0, perDay: perDay ?? 0 })
  return { ...taken, tokens_left: left, done_on: days === null ? null : dateAfter(days, now) }
}
