import { setTimeout as delay } from 'node:timers/promises'

/** The only source of time in the program, so that a test or a simulation can put another in its place. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      // Node rejects with an AbortError of its own, which does not say why.
      signal?.throwIfAborted()
      throw error
    }
  },
}

/** Lets the event loop have a turn: work without end would keep it from its sockets. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
