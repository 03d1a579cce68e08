import { Duration } from 'luxon'
import type { Allowance } from '../src/extract/allowance.ts'

/** `4.0 s`, `3 min 20 s`, `5 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const [large, small] = seconds < 3600 ? (['m', 's'] as const) : (['h', 'm'] as const)
  const names = { h: 'h', m: 'min', s: 's' }
  return Duration.fromMillis(seconds * 1000).toFormat(`${large} '${names[large]}' ${small} '${names[small]}'`)
}

/** 0.0123 -> `1.2 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

export function spentText({
  requests,
  tokens,
}: {
  readonly requests: number
  readonly tokens: number
}): string {
  return `${requests} ${requests === 1 ? 'request' : 'requests'} and ${tokens} tokens`
}

/** What is left to other integrations; null where nothing is. */
export function reserveText(reserve: Allowance): string | null {
  if ('tokens' in reserve)
    return reserve.tokens === 0 ? null : `${reserve.tokens} a day are left to others (TOKEN_RESERVE)`
  return reserve.share === 0 ? null : `${percent(reserve.share)} of a day are left to others (TOKEN_RESERVE)`
}
