import { DateTime } from 'luxon'
import { configError } from './errors.ts'
import type { Allowance } from './extract/allowance.ts'
import { CONTRACTS, type Contract } from './load/evolve.ts'
import { API_NAMES, type ApiName } from './streams/door.ts'

/** The names in `a,b`, given by `--stream` or another place; none when it is absent, which means the usual ones. */
export function readNames(text: string | undefined, place = '--stream'): readonly string[] {
  if (text === undefined) return []
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  // An empty shell variable must not become a run over everything.
  if (names.length === 0) throw configError(`${place} takes names separated by commas, not "${text}".`)
  return names
}

/** v2 when absent. */
export function readApi(flag: string, text: string = 'v2'): ApiName {
  const api = API_NAMES.find((name) => name === text)
  if (api === undefined) throw configError(`${flag} takes ${API_NAMES.join(' or ')}, not "${text}".`)
  return api
}

/** `evolve` when absent. */
export function readContract(flag: string, text: string = 'evolve'): Contract {
  const contract = CONTRACTS.find((name) => name === text)
  if (contract === undefined) throw configError(`${flag} takes ${CONTRACTS.join(' or ')}, not "${text}".`)
  return contract
}

/** Luxon takes weeks, lone hours and years of any length too, which nobody means. */
const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/
/** Years that PostgreSQL and Pipedrive write with four digits, once they are in UTC. */
const [EARLIEST, LATEST] = [Date.UTC(1970, 0), Date.UTC(9999, 11, 31)]

/** `2026-01-31` or an ISO time, in UTC unless it says otherwise -> epoch milliseconds; null when absent. */
export function readMoment(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const moment = DateTime.fromISO(text, { zone: 'utc' })
  const taken = MOMENT.test(text) && moment.isValid
  if (!taken || moment.toMillis() < EARLIEST || moment.toMillis() > LATEST)
    throw configError(`${flag} takes a date like 2026-01-31 or 2026-01-31T08:00:00Z, not "${text}".`)
  return moment.toMillis()
}

/** `0.05` or `5%` -> 0.05. */
export function readShare(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim())
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1)
  if (!(value >= 0 && value <= 1)) throw configError(`${flag} takes a share like 0.05 or 5%, not "${text}".`)
  return value
}

/** `100` -> 100, `all` -> null. */
export function readSample(flag: string, text: string): number | null {
  if (text.trim() === 'all') return null
  if (/^\d{1,9}$/.test(text.trim())) return Number(text)
  throw configError(`${flag} takes a number of records like 100, or the word all, not "${text}".`)
}

/** `5000` -> tokens, `30%` -> a share of them. */
export function readTokens(flag: string, text: string): Allowance {
  if (/^\d+$/.test(text.trim())) return { tokens: Number(text) }
  if (text.trim().endsWith('%')) return { share: readShare(flag, text) }
  throw configError(`${flag} takes a number of tokens like 5000, or a share like 30%, not "${text}".`)
}

/** What a run may spend, of what the day has left where it is a share; with nothing no run would ever begin. */
export function readBudget(flag: string, text: string): Allowance {
  const allowance = readTokens(flag, text)
  if (Object.values(allowance).every((value) => value > 0)) return allowance
  throw configError(
    `${flag} is 0, and every run asks for something: give it some tokens, or a share of the day.`,
  )
}
