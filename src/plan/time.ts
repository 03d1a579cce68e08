import type { Pace } from './facts.ts'

/** Requests in two seconds that the smallest plan allows (documentation, rate limiting). */
export const SMALLEST_BURST = 20
const BURST_SECONDS = 2

function at(count: number, perSecond: number | null): number {
  return perSecond === null || perSecond <= 0 ? 0 : count / perSecond
}

/** Seconds that reading a stream takes: as the burst limit lets it, or as earlier runs of it went, whichever is slower. */
export function secondsOf(
  { requests, records }: { readonly requests: number; readonly records: number },
  { rowsPerSecond, requestsPerSecond }: Pace,
  burst: number,
): number {
  const gate = at(requests, burst / BURST_SECONDS)
  return Math.max(
    gate,
    at(records, rowsPerSecond),
    rowsPerSecond === null ? at(requests, requestsPerSecond) : 0,
  )
}

/** Seconds of the whole: streams share the burst limit, and `atOnce` of them are read at a time. */
export function secondsOfAll(
  streams: readonly { readonly requests: number; readonly seconds: number }[],
  burst: number,
  atOnce: number,
): number {
  const sum = (of: 'requests' | 'seconds'): number => streams.reduce((total, each) => total + each[of], 0)
  const longest = Math.max(0, ...streams.map(({ seconds }) => seconds))
  return Math.max(longest, sum('seconds') / atOnce, at(sum('requests'), burst / BURST_SECONDS))
}
