import type { Suspects } from './context.ts'
import type { GateAnswer, Told } from './extract/change-gate.ts'
import type { GateState } from './load/gate-state.ts'

const SECOND = 1000
const DAY = 86_400_000
/** `/v1/recents` looks back a month at most; what changed before that would be missed. */
const REACH_MS = 25 * DAY
/** How long a record may go on to change in the second that was told. */
const SETTLED_MS = 10_000

/** Whether the gate can tell all that has changed since it was last asked. */
export function isOpen(gate: GateState | null, now: number): gate is GateState {
  return gate !== null && now - gate.askedAt < REACH_MS
}

export interface News {
  /** Names of the streams that have changed. */
  readonly streams: ReadonlySet<string>
  readonly suspects: Suspects
}

function nameOf({ stream, id, time, gone }: Told): string {
  return [stream, id, time ?? '', gone ? 'gone' : ''].join(' ').trimEnd()
}

/** What was not told the last time. */
export function newsIn({ told }: GateAnswer, known: GateState['told']): News {
  const news = told.filter((one) => !known.has(nameOf(one)))
  const gone = Map.groupBy(
    news.filter(({ gone }) => gone),
    ({ stream }) => stream,
  )
  return {
    streams: new Set(news.map(({ stream }) => stream)),
    suspects: new Map([...gone].map(([stream, all]) => [stream, [...new Set(all.map(({ id }) => id))]])),
  }
}

/** Where the gate stands once all that it told has been read; `lookbackMs`: how far before that it will be asked. */
export function movedGate(
  from: GateState | null,
  { told, latest }: GateAnswer,
  askedAt: number,
  lookbackMs: number,
): GateState {
  const since = Math.max(latest ?? -Infinity, from?.since ?? -Infinity)
  const settled = told.filter(
    ({ time }) => time === null || (time <= askedAt - SETTLED_MS && time >= since - lookbackMs - SECOND),
  )
  return { since: since === -Infinity ? null : since, askedAt, told: new Set(settled.map(nameOf)) }
}

/**
 * Where the gate stands after a pass instead: at the latest record that the pass has seen, but not behind its start.
 * What was deleted before that is left to sweeps.
 */
export function openedGate(bookmarks: readonly number[], startedAt: number): GateState {
  const latest = bookmarks.reduce((one, other) => Math.max(one, other), -Infinity)
  const since = latest === -Infinity ? null : Math.min(latest, startedAt)
  return { since, askedAt: startedAt, told: new Set() }
}
