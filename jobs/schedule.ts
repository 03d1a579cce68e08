import { IANAZone } from 'luxon'
import { schedule as onCron, validateDetailed } from 'node-cron'
import { configError } from '../src/errors.ts'
import { check, type CheckRequest } from '../src/check.ts'
import { judge } from '../src/check/verdict.ts'
import { runParts, untilStopped, type JobContext, type JobResult } from './job.ts'
import { readRequest, sync, type SyncFlags } from './sync.ts'

export interface ScheduleFlags extends SyncFlags {
  readonly cron: string
  readonly timezone: string
}

/** Throws `E_CONFIG` for what node-cron would take as never, or not at all. */
function assertCron({ cron, timezone }: ScheduleFlags): void {
  const { valid, errors } = validateDetailed(cron)
  const why = errors[0] === undefined ? '' : ` (${errors[0].message})`
  if (!valid) throw configError(`--cron takes an expression like "*/15 * * * *", not "${cron}"${why}.`)
  if (!IANAZone.isValidZone(timezone))
    throw configError(`--timezone takes a name like Europe/Tallinn, not "${timezone}".`)
}

/** Throws `E_CONFIG` where each run would fail in the same way; says once what each of them would leave out. */
async function assertReady(context: JobContext, request: CheckRequest): Promise<void> {
  const { errors, warnings } = judge(await check(runParts(context), request))
  if (errors.length > 0) throw configError(errors.join(' '))
  for (const warning of warnings) context.reporter.warn(warning)
}

/**
 * Syncs whenever the cron expression says so, one run at a time, until the signal aborts; a run that is under way
 * then ends after its checkpoint. A run that fails is shown and the next one comes as planned.
 */
export async function schedule(
  context: JobContext,
  flags: ScheduleFlags,
  show: (result: JobResult) => void,
): Promise<JobResult> {
  assertCron(flags)
  const { streams } = readRequest(context, flags, 'sync')
  await assertReady(context, { streams, allowance: { share: 1 }, quick: true })
  const { signal, reporter } = context
  let runs = 0
  let underWay: Promise<void> = Promise.resolve()
  let fail: (error: unknown) => void
  const unforeseen = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  const task = onCron(
    flags.cron,
    () => {
      underWay = sync(context, flags).then((result) => {
        runs++
        show(result)
        if (!signal.aborted) reporter.info(`Next sync at ${task.getNextRun()?.toISOString() ?? 'never'}`)
      })
      underWay.catch(fail)
      return underWay
    },
    { noOverlap: true, timezone: flags.timezone, suppressMissedWarning: true },
  )
  reporter.info(`Next sync at ${task.getNextRun()?.toISOString() ?? 'never'}`)
  try {
    await Promise.race([untilStopped(signal), unforeseen])
    await task.stop()
    await underWay
  } finally {
    await task.destroy()
  }
  return { json: { status: 'stopped', runs }, text: `Stopped after ${runs} runs.`, exit: 0 }
}
