import type { Clock } from '../clock.ts'
import type { ApiResponse, Send } from './request.ts'

/** How far Pipedrive's clock is ahead of ours, in milliseconds, and how far off that may be. */
export interface ClockDifference {
  readonly ms: number
  readonly within: number
}

/** What answers tell beside their records; null as long as none has told it. */
export interface Observer {
  readonly send: Send
  /** Requests in two seconds. */
  readonly burstLimit: () => number | null
  clock(): ClockDifference | null
}

/** `Date` counts whole seconds, and was written at some time between the request and its answer. */
function compare({ headers }: ApiResponse, sent: number, received: number): ClockDifference | null {
  const told = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(told)) return null
  return { ms: told + 500 - (sent + received) / 2, within: 500 + (received - sent) / 2 }
}

/** Watches answers go by; of several readings of the clock the sharpest is kept. */
export function observe(next: Send, clock: Clock): Observer {
  let burstLimit: number | null = null
  let difference: ClockDifference | null = null
  return {
    burstLimit: () => burstLimit,
    clock: () => difference,
    async send(request) {
      const sent = clock.now()
      const response = await next(request)
      const read = compare(response, sent, clock.now())
      if (read !== null && read.within < (difference?.within ?? Infinity)) difference = read
      const limit = Number(response.headers.get('x-ratelimit-limit') ?? Number.NaN)
      if (Number.isFinite(limit)) burstLimit = limit
      return response
    },
  }
}
