import type { Switches } from '../switches.ts'
import { DAY, HOUR, SECOND } from '../time.ts'
import { edgePage, htmlPages, refusals, type Answer } from './answer.ts'

const BURST_WINDOW = 2 * SECOND

export interface LimitOptions {
  /** Requests in any 2 seconds. */
  readonly burst?: number
  /** Tokens a day. */
  readonly daily?: number
}

/** Both limits by the emulator's clock; a clock that stands still never frees the burst window. */
export interface Limits {
  burst: number
  daily: number
  /** Tokens spent since the last reset. */
  spent: number
  readonly refused: { burst: number; daily: number; banned: number }
  readonly resetsAt: () => number
  reset(): void
  /** Counts one request: its headers, and the answer instead of the real one when a limit is hit. */
  admit(cost: number): { headers: Record<string, string>; refusal?: Answer }
}

export const defaultLimits = { burst: 80, daily: 150_000 } as const

export function createLimits(options: LimitOptions, switches: Switches, now: () => number): Limits {
  let recent: number[] = []
  const offset = (): number => switches.dailyResetOffsetHours * HOUR
  const dayOf = (at: number): number => Math.floor((at + offset()) / DAY)
  let today = dayOf(now())
  let ignored = 0
  let bannedUntil = -Infinity

  const limits: Limits = {
    burst: options.burst ?? defaultLimits.burst,
    daily: options.daily ?? defaultLimits.daily,
    spent: 0,
    refused: { burst: 0, daily: 0, banned: 0 },
    resetsAt: () => (dayOf(now()) + 1) * DAY - offset(),
    reset() {
      recent = []
      ignored = 0
      bannedUntil = -Infinity
      limits.spent = 0
    },
    admit,
  }

  function refuse(headers: Record<string, string>, kind: 'burst' | 'daily', answer: Answer) {
    limits.refused[kind]++
    if (++ignored >= switches.cloudflareAfter) bannedUntil = now() + switches.cloudflareSeconds * SECOND
    return { headers, refusal: answer }
  }

  function admit(cost: number): { headers: Record<string, string>; refusal?: Answer } {
    const at = now()
    if (at < bannedUntil) {
      limits.refused.banned++
      return { headers: {}, refusal: edgePage(403, htmlPages.banned) }
    }
    if (dayOf(at) !== today) {
      today = dayOf(at)
      limits.spent = 0
    }
    recent = recent.filter((one) => one > at - BURST_WINDOW && one <= at)
    const overBurst = recent.length >= limits.burst
    if (!overBurst) recent.push(at)
    const left = Math.max(0, limits.daily - limits.spent)
    const headers: Record<string, string> = {
      'x-ratelimit-limit': String(limits.burst),
      'x-ratelimit-remaining': String(Math.max(0, limits.burst - recent.length)),
      'x-ratelimit-reset': '2',
    }
    if (switches.dailyHeaders) {
      // The balance before this request is paid for (recorded 2026-05-15).
      headers['x-daily-ratelimit-token-limit'] = String(limits.daily)
      headers['x-daily-ratelimit-token-remaining'] = String(left)
    }
    if (overBurst) {
      if (switches.burstRetryAfter) headers['retry-after'] = '2'
      return refuse(headers, 'burst', refusals.overBurst())
    }
    if (cost > left && !(left > 0 && switches.lastOfTheDay === 'served')) {
      headers['retry-after'] = String(Math.ceil((limits.resetsAt() - at) / SECOND))
      return refuse(headers, 'daily', refusals.overBudget())
    }
    ignored = 0
    limits.spent += cost
    return { headers }
  }

  return limits
}
