import { check, type CheckRequest } from '../src/check.ts'
import { judge } from '../src/check/verdict.ts'
import { readSchedule, readWarehouse } from '../src/config.ts'
import { SyncError, configError } from '../src/errors.ts'
import { databaseExists, openDatabase, withSession, type Database } from '../src/load/database.ts'
import { readAccount, readBlock } from '../src/load/account.ts'
import { lastRun } from '../src/load/run-log.ts'
import { readFirstSeen } from '../src/load/sweep-state.ts'
import { scopeOf } from '../src/plan/scope.ts'
import { run } from '../src/run.ts'
import type { RunReport, RunRequest } from '../src/run-types.ts'
import { afterwards, freed, lookedAt, nextOf, openAgenda, type Deferral } from '../src/schedule/agenda.ts'
import { readCron } from '../src/schedule/cron.ts'
import {
  CADENCES,
  describeTimetable,
  missed,
  readTimezone,
  untilNext,
  type Cadence,
  type LastRuns,
  type Timetable,
} from '../src/schedule/timetable.ts'
import { runParts, type JobContext, type JobResult } from './job.ts'
import { runResult } from './run-result.ts'
import { readRequest, type ReadFlags } from './sync.ts'

export interface ScheduleFlags extends ReadFlags {
  readonly tick?: string
  readonly pass?: string
  readonly sweep?: string
  readonly timezone?: string
}

const UNBELIEVED =
  'Ticks without passes read only what Pipedrive tells of, and it does not tell of everything: let passes be run elsewhere (sync).'

/** Throws `E_CONFIG` for what is no timetable. */
function readTimetable({ environment }: JobContext, flags: ScheduleFlags): Timetable {
  const usual = readSchedule(environment)
  const named = (name: Cadence | 'timezone') =>
    flags[name] === undefined ? `SCHEDULE_${name.toUpperCase()}` : `--${name}`
  const timezone = readTimezone(named('timezone'), flags.timezone ?? usual.timezone)
  const cron = (cadence: Cadence) => readCron(named(cadence), flags[cadence] ?? usual[cadence], timezone)
  const timetable = { tick: cron('tick'), pass: cron('pass'), sweep: cron('sweep') }
  if (CADENCES.every((cadence) => timetable[cadence] === null))
    throw configError('--tick, --pass and --sweep are all off: there is nothing to do.')
  return timetable
}

/** Until when nothing can be done, and whether a person may end that before. */
interface Hold {
  readonly until: number
  readonly isBlock: boolean
}

/**
 * Throws `E_CONFIG` where each run would fail in the same way; says once what each of them would leave out. Gives from
 * when on something can be done, where nothing can now.
 */
async function assertReady(context: JobContext, request: CheckRequest): Promise<Hold> {
  try {
    const { errors, warnings } = judge(await check(runParts(context), request))
    if (errors.length > 0) throw configError(errors.join(' '))
    for (const warning of warnings) context.reporter.warn(warning)
    return { until: 0, isBlock: false }
  } catch (error) {
    if (!(error instanceof SyncError) || error.recovery !== 'defer' || error.retryAfterMs === undefined)
      throw error
    context.reporter.warn(error.message)
    return { until: context.clock.now() + error.retryAfterMs, isBlock: error.code === 'E_BLOCKED' }
  }
}

const NEVER: LastRuns = { pass: null, sweep: null }

/** When pass and sweep of these streams were last done; what never was has been due since the warehouse was made. */
async function readLastRuns(context: JobContext, flags: ScheduleFlags): Promise<LastRuns> {
  const warehouse = readWarehouse(context.environment)
  if (!(await databaseExists(warehouse))) return NEVER
  return withSession(warehouse, 'schedule', context.signal, async (session) => {
    const { account } = warehouse
    if ((await readAccount(session, account)) === null) return NEVER
    const firstSeen = await readFirstSeen(session, account)
    // A sweep by hand is one of everything, and so one of tonight's part.
    const last = async (cadence: 'pass' | 'sweep'): Promise<number> => {
      const requests = [requestOf(context, flags, cadence), readRequest(context, flags, cadence)]
      return (await lastRun(session, account, requests.map(scopeOf))) ?? firstSeen
    }
    return { pass: await last('pass'), sweep: await last('sweep') }
  })
}

/** Whether a block that was recorded lasts no more: `resume --now` may have ended it. */
async function isLifted({ environment, clock, signal }: JobContext): Promise<boolean> {
  const warehouse = readWarehouse(environment)
  if (!(await databaseExists(warehouse))) return false
  try {
    const until = await withSession(warehouse, 'schedule', signal, (session) =>
      readBlock(session, warehouse.account),
    )
    return until !== null && until.getTime() <= clock.now()
  } catch (error) {
    // Without the database there is no run either: it is looked at again in a minute.
    if (error instanceof SyncError) return false
    throw error
  }
}

async function heldDatabase({ environment }: JobContext): Promise<Database | null> {
  const warehouse = readWarehouse(environment)
  return (await databaseExists(warehouse)) ? openDatabase(warehouse) : null
}

/** Waits for what the signal may end; `otherwise` where it does. */
async function unlessStopped<Value>(
  signal: AbortSignal,
  waited: Promise<Value>,
  otherwise: Value,
): Promise<Value> {
  try {
    return await waited
  } catch (error) {
    if (signal.aborted && error === signal.reason) return otherwise
    throw error
  }
}

/** What a cadence reads; of a sweep, this night's part. */
function requestOf(context: JobContext, flags: ScheduleFlags, cadence: Cadence): RunRequest {
  const request = readRequest(context, flags, cadence)
  return cadence === 'sweep' ? { ...request, only: 'stalest', detail: 'a part' } : request
}

function deferralOf({ resume_at: at, waits = 'account' }: RunReport): Deferral | null {
  return at === undefined ? null : { until: Date.parse(at), waits }
}

function shown(cadence: Cadence, report: RunReport): JobResult {
  const { text, exit } = runResult(report)
  return { json: { cadence, ...report }, text: `${cadence} ${text}`, exit }
}

/**
 * Ticks, passes and sweeps by the timetable, one run at a time, until the signal aborts; a run that is under way then
 * ends after its checkpoint. What was missed before the start is done first. A run that fails is shown and the next one
 * comes as planned; one that is deferred is taken up again when it can go on.
 */
export async function schedule(
  context: JobContext,
  flags: ScheduleFlags,
  show: (result: JobResult) => void,
): Promise<JobResult> {
  const { clock, reporter, signal } = context
  const timetable = readTimetable(context, flags)
  const { streams } = readRequest(context, flags, timetable.tick === null ? 'pass' : 'tick')
  const hold = await assertReady(context, { streams, allowance: { share: 1 }, quick: true })
  // An embedded server that stops with each run would have to start with each tick.
  await using _held = await heldDatabase(context)
  if (timetable.tick !== null && timetable.pass === null) reporter.warn(UNBELIEVED)
  reporter.info(`Scheduled: ${describeTimetable(timetable)}`)
  const began = clock.now()
  const lastRuns = await unlessStopped(signal, readLastRuns(context, flags), NEVER)
  let agenda = openAgenda(missed(timetable, lastRuns, began), began, hold.until)
  let { isBlock } = hold
  let runs = 0
  while (!signal.aborted) {
    agenda = lookedAt(agenda, timetable, clock.now())
    const cadence = nextOf(agenda, clock.now())
    if (cadence === null) {
      await unlessStopped(signal, clock.sleep(untilNext(timetable, clock.now()), signal), undefined)
      if (!isBlock || !(await unlessStopped(signal, isLifted(context), false))) continue
      agenda = freed(agenda, clock.now())
      isBlock = false
      continue
    }
    const report = await run(runParts(context), requestOf(context, flags, cadence))
    runs++
    show(shown(cadence, report))
    isBlock = report.code === 'E_BLOCKED'
    agenda = afterwards(agenda, timetable, cadence, clock.now(), deferralOf(report))
  }
  return { json: { status: 'stopped', runs }, text: `Stopped after ${runs} runs.`, exit: 0 }
}
