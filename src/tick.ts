import { GATE, askGate, inRecents, itemsOf, type GateAnswer } from './extract/change-gate.ts'
import { addHints, readHints } from './load/change-hints.ts'
import { readBookmarks } from './load/checkpoint.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { describeFailure } from './load/database-error.ts'
import type { Database } from './load/database.ts'
import { moveGate, readGate, type GateState } from './load/gate-state.ts'
import { logTokens, type StreamReport } from './load/run-log.ts'
import { readHinted } from './read-hinted.ts'
import type { Begun, Run } from './run-types.ts'
import { LOOKBACK_MS, narrowed } from './run-streams.ts'
import { isOpen, isTimeFor, movedGate, newsIn, openedGate } from './tick-plan.ts'

/**
 * Asks the change gate which streams have changed, and reads those as a pass does; what may be gone of them is read by
 * id. Where the gate cannot tell, or tells of too much, a pass runs instead. The gate moves when what it told is kept,
 * and what could not be read is left to the next run; no bookmark of a stream moves by it. Children are left to passes.
 */
export async function runTick(
  state: Run,
  database: Database,
  session: Session,
  begun: Begun,
): Promise<readonly StreamReport[]> {
  const { account } = state.parts.warehouse
  const asked = { account, items: itemsOf(state.request.streams) }
  const gate = await readGate(session, asked)
  const startedAt = state.parts.clock.now()
  const answer = isOpen(gate, startedAt) ? await ask(state, session, begun, gate) : CLOSED
  if (answer === null) return []
  await inTransaction(session, async () => {
    await addHints(session, account, newsIn(answer, gate?.told ?? new Set()))
    if (!answer.muchMore)
      await moveGate(session, asked, gate, movedGate(gate, answer, startedAt, LOOKBACK_MS))
  })
  const part = answer.muchMore ? state : await chosen(state, session, startedAt)
  const reports = await readHinted(part, database, session, narrowed(begun, part.request.streams))
  if (answer.muchMore) {
    const seen = [...(await bookmarksOf(state, session)), ...(answer.latest === null ? [] : [answer.latest])]
    await moveGate(session, asked, gate, openedGate(seen, startedAt))
  }
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

/** The run over what has changed. */
async function chosen(state: Run, session: Session, now: number): Promise<Run> {
  const { parts, request } = state
  const names = request.streams.map(({ name }) => name)
  const hints = await readHints(session, parts.warehouse.account, names)
  const due = hints.filter((hint) => isTimeFor(hint, now))
  const failing = hints.filter((hint) => !due.includes(hint)).map(({ stream }) => stream)
  const gone = due.flatMap(({ suspects }) => suspects).length
  const streams = request.streams.filter(({ name }) => due.some(({ stream }) => stream === name))
  parts.reporter.info(
    [
      streams.length === 0 ? 'Nothing has changed' : `Changed: ${streams.map(({ name }) => name).join(', ')}`,
      ...(gone === 0 ? [] : [`perhaps deleted: ${gone} records`]),
      ...(failing.length === 0 ? [] : [`could not be read and will be tried later: ${failing.join(', ')}`]),
    ].join('; '),
  )
  return { ...state, request: { ...request, streams } }
}

async function bookmarksOf({ parts, request }: Run, session: Session): Promise<readonly number[]> {
  const names = inRecents(request.streams).map(({ name }) => name)
  return readBookmarks(session, parts.warehouse.account, names)
}
