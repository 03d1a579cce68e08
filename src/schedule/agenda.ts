import type { Waits } from '../errors.ts'
import { KINDS } from '../priority.ts'
import { CADENCES, dueBetween, nextTime, type Cadence, type Timetable } from './timetable.ts'

/** What is to be done, and what of it not yet. Times in epoch milliseconds. */
export interface Agenda {
  readonly due: ReadonlySet<Cadence>
  /** Until when the timetable has been looked at. */
  readonly until: number
  /** Before these times nothing is done of each. */
  readonly notBefore: Readonly<Record<Cadence, number>>
}

/** Until when something cannot go on, and what else waits for that. */
export interface Deferral {
  readonly until: number
  readonly waits: Waits
}

/** An agenda that begins now, on which nothing is done before a time. */
export function openAgenda(due: readonly Cadence[], now: number, notBefore: number): Agenda {
  return {
    due: new Set(due),
    until: now,
    notBefore: { pass: notBefore, tick: notBefore, sweep: notBefore },
  }
}

/** The agenda with what has come due since it was last looked at. */
export function lookedAt(agenda: Agenda, timetable: Timetable, now: number): Agenda {
  return { ...agenda, due: new Set([...agenda.due, ...dueBetween(timetable, agenda.until, now)]), until: now }
}

/** What is to be done now; null: nothing. */
export function nextOf({ due, notBefore }: Agenda, now: number): Cadence | null {
  return CADENCES.find((cadence) => due.has(cadence) && now >= notBefore[cadence]) ?? null
}

/** The agenda with nothing on it that has to wait. */
export function freed(agenda: Agenda, now: number): Agenda {
  return { ...agenda, notBefore: { pass: now, tick: now, sweep: now } }
}

/** A run that has spent its share leaves something of the day to others before it takes the next one. */
const BETWEEN_SHARES_MS = 60 * 60_000

const WAITING: Readonly<Record<Waits, (done: Cadence) => readonly Cadence[]>> = {
  history: () => [],
  run: (done) => [done],
  kind: (done) => CADENCES.filter((cadence) => KINDS.indexOf(cadence) >= KINDS.indexOf(done)),
  account: () => CADENCES,
}

/**
 * The agenda after something was done. Deferred, it stays due, but where only history was left, which is what every pass
 * goes on with. A tick that came due before or during a pass has nothing more to tell.
 */
export function afterwards(
  agenda: Agenda,
  timetable: Timetable,
  done: Cadence,
  now: number,
  deferral: Deferral | null,
): Agenda {
  const looked = lookedAt(agenda, timetable, now)
  if (deferral !== null && deferral.waits !== 'history') return deferred(looked, timetable, done, deferral)
  const over: ReadonlySet<Cadence> = new Set(done === 'pass' ? ['pass', 'tick'] : [done])
  return { ...looked, due: new Set([...looked.due].filter((cadence) => !over.has(cadence))) }
}

function deferred(agenda: Agenda, timetable: Timetable, done: Cadence, deferral: Deferral): Agenda {
  const { due, until: now } = agenda
  const { waits } = deferral
  const until = waits === 'run' ? nextTime(timetable[done], now, BETWEEN_SHARES_MS) : deferral.until
  const held = Object.fromEntries(WAITING[waits](done).map((cadence) => [cadence, until]))
  return { ...agenda, due: new Set([...due, done]), notBefore: { ...agenda.notBefore, ...held } }
}
