import type { GateAnswer, Told } from './extract/change-gate.ts'
import type { Hint } from './load/change-hints.ts'
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

/** Names of the streams that have changed, and of each the ids of records that may be gone. */
export type News = ReadonlyMap<string, readonly string[]>

function nameOf({ stream, id, time, gone }: Told): string {
  return [stream, id, time ?? '', gone ? 'gone' : ''].join(' ').trimEnd()
}

/** What was not told the last time. */
export function newsIn({ told }: GateAnswer, known: GateState['told']): News {
  const news = Map.groupBy(
    told.filter((one) => !known.has(nameOf(one))),
    ({ stream }) => stream,
  )
  const gone = (all: readonly Told[]) => all.flatMap((one) => (one.gone ? one.id : []))
  return new Map([...news].map(([stream, all]) => [stream, [...new Set(gone(all))]]))
}

const HOUR_MS = 3_600_000
/** Ticks do not come to the second. */
const ABOUT_MS = 60_000

/** Whether a tick reads what is hinted at: what fails is left alone for as long again as it has failed, an hour at most. */
export function isTimeFor({ failing }: Hint, now: number): boolean {
  return (
    failing === null || now - failing.triedAt + ABOUT_MS >= Math.min(failing.triedAt - failing.since, HOUR_MS)
  )
}

/** Where the gate stands once all that it told is kept; `lookbackMs`: how far before that it will be asked. */
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
