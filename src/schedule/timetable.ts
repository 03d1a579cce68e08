import { IANAZone } from 'luxon'
import { configError } from '../errors.ts'
import { MINUTE, type Cron } from './cron.ts'

/** What a scheduler does, in the order in which it is done: a pass brings all that a tick does but deletions. */
export const CADENCES = ['pass', 'tick', 'sweep'] as const
export type Cadence = (typeof CADENCES)[number]

/** Null: never. */
export type Timetable = Readonly<Record<Cadence, Cron | null>>

/** The timetable in one line. */
export function describeTimetable(timetable: Timetable): string {
  return CADENCES.map((cadence) => `${cadence} ${timetable[cadence]?.text ?? 'off'}`).join(', ')
}

/** Throws `E_CONFIG` for a name that is no time zone's. */
export function readTimezone(flag: string, name: string): string {
  if (IANAZone.isValidZone(name)) return name
  throw configError(`${flag} takes a name like Europe/Tallinn, not "${name}".`)
}

/** What comes due after one time (exclusive) and until another (inclusive), in the order in which it is done. */
export function dueBetween(timetable: Timetable, after: number, until: number): readonly Cadence[] {
  return CADENCES.filter((cadence) => {
    const cron = timetable[cadence]
    return cron !== null && cron.next(after, until) !== null
  })
}

/** When a cadence is due again after some time: as the timetable says, and after `most` milliseconds at the latest. */
export function nextTime(cron: Cron | null, after: number, most: number): number {
  return cron?.next(after, after + most) ?? after + most
}

/** Milliseconds until something may come due. */
export function untilNext(timetable: Timetable, now: number): number {
  const step = Math.min(...CADENCES.map((cadence) => timetable[cadence]?.stepMs ?? MINUTE))
  return step - (now % step)
}

/** Longer ago than this, whatever was missed is missed. */
const FORGOTTEN_MS = 8 * 24 * 60 * MINUTE

/** When the last pass and the last sweep that were done began, or the warehouse was made since; null where there is none. */
export type LastRuns = Readonly<Record<Exclude<Cadence, 'tick'>, number | null>>

/** What was to be done while nobody was there to do it. What ticks have missed, a pass brings. */
export function missed(timetable: Timetable, last: LastRuns, now: number): readonly Cadence[] {
  return CADENCES.filter((cadence) => {
    const began = cadence === 'tick' ? null : last[cadence]
    return began !== null && dueBetween(timetable, Math.max(began, now - FORGOTTEN_MS), now).includes(cadence)
  })
}
