import { describe, expect, test } from 'vitest'
import { createLimits } from '../../emulator/http/limits.ts'
import { defaultSwitches } from '../../emulator/switches.ts'
import { SyncError } from '../../src/errors.ts'
import { withGate } from '../../src/extract/gate.ts'
import type { Send } from '../../src/extract/request.ts'
import { randomOf } from '../support/random.ts'
import { aRequest, answered, neverStops, testClock } from './support.ts'

const SECOND = 1000
const WALKERS = 16

interface Line {
  /** Requests in any two seconds. */
  readonly limit: number
  /** Milliseconds that a request is on its way, there and back, at least and at most. */
  readonly trip: readonly [number, number]
  /** Another integration sends one every so many milliseconds, from the one time to the other. */
  readonly other?: { readonly every: number; readonly from: number; readonly to: number }
}

/** Walkers that always have something to ask for, before the emulator's own limits, for so many seconds. */
async function atWork({ limit, trip: [least, most], other }: Line, seconds: number) {
  const clock = testClock()
  const draw = randomOf(limit + most)
  const limits = createLimits(
    { burst: limit, daily: 1e9 },
    { ...defaultSwitches, cloudflareAfter: Infinity, burstRetryAfter: false },
    () => clock.now(),
  )
  const way = (): Promise<void> => clock.sleep((least + draw(most - least + 1)) / 2)
  const served: number[] = []
  let refused = 0
  const wire: Send = async () => {
    await way()
    const { headers, refusal } = limits.admit(1)
    await way()
    if (refusal === undefined) {
      served.push(clock.now())
      return answered(null, headers)
    }
    refused++
    throw new SyncError({ code: 'E_RATE_LIMITED', recovery: 'retry', message: 'x', retryAfterMs: 2000 })
  }
  const send = withGate(wire, { clock, signal: neverStops, concurrency: WALKERS })
  const walk = async (): Promise<void> => {
    while (clock.now() < seconds * SECOND) await send(aRequest).catch(() => undefined)
  }
  const another = async ({ every, from, to }: NonNullable<Line['other']>): Promise<void> => {
    await clock.sleep(from * SECOND)
    for (; clock.now() < to * SECOND; await clock.sleep(every)) limits.admit(1)
  }
  await Promise.all([
    ...Array.from({ length: WALKERS }, walk),
    ...(other === undefined ? [] : [another(other)]),
  ])
  /** Of all that the limit allows from the one second to the other, the share that was served. */
  const share = (from: number, to: number): number =>
    served.filter((at) => at >= from * SECOND && at < to * SECOND).length / ((limit / 2) * (to - from))
  return { share, refused }
}

describe('the gate at work', () => {
  test.each<Line>([
    { limit: 20, trip: [1, 4] },
    { limit: 20, trip: [100, 100] },
    { limit: 20, trip: [40, 160] },
    { limit: 80, trip: [1, 10] },
    { limit: 80, trip: [100, 100] },
    { limit: 80, trip: [40, 160] },
    { limit: 400, trip: [1, 10] },
  ])('uses 95 %% of a limit of $limit without one 429, $trip ms a request', async (line) => {
    const { share, refused } = await atWork(line, 42)
    expect(refused).toBe(0)
    // Windows of a whole number of trips: 42 s are about as many of them.
    expect(share(0, 42)).toBeGreaterThanOrEqual(0.95)
  })

  test.each<Line & { readonly other: object; readonly left: number }>([
    { limit: 20, trip: [40, 160], other: { every: 250, from: 20, to: 60 }, left: 0.6 },
    { limit: 80, trip: [40, 160], other: { every: 50, from: 20, to: 60 }, left: 0.5 },
  ])('yields to another integration at a limit of $limit, and recovers', async ({ left, ...line }) => {
    const { share, refused } = await atWork(line, 100)
    expect(share(0, 20)).toBeGreaterThanOrEqual(0.95)
    expect(share(24, 60)).toBeLessThanOrEqual(left)
    expect(share(24, 60)).toBeGreaterThan(0.6 * left)
    expect(refused).toBeLessThanOrEqual(12)
    expect(share(66, 100)).toBeGreaterThanOrEqual(0.94)
  })
})
