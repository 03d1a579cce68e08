import { dropHint, postponeHint, readHints, type Hint } from './load/change-hints.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { describeFailure } from './load/database-error.ts'
import type { Database } from './load/database.ts'
import type { StreamReport, StreamStatus } from './load/run-log.ts'
import type { Begun, Run } from './run-types.ts'
import { narrowed, runStreams } from './run-streams.ts'
import type { Stream } from './streams/stream.ts'

/** What is not shown to us now will not be shown the next time. */
const READ: ReadonlySet<StreamStatus> = new Set(['done', 'frozen', 'skipped'])

/**
 * Reads the run's streams, and by their ids what the change gate has pointed at as perhaps gone and no run has read yet.
 * A stream that is not read keeps its hint, for the next run that reads it.
 */
export async function readHinted(
  state: Run,
  database: Database,
  session: Session,
  begun: Begun,
): Promise<readonly StreamReport[]> {
  const { clock, warehouse } = state.parts
  const startedAt = clock.now()
  const names = state.request.streams.map(({ name }) => name)
  const hints = await readHints(session, warehouse.account, names)
  const part = withHints(state, hints)
  const reports = await runStreams(part, database, session, narrowed(begun, part.request.streams))
  // Without the database the run ends, but what became of its streams is told.
  await settle(session, warehouse.account, hints, reports, startedAt).catch((error: unknown) =>
    state.stop.abort(describeFailure('run', error, state.stop.signal)),
  )
  return reports
}

async function settle(
  session: Session,
  account: string,
  hints: readonly Hint[],
  reports: readonly StreamReport[],
  startedAt: number,
): Promise<void> {
  if (hints.length === 0) return
  const read = new Set(reports.filter(({ status }) => READ.has(status)).map(({ stream }) => stream))
  await inTransaction(session, async () => {
    for (const hint of hints)
      await (read.has(hint.stream)
        ? dropHint(session, account, hint)
        : postponeHint(session, account, hint, startedAt))
  })
}

function withHints(state: Run, hints: readonly Hint[]): Run {
  const { request } = state
  const suspects = new Map(hints.map(({ stream, suspects: ids }) => [stream, ids]))
  const streams = request.streams.map((stream) => (suspects.has(stream.name) ? evenIfFresh(stream) : stream))
  return { ...state, request: { ...request, streams, suspects } }
}

function evenIfFresh({ refreshHours: _hours, ...stream }: Stream): Stream {
  return stream
}
