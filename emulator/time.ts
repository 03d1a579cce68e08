export const SECOND = 1000
export const HOUR = 3600 * SECOND
export const DAY = 24 * HOUR

export const toSecond = (ms: number): number => Math.floor(ms / SECOND) * SECOND

const days = new Map<number, string>()
const two = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))

export function day(ms: number): string {
  const number = Math.floor(ms / DAY)
  let text = days.get(number)
  if (text === undefined) days.set(number, (text = new Date(number * DAY).toISOString().slice(0, 10)))
  return text
}

function clock(ms: number): string {
  const second = Math.floor((((ms % DAY) + DAY) % DAY) / SECOND)
  return `${two[Math.floor(second / 3600)]}:${two[Math.floor(second / 60) % 60]}:${two[second % 60]}`
}

/** v2 core records: second precision, `2026-05-15T09:58:01Z` (recorded 2026-05-15). */
export const v2Time = (ms: number): string => `${day(ms)}T${clock(ms)}Z`

/** v1 records: `2026-05-15 09:58:01`, UTC (recorded 2026-05-15). */
export const v1Time = (ms: number): string => `${day(ms)} ${clock(ms)}`

/** Leads: RFC 3339 with milliseconds (recorded 2026-05-15). */
export const leadTime = (ms: number): string => new Date(ms).toISOString()

export type TimeForm = 'v1' | 'v2' | 'lead'

export const timeForms: Record<TimeForm, (ms: number) => string> = { v1: v1Time, v2: v2Time, lead: leadTime }

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?$/

/** Milliseconds of a day or a time, UTC unless it names an offset; NaN when no calendar or clock shows it. */
export function parseTime(text: string): number {
  const [, date = '', clock = '00:00:00', fraction = '', zone = 'Z'] = TIME.exec(text) ?? []
  const shown = `${date}T${clock}.000Z`
  const read = new Date(shown)
  if (Number.isNaN(read.getTime()) || read.toISOString() !== shown) return NaN
  return Date.parse(`${date}T${clock}${fraction}${zone}`)
}

/** Milliseconds of any of the three forms; NaN for null, which sorts first. */
export function timeOf(value: unknown): number {
  if (typeof value !== 'string') return NaN
  return Date.parse(value.includes('T') ? value : value.replace(' ', 'T') + 'Z')
}

/** A clock that shows `at` when it is first looked at, and goes on from there. */
export function clockFrom(at: number): () => number {
  let began: number | undefined
  return () => {
    const now = Date.now()
    began ??= now
    return at + now - began
  }
}
