import pLimit from 'p-limit'
import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import type { ApiResponse, Send } from './request.ts'

/** Pipedrive counts requests over a rolling window of two seconds for each token. */
const WINDOW_MS = 2000
/** Requests a window until an answer has told the real limit; the smallest plan allows 20. */
const FIRST_LIMIT = 10

export interface GateOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Requests in flight at most. */
  readonly concurrency: number
}

function numberIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)
  const value = text === null ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : undefined
}

/**
 * Bounds the rate below the burst limit. It learns the limit from `x-ratelimit-limit`, and pauses everybody
 * when `x-ratelimit-remaining` says that others are eating from it too, or when a 429 was answered.
 */
export function withGate(next: Send, { clock, signal, concurrency }: GateOptions): Send {
  const inFlight = pLimit(concurrency)
  const sent: number[] = []
  let limit = FIRST_LIMIT
  let pausedUntil = 0

  /** A longer pause that somebody else was told of stays. */
  function pauseFor(ms: number): void {
    pausedUntil = Math.max(pausedUntil, clock.now() + ms)
  }

  function learn({ headers }: Pick<ApiResponse, 'headers'>): void {
    limit = Math.max(1, numberIn(headers, 'x-ratelimit-limit') ?? limit)
    const remaining = numberIn(headers, 'x-ratelimit-remaining')
    const resetSeconds = numberIn(headers, 'x-ratelimit-reset')
    if (remaining === undefined || resetSeconds === undefined) return
    if (remaining < inFlight.activeCount) pauseFor(resetSeconds * 1000)
  }

  /** Milliseconds until one more request may go; it counts as sent when that is 0. */
  function takePlace(): number {
    signal.throwIfAborted()
    const now = clock.now()
    while (sent.length > 0 && now - (sent[0] ?? now) >= WINDOW_MS) sent.shift()
    const wait = sent.length < limit ? 0 : WINDOW_MS - (now - (sent[sent.length - limit] ?? now))
    const longest = Math.max(wait, pausedUntil - now)
    if (longest <= 0) sent.push(now)
    return longest
  }

  async function pass(): Promise<void> {
    for (let wait = takePlace(); wait > 0; wait = takePlace()) await clock.sleep(wait, signal)
  }

  return (request) =>
    inFlight(async () => {
      await pass()
      try {
        const response = await next(request)
        learn(response)
        return response
      } catch (error) {
        if (error instanceof SyncError && error.code === 'E_RATE_LIMITED')
          pauseFor(error.retryAfterMs ?? WINDOW_MS)
        throw error
      }
    })
}
