import { contextOf, attempt, eachStream, openLog, type StreamEnd } from '../run-streams.ts'
import { runWith } from '../run.ts'
import type { RunParts, RunReport, RunRequest, RunWork } from '../run-types.ts'
import type { Stream } from '../streams/stream.ts'
import { emptyVerdict, type Verdict } from './findings.ts'
import type { VerifyContext, VerifyOptions } from './subject.ts'
import { totalsCount, verifyStream } from './verify-stream.ts'

export interface VerifyRequest extends Omit<RunRequest, 'command' | 'plan'>, VerifyOptions {}

export interface StreamVerdict extends StreamEnd, Readonly<Verdict> {}

export interface VerifyReport extends RunReport<StreamVerdict> {
  /** Whether everything was verified and nothing differs. */
  readonly equal: boolean
  readonly sample: number | null
  readonly seed: string
}

const WHOLE = { mode: 'sweep', since: null, until: null } as const

/** Verifies the streams of a run; what each has spent is kept in the ledger. */
function verifyStreams(options: VerifyOptions): RunWork<StreamVerdict> {
  return (state, database, session, begun) => {
    const log = openLog(state, session, begun.id)
    const context: VerifyContext = { ...contextOf(state, begun, log), verify: options }
    return eachStream(state, begun, async (stream) => {
      const verdict = emptyVerdict()
      const end = await attempt(state, database, stream.name, (own) =>
        verifyStream(stream, own, context, verdict),
      )
      if (verdict.warning !== null) state.parts.reporter.warn(verdict.warning, { stream: stream.name })
      await log.spent(stream.name)
      return { ...end, ...verdict }
    })
  }
}

function isEqual(verdict: Verdict): boolean {
  const totalsDiffer = totalsCount(verdict) && verdict.totals.some(({ equal }) => !equal)
  return verdict.differences.length === 0 && !totalsDiffer
}

/** Whether Pipedrive shows at any time all that the rows of a stream stand for. */
export function isComparable({ lasting }: Stream): boolean {
  return lasting === undefined
}

/** The run that a verification is, over what can be compared. */
export function verificationOf(request: VerifyRequest): RunRequest {
  const command = request.repair ? 'verify --repair' : 'verify'
  const streams = request.streams.filter(isComparable)
  const detail = `sample ${request.sample ?? 'all'}`
  return { ...request, streams, command, plan: WHOLE, kind: 'verify', detail }
}

/** Compares the warehouse as it is with Pipedrive as it is, and mends what differs where that is asked for; leaves out what cannot be compared. */
export async function verify(parts: RunParts, request: VerifyRequest): Promise<VerifyReport> {
  const { sample, seed, repair } = request
  const report = await runWith(parts, verificationOf(request), verifyStreams({ sample, seed, repair }))
  // What Pipedrive does not show to us can be neither equal nor different.
  const isOver = report.streams.every(
    ({ status, unread }) => status === 'done' || (status === 'skipped' && !unread),
  )
  const verified = report.streams.filter(({ status }) => status === 'done')
  const equal = report.error === undefined && isOver && verified.length > 0 && verified.every(isEqual)
  return { ...report, equal, sample, seed }
}
