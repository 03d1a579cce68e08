import { constants } from 'node:os'
import type { JobContext, JobResult } from '../jobs/job.ts'
import { systemClock } from './clock.ts'
import { readEnvironment, readLog, readSecrets, type Environment, type LogConfig } from './config.ts'
import { SyncError } from './errors.ts'
import { logReporter } from './log-reporter.ts'
import { createLog, redactor } from './log.ts'
import { exitCode } from './outcome.ts'
import type { Reporter } from './reporter.ts'
import { terminalReporter } from './terminal-reporter.ts'

export type Job = (
  context: JobContext,
  /** Shows a result before the job has ended. */
  show: (result: JobResult) => void,
) => JobResult | Promise<JobResult>

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

function stopped(signal: string): SyncError {
  return new SyncError({
    code: 'E_STOPPED',
    recovery: 'abort-run',
    message: `Stopped by ${signal} after the last checkpoint; the next run goes on from there.`,
  })
}

/** The first signal ends the job after its checkpoint; a second one is left to its default, which ends the process. */
function onSignal(stop: AbortController): { readonly received: () => (typeof SIGNALS)[number] | null } {
  let received: (typeof SIGNALS)[number] | null = null
  for (const signal of SIGNALS)
    process.once(signal, () => {
      received = signal
      stop.abort(stopped(signal))
    })
  return { received: () => received }
}

function chooseReporter(config: LogConfig, json: boolean): Reporter {
  if (process.stderr.isTTY && !json)
    return terminalReporter(process.stderr, systemClock, redactor(config.secrets))
  return logReporter(createLog(config, process.stderr))
}

function failure(error: SyncError): JobResult {
  const status = error.recovery === 'defer' ? 'deferred' : 'failed'
  const { code, message } = error
  return { json: { status, code, error: message }, text: message, exit: exitCode(status, code) }
}

/** A failure goes to stderr for people; programs that asked for JSON find it on stdout like any result. */
function print({ json, text, exit }: JobResult, asJson: boolean, redact: (text: string) => string): void {
  if (asJson) process.stdout.write(`${redact(JSON.stringify(json))}\n`)
  const stream = exit === 0 ? process.stdout : process.stderr
  if (!asJson) stream.write(`${redact(text)}\n`)
}

async function attempt(job: Job, environment: Environment, json: boolean, redact: (text: string) => string) {
  const stop = new AbortController()
  const signals = onSignal(stop)
  try {
    const reporter = chooseReporter(readLog(environment), json)
    const context: JobContext = { environment, clock: systemClock, signal: stop.signal, reporter }
    const result = await job(context, (part) => print(part, json, redact))
    return { result, signal: signals.received() }
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    return { result: failure(error), signal: signals.received() }
  }
}

/** Runs a job as the process: its result on stdout, all else on stderr, and the exit code that it has earned. */
export async function runJob(job: Job, json: boolean): Promise<void> {
  const environment = readEnvironment()
  const redact = redactor(readSecrets(environment))
  try {
    const { result, signal } = await attempt(job, environment, json, redact)
    print(result, json, redact)
    process.exitCode = signal !== null && result.exit !== 0 ? 128 + constants.signals[signal] : result.exit
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`${redact(`An error that nobody foresaw; please report it.\n${what}`)}\n`)
    if (json)
      process.stdout.write(`${redact(JSON.stringify({ status: 'failed', error: what.split('\n')[0] }))}\n`)
    process.exitCode = exitCode('failed')
  }
}
