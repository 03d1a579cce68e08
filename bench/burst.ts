import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestLogEntry } from '../emulator/index.ts'

/** The burst limit counts over a rolling window of two seconds (FACTS: rate limits). */
export const WINDOW_MS = 2000

/** What another integration asks for, and we never do. */
export const OTHERS_PATH = '/api/v2/pipelines'

export function requestsASecond(burst: number): number {
  return (burst / WINDOW_MS) * 1000
}

/** Waits until no request that was made before counts any more. */
export function burstIsOver(): Promise<void> {
  return sleep(WINDOW_MS)
}

export function isOwn({ path }: RequestLogEntry): boolean {
  return path !== OTHERS_PATH
}

export function refusedOf(requests: readonly RequestLogEntry[]): number {
  return requests.filter(({ status }) => status === 429).length
}
