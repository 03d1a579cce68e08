import { constants } from 'node:os'
import type { JobContext, JobResult } from '../jobs/job.ts'
import { systemClock } from './clock.ts'
import { readEnvironment, readLog, readSecrets, type LogConfig } from './config.ts'
import { SyncError } from './errors.ts'
import { logReporter } from './log-reporter.ts'
import { createLog, redactor, type Redact } from './log.ts'
import { exitCode } from './outcome.ts'
import { atLevel, type Reporter } from './reporter.ts'
import { terminalReporter } from './terminal-reporter.ts'

export type Job = (
  context: JobContext,
  /** Shows a result before the job has ended. */
  show: (result: JobResult) => void,
) => JobResult | Promise<JobResult>

/** SIGHUP comes when the terminal is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

function stopped(signal: string): SyncError {
  return new SyncError({
    code: 'E_STOPPED',
    recovery: 'abort-run',
    message: `Stopped by ${signal} after the last checkpoint; the next run goes on from there.`,
  })
}

/** The first signal ends the job after its checkpoint; a second one, of whichever kind, ends the process at once. */
function onSignal(stop: AbortController): { readonly received: () => Signal | null } {
  let received: Signal | null = null
  const first = (signal: Signal): void => {
    received = signal
    for (const each of SIGNALS) process.removeListener(each, first)
    stop.abort(stopped(signal))
  }
  for (const signal of SIGNALS) process.on(signal, first)
  return { received: () => received }
}

function chooseReporter({ level, secrets }: LogConfig, json: boolean): Reporter {
  const redact = redactor(secrets)
  const terminal = process.stderr.isTTY && !json
  const reporter = terminal
    ? terminalReporter(process.stderr, systemClock, redact)
    : logReporter(createLog(redact, process.stderr))
  return atLevel(reporter, level)
}

function failure(error: SyncError): JobResult {
  const status = error.recovery === 'defer' ? 'deferred' : 'failed'
  const { code, message } = error
  return { json: { status, code, error: message }, text: message, exit: exitCode(status, code) }
}

/** A failure that has no sentence of its own: a fault of this program. */
function unforeseen(error: unknown): JobResult {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    json: { status: 'failed', error: what.split('\n')[0] },
    text: `An error that nobody foresaw; please report it.\n${what}`,
    exit: exitCode('failed'),
  }
}

/** A failure goes to stderr for people; programs that asked for JSON find it on stdout like any result. */
function print({ json, text, exit, verbatim }: JobResult, asJson: boolean, redact: Redact): void {
  const clean: Redact = verbatim === true ? (one) => one : redact
  // Within the values, so that what is printed stays JSON whatever the secret is.
  const hide = (_key: string, value: unknown): unknown => (typeof value === 'string' ? clean(value) : value)
  if (asJson) process.stdout.write(`${JSON.stringify(json, hide)}\n`)
  else (exit === 0 ? process.stdout : process.stderr).write(`${clean(text)}\n`)
}

/** Whoever reads our output may stop reading; that is no reason to leave the work half done. */
function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
}

/** What Node and its packages warn of goes the way of all messages: a log is one JSON object a line. */
function reportWarnings(reporter: Reporter): void {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => reporter.warn(`${name}: ${message}`))
}

/** Words of the command line as a complaint may repeat them: what follows a `=` may be the token too. */
export function redactUsage(text: string): string {
  const told = text.replaceAll(/(--?[\w-]+)=.*'/g, "$1'")
  try {
    return redactor(readSecrets(readEnvironment()))(told)
  } catch {
    // The .env that cannot be read has shown us no secret; its own error is for a command that is right.
    return told
  }
}

/** Runs a job as the process: its result on stdout, all else on stderr, and the exit code that it has earned. */
export async function runJob(job: Job, json: boolean): Promise<void> {
  surviveClosedPipes()
  const stop = new AbortController()
  const signals = onSignal(stop)
  let redact = redactor([])
  let result: JobResult
  try {
    const environment = readEnvironment()
    redact = redactor(readSecrets(environment))
    const reporter = chooseReporter(readLog(environment), json)
    reportWarnings(reporter)
    const context: JobContext = { environment, clock: systemClock, signal: stop.signal, reporter }
    result = await job(context, (part) => print(part, json, redact))
  } catch (error) {
    const known = error instanceof SyncError
    result = known ? failure(error) : unforeseen(error)
    if (json && !known) process.stderr.write(`${redact(result.text)}\n`)
  }
  print(result, json, redact)
  const signal = signals.received()
  process.exitCode = signal !== null && result.exit !== 0 ? 128 + constants.signals[signal] : result.exit
}
