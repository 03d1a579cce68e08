import type { Json } from '../json.ts'
import { badRequest } from '../http/answer.ts'
import { parseTime } from '../time.ts'
import type { Switches } from '../switches.ts'

export type Query = URLSearchParams

/** Exactly this: fractions of a second and a space are refused (seen live). */
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

export function datetime(query: Query, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const ms = DATETIME.test(text) ? parseTime(text) : NaN
  if (Number.isNaN(ms)) throw badRequest(`Parameter '${name}' is not a valid datetime`)
  return ms
}

/** RFC 3339 as v1 takes it, a day, or the older `YYYY-MM-DD HH:MM:SS`; in UTC unless it names an offset. */
export function datetimeV1(query: Query, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const ms = parseTime(text)
  if (Number.isNaN(ms)) throw badRequest(`${name} is not a valid datetime`)
  return ms
}

export function integer(query: Query, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^-?\d+$/.test(text)) throw badRequest(`Parameter '${name}' must be an integer`)
  return Number(text)
}

export const DEFAULT_LIMIT = 100

export function limitOf(query: Query, most: number, switches: Switches): number {
  const limit = integer(query, 'limit') ?? DEFAULT_LIMIT
  if (limit < 1) throw badRequest("Parameter 'limit' must be at least 1")
  if (limit <= most) return limit
  if (switches.limitTooLarge === 'refuse') throw badRequest(`Parameter 'limit' must be at most ${most}`)
  return most
}

export function oneOf<T extends string>(query: Query, name: string, allowed: readonly T[], unless: T): T {
  const text = query.get(name)
  if (text === null) return unless
  const known = allowed.find((one) => one === text)
  if (known === undefined) throw badRequest(`Parameter '${name}' must be one of ${allowed.join(', ')}`)
  return known
}

export function list(query: Query, name: string): string[] {
  const text = query.get(name)
  return text === null || text === '' ? [] : text.split(',')
}

/** A filter's text as the value a record holds. */
export function typed(text: string): Json {
  if (/^-?\d+$/.test(text)) return Number(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return text
}
