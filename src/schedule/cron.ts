import { IANAZone } from 'luxon'
import { createTask, validateDetailed } from 'node-cron'
import { configError } from '../errors.ts'

/** When something is to be done. Times in epoch milliseconds. */
export interface Cron {
  /** As it was written, with its time zone. */
  readonly text: string
  /** The first time after one (exclusive) and until another (inclusive); null where there is none. */
  readonly next: (after: number, until: number) => number | null
  /** Milliseconds between two times that can match. */
  readonly stepMs: number
}

export const MINUTE = 60_000
const SECOND = 1000
const HOUR = 60 * MINUTE

/** What clocks show at a time, in the milliseconds that UTC would show it. */
type Wall = (time: number) => number

function wallOf(timezone: string): Wall {
  const zone = IANAZone.create(timezone)
  return (time) => time + zone.offset(time) * MINUTE
}

/** Whether clocks have shown the same before, since they were set back: by two hours at most, wherever they are. */
function isRepeated(wall: Wall, time: number): boolean {
  const back = wall(time - 3 * HOUR) + 3 * HOUR - wall(time)
  return back > 0 && wall(time - back) === wall(time)
}

/** What clocks have shown since the minute before; where they were set forward, all that they have left out too. */
function shownAt(wall: Wall, time: number): readonly number[] {
  const [before, now] = [wall(time - MINUTE), wall(time)]
  const minutes = Math.max(1, Math.round((now - before) / MINUTE))
  return Array.from({ length: minutes }, (_, index) => now - index * MINUTE)
}

/**
 * Whether a minute matches. What is left out as clocks are set forward is done then; what comes twice as they are set back
 * is done the first time, unless it is done in every hour.
 */
function minutesOf(expression: string, wall: Wall, isHourly: boolean): (minute: number) => boolean {
  // It is asked for what clocks show, which in UTC is always there, and once.
  const task = createTask(expression, () => undefined, { timezone: 'UTC' })
  const matches = (minute: number): boolean =>
    shownAt(wall, minute).some((shown) => task.match(new Date(shown)))
  return (minute) => matches(minute) && (isHourly || !isRepeated(wall, minute))
}

/** `off`, or an expression of five fields or six. Throws `E_CONFIG` for what node-cron would take as never, or not at all. */
export function readCron(flag: string, expression: string, timezone: string): Cron | null {
  if (expression === 'off') return null
  const { valid, errors, fields } = validateDetailed(expression)
  const why = errors[0] === undefined ? '' : ` (${errors[0].message})`
  if (!valid || fields === undefined)
    throw configError(`${flag} takes an expression like "*/15 * * * *", or off, not "${expression}"${why}.`)
  const seconds = fields.second.map(Number)
  const withoutSeconds = expression.trim().split(/\s+/).slice(-5).join(' ')
  const isMinute = minutesOf(withoutSeconds, wallOf(timezone), fields.hour.length === 24)
  return {
    text: `${expression} (${timezone})`,
    next: (after, until) => nextIn(isMinute, seconds, after, until),
    stepMs: seconds.every((second) => second === 0) ? MINUTE : SECOND,
  }
}

function nextIn(
  isMinute: (minute: number) => boolean,
  seconds: readonly number[],
  after: number,
  until: number,
): number | null {
  for (let minute = Math.floor(after / MINUTE) * MINUTE; minute <= until; minute += MINUTE) {
    const times = seconds.map((second) => minute + second * SECOND)
    const first = times.find((time) => time > after && time <= until)
    if (first !== undefined && isMinute(minute)) return first
  }
  return null
}
