import pLimit from 'p-limit'
import { SyncError } from './errors.ts'
import { createCatalogReader } from './extract/field-catalog.ts'
import type { Session } from './load/connection.ts'
import { describeFailure } from './load/database-error.ts'
import type { Database } from './load/database.ts'
import { logStream, logTokens, type StreamReport } from './load/run-log.ts'
import { outcomeOf } from './outcome.ts'
import type { Begun, Run } from './run.ts'
import { asUser, type Stream } from './streams/stream.ts'
import { syncStream } from './sync.ts'
import { emptyTally } from './tally.ts'
import type { SyncContext } from './context.ts'

/** Streams that are read at once; each has a connection of its own. */
const STREAMS_AT_ONCE = 3
const LOOKBACK_MS = 5 * 60_000
const BATCH = { batchRows: 5000, batchMs: 2000 } as const

interface StreamLog {
  /** Writes down what a stream has spent, soon: known even if the run is killed, and no loading waits for it. */
  spending(stream: string): void
  /** Writes the report of a stream that has ended. */
  report(report: StreamReport): Promise<void>
}

function openLog({ parts, client, stop }: Run, session: Session, id: string): StreamLog {
  const { account } = parts.warehouse
  const { ledger } = client
  // The run's connection takes one statement at a time.
  const oneByOne = pLimit(1)
  const waiting = new Set<string>()
  // Without its log the run must end, but no stream may outlive it.
  const fail = (error: unknown): void => stop.abort(describeFailure('run', error, stop.signal))
  const writeTokens = (stream: string): Promise<void> => {
    waiting.delete(stream)
    return logTokens(session, account, id, stream, ledger.of(stream), ledger.balance())
  }
  const writeReport = async (report: StreamReport): Promise<void> => {
    await logStream(session, account, id, report)
    await writeTokens(report.stream)
  }
  return {
    spending(stream) {
      if (waiting.has(stream)) return
      waiting.add(stream)
      oneByOne(writeTokens, stream).catch(fail)
    },
    report: (report) => oneByOne(writeReport, report).catch(fail),
  }
}

/** Reads the streams of a run, some at a time; each one's report is kept in the control tables as it ends. */
export function runStreams(
  state: Run,
  database: Database,
  session: Session,
  { id, userId }: Begun,
): Promise<StreamReport[]> {
  const { parts, request, client } = state
  const { clock, reporter } = parts
  const log = openLog(state, session, id)
  const context: SyncContext = {
    clock,
    send: client.send,
    catalogs: createCatalogReader(client.send),
    onProgress: (progress) => {
      reporter.progress({ ...progress, tokens: client.ledger.total.tokens })
      log.spending(progress.stream)
    },
    options: {
      account: parts.warehouse.account,
      userId,
      plan: request.plan,
      onlyDue: request.onlyDue === true,
      lookbackMs: LOOKBACK_MS,
      maxShare: request.maxShare,
      ...(request.batch ?? BATCH),
    },
  }
  const atOnce = pLimit(STREAMS_AT_ONCE)
  const read = async (stream: Stream): Promise<StreamReport> => {
    const report = await runStream(state, database, context, stream)
    await log.report(report)
    reporter.finished(stream.name)
    return report
  }
  return inOrderOfFamilies(request.streams, (stream) => atOnce(read, asUser(stream, userId)))
}

/** Starts children when their parents have ended, whatever became of them; all others at once. */
function inOrderOfFamilies<Result>(
  streams: readonly Stream[],
  start: (stream: Stream) => Promise<Result>,
): Promise<Result[]> {
  const ends = new Map<string, Promise<Result>>()
  for (const stream of streams) {
    const parents = stream.partitions.flatMap(({ parents }) => ends.get(parents?.of.name ?? '') ?? [])
    ends.set(
      stream.name,
      Promise.all(parents).then(() => start(stream)),
    )
  }
  return Promise.all(ends.values())
}

async function runStream(
  { parts, client, stop }: Run,
  database: Database,
  context: SyncContext,
  stream: Stream,
): Promise<StreamReport> {
  const started = parts.clock.now()
  const tally = emptyTally()
  let failure: unknown = null
  let cutOff = false
  try {
    stop.signal.throwIfAborted()
    await using session = await database.connect(stream.name, { signal: stop.signal, in: 'lock' })
    await syncStream(stream, session, context, tally)
  } catch (error) {
    failure = describeFailure(stream.name, error, stop.signal)
    cutOff = stop.signal.aborted && failure === stop.signal.reason
    if (!(failure instanceof SyncError) || ['defer', 'abort-run'].includes(failure.recovery))
      stop.abort(failure)
  }
  const { status, error } = outcomeOf(failure, cutOff)
  const { warning, ...counts } = tally
  if (error !== null) parts.reporter.warn(error, { stream: stream.name, status })
  if (warning !== null) parts.reporter.warn(warning, { stream: stream.name })
  return {
    stream: stream.name,
    status,
    ...counts,
    ...client.ledger.of(stream.name),
    seconds: (parts.clock.now() - started) / 1000,
    ...(error === null ? {} : { error }),
    ...(warning === null ? {} : { warning }),
  }
}
