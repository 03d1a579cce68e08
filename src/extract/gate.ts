import pLimit from 'p-limit'
import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import { createPlaces } from './places.ts'
import type { ApiResponse, Send } from './request.ts'

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

/** What an answer tells of the burst limit (documentation of rate limits; recorded 2026-05-15). */
function toldBy({ headers }: Pick<ApiResponse, 'headers'>): { limit?: number; remaining?: number } {
  const limit = numberIn(headers, 'x-ratelimit-limit')
  const remaining = numberIn(headers, 'x-ratelimit-remaining')
  return { ...(limit === undefined ? {} : { limit }), ...(remaining === undefined ? {} : { remaining }) }
}

/**
 * Bounds the rate below the burst limit: learns it from `x-ratelimit-limit`, leaves room for others who eat from it as
 * `x-ratelimit-remaining` tells, and pauses everybody after a 429, as long as the server says.
 */
export function withGate(next: Send, { clock, signal, concurrency }: GateOptions): Send {
  const inFlight = pLimit(concurrency)
  const places = createPlaces(clock, signal)
  return (request) =>
    inFlight(async () => {
      const place = await places.take()
      try {
        const response = await next(request)
        place.answered(toldBy(response))
        return response
      } catch (error) {
        const isOverBurst = error instanceof SyncError && error.code === 'E_RATE_LIMITED'
        place.failed(isOverBurst ? error : null)
        throw error
      }
    })
}
