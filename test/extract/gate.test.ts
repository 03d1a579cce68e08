import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { withGate } from '../../src/extract/gate.ts'
import type { Send } from '../../src/extract/request.ts'
import { aRequest, answered, neverStops, testClock, type TestClock } from './support.ts'

const limitHeaders = (limit: number, remaining = limit, reset = 2): Record<string, string> => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(reset),
})

/** A gate before a server whose every answer is made by `answer`, which is told the number of the request. */
function gated(answer: (index: number, clock: TestClock) => ReturnType<Send>, concurrency = 100) {
  const clock = testClock()
  const sentAt: number[] = []
  const send = withGate(
    () => {
      sentAt.push(clock.now())
      return answer(sentAt.length - 1, clock)
    },
    { clock, signal: neverStops, concurrency },
  )
  return {
    clock,
    sentAt,
    send,
    all: (count: number) => Promise.allSettled(Array.from({ length: count }, () => send(aRequest))),
  }
}

const plain = () => Promise.resolve(answered(null))

function mostInWindow(sentAt: readonly number[]): number {
  return Math.max(...sentAt.map((from) => sentAt.filter((at) => at >= from && at < from + 2000).length))
}

describe('the gate', () => {
  test('lets ten requests through in two seconds until it knows the limit', async () => {
    const { sentAt, all } = gated(plain)
    await all(25)
    expect(sentAt).toHaveLength(25)
    expect(mostInWindow(sentAt)).toBe(10)
    expect(sentAt.at(-1)).toBe(4000)
  })

  test('learns the limit from an answer, and uses all of it', async () => {
    const { sentAt, send, all } = gated(() => Promise.resolve(answered(null, limitHeaders(40, 39))))
    await send(aRequest)
    await all(59)
    expect(mostInWindow(sentAt)).toBe(40)
    expect(sentAt.filter((at) => at === 0)).toHaveLength(40)
  })

  test('goes down with a limit that goes down', async () => {
    const { sentAt, send, all, clock } = gated((index) =>
      Promise.resolve(answered(null, limitHeaders(index < 1 ? 40 : 5, 39))),
    )
    await send(aRequest)
    await send(aRequest)
    clock.advance(2000)
    await all(12)
    expect(mostInWindow(sentAt.slice(2))).toBe(5)
  })

  test.each([0, -3, 0.4])('never stands still at a limit of %d', async (limit) => {
    const { sentAt, send } = gated(() =>
      Promise.resolve(answered(null, { 'x-ratelimit-limit': String(limit) })),
    )
    for (let count = 0; count < 3; count++) await send(aRequest)
    expect(sentAt).toEqual([0, 2000, 4000])
  })

  test('keeps to the limit in any two seconds, whenever requests come', async () => {
    const bursts = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 2500 })), {
      minLength: 1,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(bursts, fc.integer({ min: 1, max: 25 }), async (all, limit) => {
        const gate = gated(() => Promise.resolve(answered(null, limitHeaders(limit, limit))))
        await gate.send(aRequest)
        for (const [count, pause] of all) {
          gate.clock.advance(pause)
          await gate.all(count)
        }
        expect(gate.sentAt).toHaveLength(1 + all.reduce((sum, [count]) => sum + count, 0))
        expect(mostInWindow(gate.sentAt)).toBeLessThanOrEqual(Math.max(limit, 1))
      }),
      { numRuns: 30 },
    )
  })

  test('holds no more requests in flight than it may', async () => {
    let inFlight = 0
    let most = 0
    const { all } = gated(async () => {
      most = Math.max(most, ++inFlight)
      await new Promise((resolve) => setImmediate(resolve))
      inFlight--
      return answered(null)
    }, 3)
    await all(9)
    expect(most).toBe(3)
  })

  test('waits no longer than a window where the clock is set back', async () => {
    const { sentAt, clock, all } = gated(plain)
    clock.advance(3_600_000)
    await all(10)
    clock.advance(-3_600_000)
    await all(1)
    expect(sentAt.at(-1)).toBe(2000)
  })

  test('pauses until the reset when others eat from the same limit', async () => {
    const { sentAt, send } = gated(() => Promise.resolve(answered(null, limitHeaders(80, 0, 2))))
    await send(aRequest)
    await send(aRequest)
    expect(sentAt).toEqual([0, 2000])
  })

  test('does not pause while enough remains', async () => {
    const { sentAt, send } = gated(() => Promise.resolve(answered(null, limitHeaders(80, 1, 2))))
    await send(aRequest)
    await send(aRequest)
    expect(sentAt).toEqual([0, 0])
  })

  const tooMany = (retryAfterMs?: number): SyncError =>
    new SyncError({
      code: 'E_RATE_LIMITED',
      recovery: 'retry',
      message: 'too many',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })

  test.each([
    ['as long as the server says', 30_000, 30_000],
    ['for one window where it says nothing', undefined, 2000],
  ])('pauses everybody after a 429 %s', async (_what, retryAfterMs, until) => {
    const { sentAt, send } = gated((index) => (index === 0 ? Promise.reject(tooMany(retryAfterMs)) : plain()))
    await expect(send(aRequest)).rejects.toThrow('too many')
    await Promise.all([send(aRequest), send({ ...aRequest, stream: 'notes' })])
    expect(sentAt).toEqual([0, until, until])
  })

  test('ends those who wait for a place where the pause is longer than a run waits', async () => {
    const refused = Promise.withResolvers<ReturnType<typeof answered>>()
    const { clock, all, send } = gated((index) => (index === 0 ? refused.promise : plain()))
    const sent = all(12)
    refused.reject(tooMany(600_000))
    const statuses = (await sent).map(({ status }) => status)
    expect(statuses).toEqual(['rejected', ...Array<string>(9).fill('fulfilled'), 'rejected', 'rejected'])
    await expect(send(aRequest)).rejects.toMatchObject({ code: 'E_RATE_LIMITED', retryAfterMs: 600_000 })
    expect(clock.now()).toBe(0)
  })

  test('does not shorten a pause that the server asked for when a late answer tells of a shorter one', async () => {
    const late = Promise.withResolvers<ReturnType<typeof answered>>()
    const { sentAt, send } = gated((index) => {
      if (index === 0) return late.promise
      return index === 1 ? Promise.reject(tooMany(30_000)) : plain()
    })
    const first = send(aRequest)
    await expect(send(aRequest)).rejects.toThrow('too many')
    late.resolve(answered(null, limitHeaders(80, 0, 2)))
    await first
    await send(aRequest)
    expect(sentAt).toEqual([0, 0, 30_000])
  })

  test('does not pause after other failures', async () => {
    const { sentAt, send } = gated((index) =>
      index === 0
        ? Promise.reject(new SyncError({ code: 'E_SERVER', recovery: 'retry', message: 'x' }))
        : plain(),
    )
    await expect(send(aRequest)).rejects.toThrow('x')
    await send(aRequest)
    expect(sentAt).toEqual([0, 0])
  })

  test('lets nothing more through once the run is stopped', async () => {
    const stop = new AbortController()
    const sent: string[] = []
    const send = withGate(
      (request) => {
        sent.push(request.stream)
        return plain()
      },
      { clock: testClock(), signal: stop.signal, concurrency: 50 },
    )
    await Promise.all(Array.from({ length: 10 }, () => send(aRequest)))
    stop.abort(new Error('stopped'))
    await expect(send(aRequest)).rejects.toThrow('stopped')
    expect(sent).toHaveLength(10)
  })
})
