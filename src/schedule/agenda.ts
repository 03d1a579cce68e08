import { CADENCES, dueBetween, type Cadence, type Timetable } from './timetable.ts'

/** What is to be done, and until when nothing can be. Times in epoch milliseconds. */
export interface Agenda {
  readonly due: ReadonlySet<Cadence>
  /** Until when the timetable has been looked at. */
  readonly until: number
  /** Nothing can be done before. */
  readonly notBefore: number
}

/** The agenda with what has come due since it was last looked at. */
export function lookedAt(agenda: Agenda, timetable: Timetable, now: number): Agenda {
  return { ...agenda, due: new Set([...agenda.due, ...dueBetween(timetable, agenda.until, now)]), until: now }
}

/** What is to be done now; null: nothing. */
export function nextOf({ due, notBefore }: Agenda, now: number): Cadence | null {
  if (now < notBefore) return null
  return CADENCES.find((cadence) => due.has(cadence)) ?? null
}

/**
 * The agenda after something was done. Deferred, it stays due until `resumeAt`, and so does everything else: what the
 * company may spend is spent. A tick that came due before or during a pass has nothing more to tell.
 */
export function afterwards(
  agenda: Agenda,
  timetable: Timetable,
  done: Cadence,
  now: number,
  resumeAt: number | null,
): Agenda {
  const { due, until, notBefore } = lookedAt(agenda, timetable, now)
  if (resumeAt !== null) return { due, until, notBefore: resumeAt }
  const over: ReadonlySet<Cadence> = new Set(done === 'pass' ? ['pass', 'tick'] : [done])
  return { due: new Set([...due].filter((cadence) => !over.has(cadence))), until, notBefore }
}
