import type { Clock } from '../clock.ts'
import { createOthers } from './others.ts'

/** Pipedrive counts requests over a rolling window of two seconds for each token (documentation of rate limits). */
const WINDOW_MS = 2000
/** Requests a window until an answer has told the real limit; the smallest plan allows 20. */
const FIRST_LIMIT = 10

/** Of one request too many: an error, and the milliseconds that the server asks for. */
export type Refusal = Error & { readonly retryAfterMs: number | undefined }

/** A request's place in the window. */
export interface Place {
  /** Requests a window, and how many of them are left. */
  answered(told: { readonly limit?: number; readonly remaining?: number }): void
  /** `over`: the refusal, where it was refused as one too many. */
  failed(over: Refusal | null): void
}

export interface Places {
  /**
   * Waits for a place; rejects with the signal's reason when it aborts, and with the refusal where that asks everybody for
   * more patience than a run has.
   */
  take(): Promise<Place>
}

/** A run does not wait longer than this for one request: it ends with what it has and says when it can go on. */
export const LONGEST_WAIT_MS = 2 * 60_000

/** Takes out what is no later than `until` from times in ascending order. */
function forget(times: number[], until: number): void {
  while (times[0] !== undefined && times[0] <= until) times.shift()
}

/**
 * The places of the window. The server counted a request at some time between its being sent and answered: it holds its
 * place until a window after the answer, so that no slow line makes one too many.
 */
export function createPlaces(clock: Clock, signal: AbortSignal): Places {
  let limit = FIRST_LIMIT
  let isTold = false
  let inFlight = 0
  /** When the places of those that were answered become free, in ascending order. */
  const free: number[] = []
  /** When those of the last window were sent. */
  const sent: number[] = []
  /** How many were ever sent. */
  let all = 0
  const others = createOthers(2 * WINDOW_MS)
  let pausedUntil = 0
  let refusal: Refusal | null = null
  let nextAnswer = Promise.withResolvers<void>()

  /** Milliseconds until a place may be free; 0 where one is, infinite where only an answer can free one. */
  function wait(now: number): number {
    forget(free, now)
    // The clock was set back.
    if ((free.at(-1) ?? now) > now + WINDOW_MS) free.fill(now + WINDOW_MS)
    if (now < pausedUntil) return pausedUntil - now
    const taken = inFlight + free.length
    if (taken + others.count(now) < limit) return 0
    return Math.min(free[0] ?? Infinity, others.until()) - now
  }

  async function untilChange(ms: number): Promise<void> {
    const woken = new AbortController()
    const slept = ms === Infinity ? [] : [clock.sleep(ms, AbortSignal.any([signal, woken.signal]))]
    await Promise.race([nextAnswer.promise, ...slept])
    for (const sleep of slept) sleep.catch(() => undefined)
    woken.abort()
  }

  function leave(now: number): void {
    inFlight--
    free.push(now + WINDOW_MS)
    nextAnswer.resolve()
    nextAnswer = Promise.withResolvers<void>()
  }

  /** One too many though all of ours were held back: the others have used the rest. */
  function refused(over: Refusal, likely: number): void {
    const now = clock.now()
    const until = now + (over.retryAfterMs ?? WINDOW_MS)
    if (until > pausedUntil) [pausedUntil, refusal] = [until, over]
    if (isTold) others.see({ used: limit + 1, likely, possible: 0 }, now)
  }

  function occupy(): Place {
    const now = clock.now()
    const number = ++all
    inFlight++
    forget(sent, now - WINDOW_MS)
    const likely = sent.push(now)
    const held = inFlight + free.length
    return {
      answered({ limit: told, remaining }) {
        isTold ||= told !== undefined
        limit = Math.max(1, told ?? limit)
        const possible = held + all - number
        if (remaining !== undefined) others.see({ used: limit - remaining, likely, possible }, clock.now())
        leave(clock.now())
      },
      failed(over) {
        if (over !== null) refused(over, likely)
        leave(clock.now())
      },
    }
  }

  return {
    async take() {
      for (;;) {
        signal.throwIfAborted()
        const now = clock.now()
        if (refusal !== null && pausedUntil - now > LONGEST_WAIT_MS) throw refusal
        const ms = wait(now)
        if (ms <= 0) return occupy()
        await untilChange(ms)
      }
    },
  }
}
