import { describe, expect, test } from 'vitest'
import { SyncError, type Recovery } from '../../src/errors.ts'
import { withRetry } from '../../src/extract/retry.ts'
import { aRequest, answers, failure, neverStops, testClock } from './support.ts'

function passing(more: { recovery?: Recovery; retryAfterMs?: number } = {}): SyncError {
  return new SyncError({ code: 'E_SERVER', recovery: 'retry', message: 'server in trouble', ...more })
}

function retrying(
  wire: ReturnType<typeof answers>,
  more: { random?: () => number; signal?: AbortSignal } = {},
) {
  const clock = testClock()
  const options = {
    attempts: 4,
    baseDelayMs: 100,
    maxDelayMs: 300,
    random: () => 0.5,
    signal: neverStops,
    ...more,
  }
  return { clock, send: withRetry(wire.send, { clock, ...options }) }
}

describe('a request', () => {
  test('is sent once when it succeeds', async () => {
    const wire = answers('ok')
    const { send, clock } = retrying(wire)
    expect((await send(aRequest)).body.envelope).toBe('ok')
    expect([wire.requests, clock.slept]).toEqual([[aRequest], []])
  })

  test('is sent again, unchanged, after failures that pass', async () => {
    const wire = answers(passing(), passing(), 'ok')
    const { send } = retrying(wire)
    expect((await send(aRequest)).body.envelope).toBe('ok')
    expect(wire.requests).toEqual([aRequest, aRequest, aRequest])
  })

  test('waits a random part of a bound that doubles up to the most', async () => {
    const wire = answers(passing(), passing(), passing(), 'ok')
    const { send, clock } = retrying(wire)
    await send(aRequest)
    expect(clock.slept).toEqual([50, 100, 150])
    const eager = retrying(answers(passing(), 'ok'), { random: () => 0 })
    await eager.send(aRequest)
    expect(eager.clock.slept).toEqual([0])
  })

  test('ends the run as deferred instead of waiting for hours', async () => {
    const { send, clock } = retrying(answers(passing({ retryAfterMs: 3_600_000 }), 'ok'))
    await expect(send(aRequest)).rejects.toMatchObject({ recovery: 'defer', retryAfterMs: 3_600_000 })
    expect(clock.slept).toEqual([])
  })

  test('waits as long as the server says, up to two minutes', async () => {
    const { send, clock } = retrying(
      answers(passing({ retryAfterMs: 4000 }), passing({ retryAfterMs: 0 }), 'ok'),
    )
    await send(aRequest)
    expect(clock.slept).toEqual([4000, 0])
  })

  test('ends its stream, with the last failure as the cause, when every attempt failed', async () => {
    const last = passing()
    const wire = answers(passing(), passing(), passing(), last, 'too late')
    const { send, clock } = retrying(wire)
    const error = await failure(send(aRequest))
    expect(error).toMatchObject({ code: 'E_SERVER', recovery: 'skip-stream', cause: last })
    expect(error.message).toBe('server in trouble (4 attempts)')
    expect([wire.requests.length, clock.slept.length]).toEqual([4, 3])
  })

  test.each(['skip-stream', 'defer', 'abort-run'] as const)(
    'is not sent again after a failure to %s',
    async (recovery) => {
      const error = passing({ recovery, retryAfterMs: 5 })
      const wire = answers(error, 'ok')
      const { send, clock } = retrying(wire)
      await expect(send(aRequest)).rejects.toBe(error)
      expect([wire.requests.length, clock.slept]).toEqual([1, []])
    },
  )

  test('is not sent again after an error that nobody knows', async () => {
    const error = new TypeError('a bug')
    const wire = answers(error, 'ok')
    await expect(retrying(wire).send(aRequest)).rejects.toBe(error)
    expect(wire.requests).toHaveLength(1)
  })

  test('is not sent again once the run is stopped', async () => {
    const stop = new AbortController()
    stop.abort(new Error('stopped'))
    const wire = answers(passing(), 'ok')
    await expect(retrying(wire, { signal: stop.signal }).send(aRequest)).rejects.toThrow('stopped')
    expect(wire.requests).toHaveLength(1)
  })
})
