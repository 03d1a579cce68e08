import { setMaxListeners } from 'node:events'
import { SyncError } from './errors.ts'
import { SMALLEST_DAY } from './extract/allowance.ts'
import { createClient } from './extract/client.ts'
import { readIdentity, type Identity } from './extract/identity.ts'
import { identify, unlessBlocked } from './identify.ts'
import { keepBlock } from './keep-block.ts'
import { assertNotBlocked, listenForBlock } from './load/account.ts'
import type { Session } from './load/connection.ts'
import { describeFailure } from './load/database-error.ts'
import { assertCanBeMade, databaseExists, openDatabase } from './load/database.ts'
import { findPlan, readProgress, type PlanTaken } from './load/plan-log.ts'
import { readDaysSpent, readLastReads } from './load/priorities.ts'
import { assertNoClashes } from './load/name-clashes.ts'
import { assertPrivileges } from './load/privileges.ts'
import { forgetRange } from './load/ranges.ts'
import { endRun, logTokens, startRun, readSpent, type StreamReport } from './load/run-log.ts'
import { keepTokenDay, readTokenDay } from './load/token-day.ts'
import { runStatus } from './outcome.ts'
import { progressOf } from './plan/progress.ts'
import { scopeOf } from './plan/scope.ts'
import {
  historyIn,
  inOrderOfNeed,
  keptFromHistory,
  kindOf,
  moreImportant,
  needOfADay,
  type Kind,
} from './priority.ts'
import { readHinted } from './read-hinted.ts'
import { runStreams } from './run-streams.ts'
import type { AnyReport, Begun, Run, RunParts, RunReport, RunRequest, RunWork } from './run-types.ts'
import { runNight } from './night.ts'
import { runTick } from './tick.ts'
import { tablesOf } from './streams/stream.ts'

/** Requests in flight at most, over all streams. */
const REQUESTS_AT_ONCE = 16

const WORK: Readonly<Record<NonNullable<RunRequest['only']>, RunWork<StreamReport>>> = {
  changed: runTick,
  stalest: runNight,
}

/** Reads some streams once, as `runWith` does. */
export function run(parts: RunParts, request: RunRequest): Promise<RunReport> {
  const whole = request.plan.mode === 'range' ? runStreams : readHinted
  return runWith(parts, request, request.only === undefined ? whole : WORK[request.only])
}

/**
 * Opens a run over some streams, does the work, and closes the run. What goes wrong with a stream or the run is in the report; only an error that nobody
 * foresaw is thrown, after the run has been closed.
 */
export async function runWith<Report extends AnyReport>(
  parts: RunParts,
  request: RunRequest,
  work: RunWork<Report>,
): Promise<RunReport<Report>> {
  const started = parts.clock.now()
  const stop = new AbortController()
  const forward = (): void => stop.abort(parts.signal.reason)
  if (parts.signal.aborted) forward()
  parts.signal.addEventListener('abort', forward, { once: true })
  // Every request of the run listens to this one signal.
  setMaxListeners(0, stop.signal)
  const { warehouse, source, clock } = parts
  const { allowance } = request
  const client = createClient({
    ...source,
    allowance,
    concurrency: REQUESTS_AT_ONCE,
    clock,
    signal: stop.signal,
    onBlock: (block) => keepBlock(parts, block),
  })
  const state: Run = { parts, request, client, stop }
  let streams: readonly Report[] = []
  let failure: SyncError | null = null
  let progress: PlanTaken | null = null
  try {
    const exists = await databaseExists(warehouse)
    if (!exists) await assertCanBeMade(warehouse)
    const early = exists ? undefined : readIdentity(client.send)
    await early?.catch(unlessBlocked)
    await using database = await openDatabase(warehouse)
    await using session = await database.connect('run', { signal: stop.signal, in: 'lock' })
    const begun = await begin(state, session, early)
    streams = await work(state, database, session, begun)
    await finish(state, session, begun.id, streams)
    if (begun.planId !== null) progress = await readProgress(session, begun.planId)
  } catch (error) {
    const known = describeFailure(request.command, error, stop.signal)
    if (!(known instanceof SyncError)) throw error
    failure = known
  } finally {
    parts.signal.removeEventListener('abort', forward)
  }
  const plan = progress === null ? {} : { plan: progressOf(progress, client.ledger.perDay(), clock.now()) }
  return { ...report(state, started, streams, failure), ...plan }
}

function report<Report extends AnyReport>(
  { client, stop, parts }: Run,
  started: number,
  streams: readonly Report[],
  failure: SyncError | null,
): RunReport<Report> {
  const now = parts.clock.now()
  const why = failure ?? (stop.signal.reason instanceof SyncError ? stop.signal.reason : null)
  return {
    status: runStatus(why, streams),
    ...client.ledger.total,
    seconds: (now - started) / 1000,
    streams,
    ...(why === null ? {} : { code: why.code, error: why.message }),
    ...deferral(why, now),
  }
}

/** When a run can go on, and who waits until then; nothing where it was not deferred. */
function deferral(why: SyncError | null, now: number): Pick<RunReport, 'resume_at' | 'waits'> {
  if (why?.recovery !== 'defer' || why.retryAfterMs === undefined) return {}
  return { resume_at: new Date(now + why.retryAfterMs).toISOString(), waits: why.waits }
}

/** What is kept of why a run ended. */
function reasonOf(reason: unknown, now: number): string | null {
  if (!(reason instanceof Error)) return null
  const { resume_at: at } = deferral(reason instanceof SyncError ? reason : null, now)
  return at === undefined ? reason.message : `${reason.message} It can go on after ${at}.`
}

/**
 * Opens the run. Everything that can be refused is asked first: the database before the first request, the token
 * before the first write.
 */
async function begin(state: Run, session: Session, early: Promise<Identity> | undefined): Promise<Begun> {
  const { parts, request, client, stop } = state
  const { account } = parts.warehouse
  await assertPrivileges(session)
  await assertNoClashes(session, request.streams.flatMap(tablesOf))
  // Heard of before it is asked for, so that none is missed between the two.
  await listenForBlock(session, account, parts.clock, (error) => stop.abort(error))
  await assertNotBlocked(session, account, parts.clock.now())
  const { userId, userName, companyName } = await identify(state, session, early).catch(async (error) => {
    // The first error tells what happened; this fails too when the connection is gone.
    await keepTokenDay(session, account, client.ledger.tokenDay()).catch(() => undefined)
    throw error
  })
  const kind = kindOf(request)
  const { streams, plan } = request
  const lastReads = await readLastReads(session, account, streams)
  const order = inOrderOfNeed(streams, lastReads, plan)
  const history = historyIn(streams, lastReads, plan)
  await openLedger(state, session, kind, history)
  const scope = scopeOf(request)
  const planId = request.isPlan === true ? null : await findPlan(session, account, scope)
  const isPlan = request.isPlan === true
  const purpose = isPlan ? { kind: 'plan', scope } : { kind, planId, scope: kind === 'tick' ? null : scope }
  const id = await startRun(session, account, request.command, purpose)
  await logTokens(session, account, id, 'account', client.ledger.page('account'))
  parts.reporter.info(`Reading ${companyName} as ${userName}`, { run: id })
  return { id, userId, order, history, planId }
}

/** Tells the ledger of a run what it may spend, and what of it on history, by what is known of the day. */
async function openLedger(
  { parts, client: { ledger } }: Run,
  session: Session,
  kind: Kind,
  streams: ReadonlySet<string>,
): Promise<void> {
  const { account } = parts.warehouse
  ledger.know(await readTokenDay(session, account))
  const { limit: told, spent } = await readSpent(session, account, ledger.day())
  const limit = told ?? SMALLEST_DAY.limit
  ledger.assume(Math.max(0, limit - spent), limit)
  const days = await readDaysSpent(session, account, moreImportant('backfill'), ledger.day())
  const daily = ledger.balance()?.limit ?? limit
  const history = { streams, kind: 'backfill', day: keptFromHistory(days, daily) } as const
  ledger.keep(needOfADay(days, moreImportant(kind)), history)
}

/** Closes the run in the control tables, whatever became of it. */
async function finish(state: Run, session: Session, id: string, reports: readonly AnyReport[]) {
  const { parts, request, client, stop } = state
  const { account } = parts.warehouse
  const { plan, streams } = request
  const names = streams.map(({ name }) => name)
  const reason: unknown = stop.signal.reason
  const why = reason instanceof SyncError ? reason : null
  // What is not shown to us is no reason to go on with the range.
  const isRead = plan.mode === 'range' && request.isPlan !== true
  if (isRead && reports.every(({ status }) => status === 'done' || status === 'skipped'))
    await forgetRange(session, account, names, plan)
  await logTokens(session, account, id, 'account', client.ledger.page('account'))
  await keepTokenDay(session, account, client.ledger.tokenDay())
  const unforeseen = reason instanceof Error && why === null
  await endRun(session, id, {
    status: unforeseen ? 'failed' : runStatus(why, reports),
    ...client.ledger.total,
    error: reasonOf(reason, parts.clock.now()),
  })
  if (unforeseen) throw reason
}
