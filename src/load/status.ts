import { sql } from 'kysely'
import { dayOf } from '../token-day.ts'
import type { Stream } from '../streams/stream.ts'
import { readBlock } from './account.ts'
import { tableExists, type Session } from './connection.ts'
import { readDrift, type DriftState } from './drift.ts'
import { readLastPlan, type PlanTaken } from './plan-log.ts'
import { isOver, readSpent } from './run-log.ts'
import { readTokenDay } from './token-day.ts'

export interface StreamState {
  readonly stream: string
  /** Rows without a tombstone, and with one. */
  readonly rows: number
  readonly deleted: number
  /** How far its changes have been read, ISO; null where a stream is always read whole. */
  readonly bookmark: string | null
  readonly last_status: string | null
  readonly last_run_at: string | null
  readonly error: string | null
  /** What the last run that read it asked a person to look at. */
  readonly warning: string | null
}

export interface RunState {
  readonly id: number
  readonly command: string
  readonly status: string
  readonly started_at: string
  readonly finished_at: string | null
  readonly requests: number
  readonly tokens: number
  readonly error: string | null
}

export interface WarehouseState {
  readonly company: string
  /** Null when there is no block, or none any more. */
  readonly blocked_until: string | null
  readonly streams: readonly StreamState[]
  /** What Pipedrive sent that did not find its place in a column. */
  readonly drift: readonly DriftState[]
  readonly runs: readonly RunState[]
  /** The latest plan, and what runs by it have taken; null where there never was one. */
  readonly plan: (PlanTaken & { readonly command: string }) | null
  /** Tokens spent today (UTC) by this warehouse, and the company's balance as last told; null where it was not. */
  readonly tokens_today: number
  readonly daily_limit: number | null
  readonly daily_remaining: number | null
}

function iso(moment: Date | null): string | null {
  return moment === null ? null : moment.toISOString()
}

/** bigint comes from the driver as text. */
function numberOrNull(value: number | string | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}

async function readRuns({ control }: Session, account: string): Promise<RunState[]> {
  // Who was killed could not say so; the next run will write it down.
  const status = sql<string>`case when status = 'running' and ${isOver(sql.ref('id'))} then 'killed' else status end`
  const rows = await control
    .selectFrom('run')
    .select(['id', 'command', 'started_at', 'finished_at', 'requests', 'tokens', 'error'])
    .select(status.as('status'))
    .where('account', '=', account)
    .orderBy('id', 'desc')
    .limit(5)
    .execute()
  return rows.map(({ id, started_at, finished_at, ...rest }) => ({
    ...rest,
    id: Number(id),
    started_at: started_at.toISOString(),
    finished_at: iso(finished_at),
  }))
}

/** A run that failed, or in which the stream was not due, does not show that all is well again. */
async function readWarning({ control }: Session, account: string, stream: string): Promise<string | null> {
  const told = await control
    .selectFrom('run_stream')
    .select('warning')
    .where((is) => is.and({ account, stream }))
    .where((is) =>
      is.or([is('warning', 'is not', null), is.and([is('status', '=', 'done'), is('requests', '>', 0)])]),
    )
    .orderBy('run_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return told?.warning ?? null
}

async function readStream(
  session: Session,
  account: string,
  { name: stream, partitions }: Stream,
): Promise<StreamState> {
  const { control, data, schemas } = session
  const there = await tableExists(session, schemas.data, stream)
  // A stream without records of its own has a table of another shape.
  const hasTombstones = partitions.length > 0
  const counted = there
    ? await data
        .selectFrom(stream)
        .select(({ fn }) => [
          fn.countAll<string>().as('all'),
          (hasTombstones ? fn.count<string>('_deleted_at') : sql<string>`0`).as('deleted'),
        ])
        .executeTakeFirstOrThrow()
    : { all: '0', deleted: '0' }
  const state = await control
    .selectFrom('stream_state')
    .select(({ fn }) => fn.max('bookmark').as('bookmark'))
    .where((is) => is.and({ account, stream }))
    .executeTakeFirst()
  const last = await control
    .selectFrom('run_stream')
    .innerJoin('run', 'run.id', 'run_stream.run_id')
    .select(['run_stream.status', 'run.started_at', 'run_stream.error'])
    .where('run_stream.account', '=', account)
    .where('run_stream.stream', '=', stream)
    .orderBy('run.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const deleted = Number(counted.deleted)
  return {
    stream,
    rows: Number(counted.all) - deleted,
    deleted,
    bookmark: iso(state?.bookmark ?? null),
    last_status: last?.status ?? null,
    last_run_at: iso(last?.started_at ?? null),
    error: last?.error ?? null,
    warning: await readWarning(session, account, stream),
  }
}

/**
 * What the warehouse holds and how its last runs went; null when nothing was ever synced into it.
 * `now` is in epoch milliseconds.
 */
export async function readState(
  session: Session,
  account: string,
  streams: readonly Stream[],
  now: number,
): Promise<WarehouseState | null> {
  const { control, schemas } = session
  if (!(await tableExists(session, schemas.control, 'account'))) return null
  const company = await control
    .selectFrom('account')
    .selectAll()
    .where('account', '=', account)
    .executeTakeFirst()
  if (company === undefined) return null
  const blocked = await readBlock(session, account)
  const states: StreamState[] = []
  for (const stream of streams) states.push(await readStream(session, account, stream))
  const { turnsAt } = await readTokenDay(session, account)
  const { spent } = await readSpent(session, account, dayOf(now, turnsAt))
  const balance = await control
    .selectFrom('token_ledger')
    .select(['limit_seen', 'balance_seen'])
    .where('account', '=', account)
    .where('balance_seen', 'is not', null)
    .orderBy('run_id', 'desc')
    .orderBy('balance_seen')
    .limit(1)
    .executeTakeFirst()
  return {
    company: company.company_name,
    blocked_until: blocked !== null && blocked.getTime() > now ? iso(blocked) : null,
    streams: states,
    drift: await readDrift(session, account, streams),
    runs: await readRuns(session, account),
    plan: await readLastPlan(session, account),
    tokens_today: spent,
    daily_limit: numberOrNull(balance?.limit_seen),
    daily_remaining: numberOrNull(balance?.balance_seen),
  }
}
