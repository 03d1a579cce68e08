import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/clock.ts'

export interface TestClock extends Clock {
  advance(ms: number): void
}

/** Runs with the machine's clock or another, but a sleep is over at once and the time has passed. */
export function testClock(now: () => number = Date.now): TestClock {
  let ahead = 0
  return {
    now: () => now() + ahead,
    advance: (ms) => void (ahead += ms),
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      ahead += ms
      await setImmediate()
      signal?.throwIfAborted()
    },
  }
}
