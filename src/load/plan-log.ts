import { sql } from 'kysely'
import { tableExists, type Session } from './connection.ts'

export interface Amount {
  readonly requests: number
  readonly tokens: number
  readonly seconds: number
}

/** What a plan says that a stream will take. */
export interface PlannedStream extends Amount {
  readonly stream: string
  readonly bound: string
  readonly reason: string
}

/** What was planned, and what the runs by that plan have taken so far. */
export interface PlanTaken {
  /** The run that made the plan, and when, ISO. */
  readonly run: number
  readonly made_at: string
  readonly planned: Amount
  readonly taken: Amount
  /** How many runs there were, and whether the last one read all to its end. */
  readonly runs: number
  readonly is_over: boolean
  readonly streams: readonly {
    readonly stream: string
    readonly planned_tokens: number
    readonly taken_tokens: number
  }[]
}

/** The run's own requests, as the ledger calls them. Of a plan this line has the time of the whole, since streams overlap. */
export const OWN = 'account'

/** Keeps what a plan expects. */
export async function logPlan(
  { control }: Session,
  account: string,
  run: string,
  streams: readonly PlannedStream[],
): Promise<void> {
  if (streams.length === 0) return
  const rows = streams.map((each) => ({ ...each, account, run_id: run }))
  await control.insertInto('plan_stream').values(rows).execute()
}

/** The plan that a run goes by: the latest of the same scope that no run has carried out yet, and no older than 30 days. */
export async function findPlan({ control }: Session, account: string, scope: string): Promise<string | null> {
  const plan = await control
    .selectFrom('run as plan')
    .select('plan.id')
    .where((is) => is.and({ 'plan.account': account, 'plan.kind': 'plan', 'plan.scope': scope }))
    .where('plan.status', 'in', ['done', 'partial'])
    .where('plan.started_at', '>', sql<Date>`now() - interval '30 days'`)
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('run')
            .select('run.id')
            .whereRef('run.plan_id', '=', 'plan.id')
            .where('run.status', 'in', ['done', 'partial']),
        ),
      ),
    )
    .orderBy('plan.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return plan?.id ?? null
}

/** What a plan said, and what the runs by it have taken so far. */
export async function readProgress({ control }: Session, plan: string): Promise<PlanTaken> {
  const made = await control
    .selectFrom('run')
    .select('started_at')
    .where('id', '=', plan)
    .executeTakeFirstOrThrow()
  const streams = await control
    .selectFrom('plan_stream as planned')
    .select(['planned.stream', 'planned.requests', 'planned.tokens', 'planned.seconds'])
    .select((is) =>
      is
        .selectFrom('token_ledger')
        .innerJoin('run', 'run.id', 'token_ledger.run_id')
        .select(({ fn }) => fn.sum<string | null>('token_ledger.tokens').as('taken'))
        .where('run.plan_id', '=', plan)
        .whereRef('token_ledger.stream', '=', 'planned.stream')
        .as('taken'),
    )
    .where('planned.run_id', '=', plan)
    .orderBy('planned.tokens', 'desc')
    .orderBy('planned.stream')
    .execute()
  const runs = await control
    .selectFrom('run')
    .select(['requests', 'tokens', 'status'])
    .select(sql<number>`extract(epoch from finished_at - started_at)::float8`.as('seconds'))
    .where('plan_id', '=', plan)
    .execute()
  return {
    run: Number(plan),
    made_at: made.started_at.toISOString(),
    planned: { ...sumOf(streams), seconds: streams.find(({ stream }) => stream === OWN)?.seconds ?? 0 },
    taken: sumOf(runs),
    runs: runs.length,
    is_over: runs.some(({ status }) => status === 'done' || status === 'partial'),
    streams: streams.map(({ stream, tokens, taken }) => ({
      stream,
      planned_tokens: tokens,
      taken_tokens: Number(taken ?? 0),
    })),
  }
}

/** The latest plan, whatever it was for, and what runs by it have taken. */
export async function readLastPlan(session: Session, account: string) {
  const { control, schemas } = session
  // The tables may be of an earlier version: looking at them changes nothing.
  if (!(await tableExists(session, schemas.control, 'plan_stream'))) return null
  const plan = await control
    .selectFrom('run')
    .select(['id', 'command'])
    .where((is) => is.and({ account, kind: 'plan' }))
    .where('status', 'in', ['done', 'partial'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return plan === undefined ? null : { command: plan.command, ...(await readProgress(session, plan.id)) }
}

function sumOf(amounts: readonly Amount[]): Amount {
  const sum = (of: keyof Amount): number => amounts.reduce((total, each) => total + each[of], 0)
  return { requests: sum('requests'), tokens: sum('tokens'), seconds: sum('seconds') }
}
