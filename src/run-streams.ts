import pLimit from 'p-limit'
import { SyncError } from './errors.ts'
import { createCatalogReader } from './extract/field-catalog.ts'
import type { Session } from './load/connection.ts'
import { describeFailure } from './load/database-error.ts'
import type { Database } from './load/database.ts'
import { logStream, logTokens, type StreamReport, type StreamStatus } from './load/run-log.ts'
import { outcomeOf } from './outcome.ts'
import { before } from './priority.ts'
import { createWorkers } from './workers.ts'
import type { Begun, Run } from './run-types.ts'
import { asUser } from './streams/as-user.ts'
import type { Stream } from './streams/stream.ts'
import { syncStream } from './sync.ts'
import { emptyTally } from './tally.ts'
import type { SyncContext } from './context.ts'

/** Streams that are read at once; each has a connection of its own. */
export const STREAMS_AT_ONCE = 3
/** Walkers, besides the one of each stream: as many requests as may be on their way. */
const WORKERS = 15
/** A record may be committed later than it was dated. */
export const LOOKBACK_MS = 5 * 60_000
const BATCH = { batchRows: 5000, batchMs: 2000 } as const

/** A smaller table is read whole in a few hundredths of a second, and kept sooner without indexes than with them. */
const INDEX_FROM = 64 * 1024 ** 2

export interface StreamLog {
  /** Writes down what a stream has spent, soon: known even if the run is killed, and no loading waits for it. */
  spending(stream: string): void
  /** Writes it down now. */
  spent(stream: string): Promise<void>
  /** Writes the report of a stream that has ended. */
  report(report: StreamReport): Promise<void>
}

export function openLog({ parts, client, stop }: Run, session: Session, id: string): StreamLog {
  const { account } = parts.warehouse
  const { ledger } = client
  // The run's connection takes one statement at a time.
  const oneByOne = pLimit(1)
  const waiting = new Set<string>()
  // Without its log the run must end, but no stream may outlive it.
  const fail = (error: unknown): void => stop.abort(describeFailure('run', error, stop.signal))
  const writeTokens = (stream: string): Promise<void> => {
    waiting.delete(stream)
    return logTokens(session, account, id, stream, ledger.page(stream))
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
    spent: (stream) => oneByOne(writeTokens, stream).catch(fail),
    report: (report) => oneByOne(writeReport, report).catch(fail),
  }
}

/** What the streams of a run share. */
export function contextOf({ parts, request, client }: Run, { userId }: Begun, log: StreamLog): SyncContext {
  const { clock, reporter } = parts
  return {
    clock,
    send: client.send,
    giveBack: client.giveBack,
    catalogs: createCatalogReader(client.send),
    workers: createWorkers(request.walkers ?? WORKERS),
    tokensLeft: (stream) => client.ledger.left(stream),
    onProgress: (progress) => {
      reporter.progress({ ...progress, tokens: client.ledger.total.tokens })
      log.spending(progress.stream)
    },
    options: {
      account: parts.warehouse.account,
      labelledViews: parts.warehouse.labelledViews,
      userId,
      plan: request.plan,
      onlyDue: request.onlyDue === true,
      lookbackMs: LOOKBACK_MS,
      maxShare: request.maxShare,
      suspects: request.suspects ?? new Map<string, readonly string[]>(),
      portions: request.portions ?? null,
      contract: request.contract ?? 'evolve',
      indexFrom: request.indexFrom ?? INDEX_FROM,
      ...(request.batch ?? BATCH),
    },
  }
}

/** Does something with the streams of a run, some at a time, and says of each when it has ended. */
export function eachStream<Report>(
  { parts, request }: Run,
  { userId, order, history }: Begun,
  work: (stream: Stream) => Promise<Report>,
): Promise<Report[]> {
  const atOnce = pLimit(STREAMS_AT_ONCE)
  const one = async (stream: Stream): Promise<Report> => {
    const report = await work(stream)
    parts.reporter.finished(stream.name)
    return report
  }
  return inOrderOfFamilies(request.streams, order, history, (stream) => atOnce(one, asUser(stream, userId)))
}

/** Reads the streams of a run; each one's report is kept in the control tables as it ends. */
export function runStreams(
  state: Run,
  database: Database,
  session: Session,
  begun: Begun,
): Promise<StreamReport[]> {
  const log = openLog(state, session, begun.id)
  const context = contextOf(state, begun, log)
  return eachStream(state, begun, async (stream) => {
    const report = await runStream(state, database, context, stream)
    await log.report(report)
    return report
  })
}

/** The run over some of its streams, in the order that they have in it. */
export function narrowed(begun: Begun, streams: readonly Stream[]): Begun {
  const byName = new Map(streams.map((stream) => [stream.name, stream]))
  return { ...begun, order: begun.order.flatMap(({ name }) => byName.get(name) ?? []) }
}

/**
 * Starts a stream when those before it have ended, whatever became of them, and history when all else has; all others
 * at once, in their order.
 */
function inOrderOfFamilies<Result>(
  streams: readonly Stream[],
  order: readonly Stream[],
  history: ReadonlySet<string>,
  start: (stream: Stream) => Promise<Result>,
): Promise<Result[]> {
  const ends = new Map<string, Promise<Result>>()
  for (const stream of order) {
    const current = history.has(stream.name) ? order.filter(({ name }) => !history.has(name)) : []
    const ahead = [...before(stream), ...current.map(({ name }) => name)]
    const ended = ahead.flatMap((name) => ends.get(name) ?? [])
    ends.set(
      stream.name,
      Promise.all(ended).then(() => start(stream)),
    )
  }
  return Promise.all(streams.flatMap(({ name }) => ends.get(name) ?? []))
}

/** How a stream of a run ended, and what it has spent. */
export interface StreamEnd {
  readonly stream: string
  readonly status: StreamStatus
  readonly requests: number
  readonly tokens: number
  readonly seconds: number
  readonly error?: string
}

/** Does the work of one stream on a connection of its own; a failure is told, and ends the run where it concerns all. */
export async function attempt(
  { parts, client, stop }: Run,
  database: Database,
  stream: string,
  work: (session: Session) => Promise<void>,
): Promise<StreamEnd> {
  const started = parts.clock.now()
  let failure: unknown = null
  let cutOff = false
  try {
    stop.signal.throwIfAborted()
    await using session = await database.connect(stream, { signal: stop.signal, in: 'lock' })
    await work(session)
  } catch (error) {
    failure = describeFailure(stream, error, stop.signal)
    cutOff = stop.signal.aborted && failure === stop.signal.reason
    if (!(failure instanceof SyncError) || ['defer', 'abort-run'].includes(failure.recovery))
      stop.abort(failure)
  }
  const { status, error } = outcomeOf(failure, cutOff)
  if (error !== null) parts.reporter.warn(error, { stream, status })
  return {
    stream,
    status,
    ...client.ledger.of(stream),
    seconds: (parts.clock.now() - started) / 1000,
    ...(error === null ? {} : { error }),
  }
}

async function runStream(
  state: Run,
  database: Database,
  context: SyncContext,
  stream: Stream,
): Promise<StreamReport> {
  const tally = emptyTally()
  const end = await attempt(state, database, stream.name, (session) =>
    syncStream(stream, session, context, tally),
  )
  const { warning, frozen, ...counts } = tally
  const status = frozen && end.status === 'done' ? 'frozen' : end.status
  if (warning !== null) state.parts.reporter.warn(warning, { stream: stream.name })
  return { ...end, status, ...counts, ...(warning === null ? {} : { warning }) }
}
