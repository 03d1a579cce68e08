import { GATE, askGate, inRecents, type GateAnswer } from './extract/change-gate.ts'
import { readBookmarks } from './load/checkpoint.ts'
import type { Session } from './load/connection.ts'
import { describeFailure } from './load/database-error.ts'
import type { Database } from './load/database.ts'
import { moveGate, readGate, type GateState } from './load/gate-state.ts'
import { logTokens, type StreamReport, type StreamStatus } from './load/run-log.ts'
import type { Begun, Run } from './run.ts'
import { LOOKBACK_MS, narrowed, runStreams } from './run-streams.ts'
import type { Stream } from './streams/stream.ts'
import { isOpen, movedGate, newsIn, openedGate, type News } from './tick-plan.ts'

/** What is not shown to us keeps the gate from nothing: it will not be shown the next time. */
const READ: ReadonlySet<StreamStatus> = new Set(['done', 'frozen', 'skipped'])

/**
 * Asks the change gate which streams have changed, and reads those as a pass does; what may be gone of them is read by
 * id. Where the gate cannot tell, or tells of too much, a pass runs instead. The gate moves when all that it pointed at
 * has been read, and no bookmark of a stream moves by it. Children are left to passes.
 */
export async function runTick(
  state: Run,
  database: Database,
  session: Session,
  begun: Begun,
): Promise<readonly StreamReport[]> {
  const { clock, warehouse } = state.parts
  const gate = await readGate(session, warehouse.account)
  const startedAt = clock.now()
  const answer = isOpen(gate, startedAt) ? await ask(state, session, begun, gate) : CLOSED
  if (answer === null) return []
  const part = chosen(state, answer, gate)
  const reports = await runStreams(part, database, session, narrowed(begun, part.request.streams))
  if (reports.every(({ status }) => READ.has(status)))
    await moveGate(
      session,
      warehouse.account,
      gate,
      answer.muchMore
        ? openedGate(await bookmarksOf(state, session), startedAt)
        : movedGate(gate, answer, startedAt, LOOKBACK_MS),
    )
  return reports
}

/** A gate that is closed knows no more than that there may be much. */
const CLOSED: GateAnswer = { told: [], latest: null, muchMore: true }

/** What the gate tells; null where that failed, which ends the run. */
async function ask(
  { parts, request, client, stop }: Run,
  session: Session,
  { id }: Begun,
  { since }: GateState,
): Promise<GateAnswer | null> {
  const { clock, warehouse } = parts
  const from = since === null ? null : since - LOOKBACK_MS
  try {
    return await askGate(client.send, request.streams, from, clock.now())
  } catch (error) {
    stop.abort(describeFailure(GATE, error, stop.signal))
    return null
  } finally {
    await logTokens(session, warehouse.account, id, GATE, client.ledger.page(GATE))
  }
}

/** The run over what has changed: all of it where that is much. */
function chosen(state: Run, answer: GateAnswer, gate: GateState | null): Run {
  const { streams, suspects } = newsIn(answer, gate?.told ?? new Set())
  const { request } = state
  if (answer.muchMore) return { ...state, request: { ...request, suspects } }
  const changed = request.streams.filter(({ name }) => streams.has(name)).map(evenIfFresh)
  tell(
    state,
    changed.map(({ name }) => name),
    suspects,
  )
  return { ...state, request: { ...request, streams: changed, suspects } }
}

function evenIfFresh({ refreshHours: _hours, ...stream }: Stream): Stream {
  return stream
}

function tell({ parts }: Run, changed: readonly string[], suspects: News['suspects']): void {
  const gone = [...suspects.values()].flat().length
  parts.reporter.info(
    changed.length === 0
      ? 'Nothing has changed'
      : `Changed: ${changed.join(', ')}${gone === 0 ? '' : `; perhaps deleted: ${gone} records`}`,
  )
}

async function bookmarksOf({ parts, request }: Run, session: Session): Promise<readonly number[]> {
  const names = inRecents(request.streams).map(({ name }) => name)
  return readBookmarks(session, parts.warehouse.account, names)
}
