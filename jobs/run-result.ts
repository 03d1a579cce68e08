import { exitCode } from '../src/outcome.ts'
import type { RunReport } from '../src/run-types.ts'
import type { JobResult } from './job.ts'
import { progressText } from './plan-progress-text.ts'
import { recordTable } from './text-table.ts'

const COLUMNS = [
  'stream',
  'status',
  'inserted',
  'updated',
  'unchanged',
  'stale',
  'tombstoned',
  'pages',
  'requests',
  'tokens',
  'seconds',
] as const

function ending({ status, requests, tokens, seconds, error, resume_at, plan }: RunReport): string {
  const spent = `${requests} requests, ${tokens} tokens, ${seconds.toFixed(1)} s`
  const why = error === undefined ? '' : `\n${error}`
  const when = resume_at === undefined ? '' : `\nIt can go on after ${resume_at}.`
  const planned = plan === undefined ? '' : `\n${progressText(plan)}`
  return `${status}: ${spent}${why}${when}${planned}`
}

/** A run's report for programs and for people. */
export function runResult(report: RunReport): JobResult {
  const table = report.streams.length === 0 ? '' : `${recordTable(COLUMNS, report.streams)}\n\n`
  return { json: report, text: table + ending(report), exit: exitCode(report.status, report.code) }
}
