import { SMALLEST_DAY } from '../extract/allowance.ts'
import { logPlan, OWN } from '../load/plan-log.ts'
import { runWith } from '../run.ts'
import type { Run, RunParts, RunReport, RunRequest, RunWork } from '../run-types.ts'
import { attempt, contextOf, eachStream, openLog, STREAMS_AT_ONCE } from '../run-streams.ts'
import type { StreamStatus } from '../load/run-log.ts'
import { dateAfter, daysFor } from './days.ts'
import { boundOf, estimateAll, type Estimate } from './estimate.ts'
import type { Asked, Bound, StreamFacts } from './facts.ts'
import { readFacts } from './read-facts.ts'
import { secondsOfAll, SMALLEST_BURST } from './time.ts'

export interface PlannedStream extends Estimate {
  /** `skipped`: Pipedrive does not show it to us. */
  readonly status: StreamStatus
  /** Of the tokens of a whole day, 0 to 1. */
  readonly share_of_day: number
}

/** What a run will take in all, and how long its budget lets that last. */
export interface PlanTotal {
  readonly requests: number
  readonly tokens: number
  readonly seconds: number
  readonly bound: Bound
  readonly share_of_day: number
  /** Requests in two seconds that the time goes by. */
  readonly burst_limit: number
  readonly daily_limit: number
  /** Tokens that such a run may spend: today, and on each day after it. */
  readonly allowed_today: number
  readonly allowed_per_day: number
  /** With a run a day; null where it never ends. */
  readonly days: number | null
  readonly done_on: string | null
}

export interface PlanReport extends RunReport<PlannedStream> {
  /** What the run will take; null where the plan could not be made. What making it took stands beside it. */
  readonly total: PlanTotal | null
}

/** Whose token it is: every run asks. */
const IDENTITY = { requests: 1, tokens: 2 } as const

function totalOf({ client, parts }: Run, estimates: readonly Estimate[], burst: number): PlanTotal {
  const { ledger } = client
  const sum = (of: 'requests' | 'tokens'): number =>
    estimates.reduce<number>((total, each) => total + each[of], IDENTITY[of])
  const limit = ledger.balance()?.limit ?? SMALLEST_DAY.limit
  const budget = { today: Math.max(0, ledger.left()), perDay: ledger.perDay() ?? 0 }
  const tokens = sum('tokens')
  const days = daysFor(tokens, budget)
  return {
    requests: sum('requests'),
    tokens,
    seconds: secondsOfAll(estimates, burst, STREAMS_AT_ONCE),
    bound: boundOf(estimates.map(({ bound }) => bound)),
    share_of_day: tokens / limit,
    burst_limit: burst,
    daily_limit: limit,
    allowed_today: budget.today,
    allowed_per_day: budget.perDay,
    days,
    done_on: days === null ? null : dateAfter(days, parts.clock.now()),
  }
}

interface Found {
  readonly status: StreamStatus
  readonly facts: StreamFacts
}

function isKnown(status: StreamStatus | undefined): boolean {
  return status === 'done' || status === 'skipped'
}

const UNKNOWN = {
  lists: [],
  families: [],
  fields: new Map(),
  pace: { rowsPerSecond: null, requestsPerSecond: null },
}

/** Finds out what is known of each stream, and keeps what that makes of the run. */
function planStreams(asked: Asked, tell: (total: PlanTotal) => void): RunWork<PlannedStream> {
  return async (state, database, session, begun) => {
    const log = openLog(state, session, begun.id)
    const context = contextOf(state, begun, log)
    const found = await eachStream(state, begun, async (stream): Promise<Found> => {
      let facts: StreamFacts | null = null
      const { status, error = null } = await attempt(state, database, stream.name, async (own) => {
        facts = await readFacts(stream, own, context, asked)
      })
      await log.spent(stream.name)
      return { status, facts: facts ?? { stream, leftAlone: error, ...UNKNOWN } }
    })
    const burst = state.client.burstLimit() ?? SMALLEST_BURST
    const facts = found.map((each) => each.facts)
    const estimates = estimateAll(facts, asked, burst).map((each, index) => ({
      ...each,
      // What a run would take of a stream that could not be looked at is not known.
      bound: isKnown(found[index]?.status) ? each.bound : ('at least' as const),
    }))
    const total = totalOf(state, estimates, burst)
    tell(total)
    const whole = {
      stream: OWN,
      ...IDENTITY,
      seconds: total.seconds,
      bound: total.bound,
      reason: 'the whole',
    }
    await logPlan(session, state.parts.warehouse.account, begun.id, [whole, ...estimates])
    const share = (tokens: number): number => tokens / total.daily_limit
    return estimates.map((each, index) => ({
      ...each,
      status: found[index]?.status ?? 'done',
      share_of_day: share(each.tokens),
    }))
  }
}

/** Says what a run would take, and loads nothing. What Pipedrive has to be asked for is paid like the requests of any run. */
export async function plan(
  parts: RunParts,
  request: RunRequest,
  how: Partial<Asked> = {},
): Promise<PlanReport> {
  const asked: Asked = { mode: request.plan.mode, sample: null, ...how }
  let total: PlanTotal | null = null
  const command = `${request.command}${asked.mode === 'sweep' ? ' --sweep' : ''} --plan`
  const report = await runWith(
    parts,
    { ...request, command, isPlan: true },
    planStreams(asked, (made) => {
      total = made
    }),
  )
  return { ...report, total }
}
