import { exitCode } from '../src/outcome.ts'
import type { PlanReport, PlannedStream, PlanTotal } from '../src/plan/plan.ts'
import type { JobResult } from './job.ts'
import { duration, percent, spentText } from './spent-text.ts'
import { textTable } from './text-table.ts'

const COLUMNS = ['stream', 'requests', 'tokens', 'time', 'of the day', 'reason'] as const

function lineOf({ stream, requests, tokens, seconds, share_of_day, bound, reason }: PlannedStream) {
  const why = bound === 'about' ? reason : `${bound}: ${reason}`
  return [stream, requests, tokens, duration(seconds), percent(share_of_day), why]
}

function daysText({ days, done_on, allowed_per_day }: PlanTotal): string {
  if (days === null) return 'The budget lets it never end: raise --budget, or lower TOKEN_RESERVE.'
  if (days === 1) return 'It fits into what such a run may spend today.'
  return `That is more than one day's share: with one run a day of ${allowed_per_day} tokens it takes ${days} days, until ${done_on ?? ''} (UTC), if other integrations leave as much.`
}

function totalText(total: PlanTotal): readonly string[] {
  const { requests, tokens, seconds, bound, share_of_day, burst_limit, daily_limit, allowed_today } = total
  return [
    '',
    `In all ${bound} ${requests} requests, ${tokens} tokens (${percent(share_of_day)} of the ${daily_limit} a day), ${duration(seconds)} at ${burst_limit} requests in 2 s.`,
    `Such a run may spend ${allowed_today} tokens today. ${daysText(total)}`,
  ]
}

/** What a run would take, for programs and for people. */
export function planResult(report: PlanReport): JobResult {
  const { streams, total, status, code, error, resume_at, requests, tokens } = report
  const text = [
    textTable(COLUMNS, streams.map(lineOf)),
    ...(total === null ? [] : totalText(total)),
    '',
    `Nothing was loaded. Making this plan took ${spentText({ requests, tokens })}.`,
    ...(error === undefined ? [] : [error]),
    ...(resume_at === undefined ? [] : [`It can go on after ${resume_at}.`]),
  ]
  return { json: report, text: text.join('\n'), exit: exitCode(status, code) }
}
