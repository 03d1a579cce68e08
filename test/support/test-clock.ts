import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/clock.ts'

export interface TestClock extends Clock {
  advance(ms: number): void
}

/** Runs with the machine's clock, but a sleep is over at once and the time has passed. */
export function testClock(): TestClock {
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    advance: (ms) => void (ahead += ms),
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      ahead += ms
      await setImmediate()
      signal?.throwIfAborted()
    },
  }
}
