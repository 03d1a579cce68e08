import { IANAZone } from 'luxon'
import { createTask, validateDetailed } from 'node-cron'
import { configError } from '../errors.ts'

/** What a scheduler does, in the order in which it is done: a pass brings all that a tick does but deletions. */
export const CADENCES = ['pass', 'tick', 'sweep'] as const
export type Cadence = (typeof CADENCES)[number]

/** When something is to be done. */
export interface Cron {
  /** As it was written, with its time zone. */
  readonly text: string
  readonly matches: (time: number) => boolean
  /** Milliseconds between two times that can match. */
  readonly stepMs: number
}

/** Null: never. */
export type Timetable = Readonly<Record<Cadence, Cron | null>>

const [SECOND, MINUTE] = [1000, 60_000]

/** `off`, or an expression of five fields or six. Throws `E_CONFIG` for what node-cron would take as never, or not at all. */
export function readCron(flag: string, expression: string, timezone: string): Cron | null {
  if (expression === 'off') return null
  const { valid, errors, fields } = validateDetailed(expression)
  const why = errors[0] === undefined ? '' : ` (${errors[0].message})`
  if (!valid)
    throw configError(`${flag} takes an expression like "*/15 * * * *", or off, not "${expression}"${why}.`)
  const isWholeMinutes = fields?.second.every((second) => second === 0) === true
  const task = createTask(expression, () => undefined, { timezone })
  const text = `${expression} (${timezone})`
  return { text, matches: (time) => task.match(new Date(time)), stepMs: isWholeMinutes ? MINUTE : SECOND }
}

/** The timetable in one line. */
export function describeTimetable(timetable: Timetable): string {
  return CADENCES.map((cadence) => `${cadence} ${timetable[cadence]?.text ?? 'off'}`).join(', ')
}

/** Throws `E_CONFIG` for a name that is no time zone's. */
export function readTimezone(flag: string, name: string): string {
  if (IANAZone.isValidZone(name)) return name
  throw configError(`${flag} takes a name like Europe/Tallinn, not "${name}".`)
}

function isDue({ matches, stepMs }: Cron, after: number, until: number): boolean {
  for (let time = Math.floor(after / stepMs) * stepMs + stepMs; time <= until; time += stepMs)
    if (matches(time)) return true
  return false
}

/** What comes due after one time (exclusive) and until another (inclusive), in the order in which it is done. */
export function dueBetween(timetable: Timetable, after: number, until: number): readonly Cadence[] {
  return CADENCES.filter((cadence) => {
    const cron = timetable[cadence]
    return cron !== null && isDue(cron, after, until)
  })
}

/** When a cadence is due again after some time: as the timetable says, and after `most` milliseconds at the latest. */
export function nextTime(cron: Cron | null, after: number, most: number): number {
  if (cron === null) return after + most
  const { stepMs } = cron
  for (let time = Math.floor(after / stepMs) * stepMs + stepMs; time < after + most; time += stepMs)
    if (cron.matches(time)) return time
  return after + most
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
