import type { PlanTaken } from '../src/load/plan-log.ts'
import type { PlanProgress } from '../src/plan/progress.ts'
import { duration, spentText } from './spent-text.ts'

/** How much more or less it was than planned, as a person says it. */
function against(taken: number, planned: number): string {
  if (planned === 0) return ''
  const share = Math.round((taken / planned - 1) * 100)
  return ` (${share >= 0 ? '+' : '−'}${Math.abs(share)} % tokens)`
}

function outlook({ tokens_left: left, done_on: on }: PlanProgress): string {
  if (left === 0) return 'That is more than was planned: a new plan says what is left.'
  const when = on === null ? 'the budget lets it never end' : `at a run a day it is done on ${on} (UTC)`
  return `About ${left} tokens are left; ${when}.`
}

/** What was planned, and what runs by the plan have taken so far. */
export function plannedText({ planned, taken, runs, is_over }: PlanTaken): string {
  const first = `${spentText(planned)}, ${duration(planned.seconds)}`
  if (runs === 0) return `${first}; no run has begun.`
  const so = runs === 1 ? 'one run took' : `${runs} runs took`
  const share = is_over ? against(taken.tokens, planned.tokens) : ' so far'
  return `${first}; ${so} ${spentText(taken)}, ${duration(taken.seconds)}${share}.`
}

/** The same, and when the rest of it will be done. */
export function progressText(plan: PlanProgress): string {
  const first = `Planned: ${plannedText(plan)}`
  return plan.is_over ? first : `${first} ${outlook(plan)}`
}
