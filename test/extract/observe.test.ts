import { describe, expect, test } from 'vitest'
import { observe } from '../../src/extract/observe.ts'
import type { ApiRequest, Send } from '../../src/extract/request.ts'
import { systemClock } from '../../src/clock.ts'
import { parseBody } from '../../src/extract/body.ts'

const NOON = Date.UTC(2026, 10, 25, 12)
const request: ApiRequest = { stream: 'deals', path: '/api/v2/deals', cost: 10, params: {} }
const body = parseBody(Buffer.from('{"success":true,"data":[]}'))

/** Each answer takes so long by our clock, which begins at noon, and carries these headers. */
function answering(...answers: readonly (readonly [ms: number, headers: Record<string, string>])[]) {
  let now = NOON
  let at = 0
  const send: Send = () => {
    const [ms, headers] = answers[at++] ?? [0, {}]
    now += ms
    return Promise.resolve({ body, headers: new Headers(headers) })
  }
  return observe(send, { ...systemClock, now: () => now })
}

const date = (ms: number): Record<string, string> => ({ date: new Date(ms).toUTCString() })

describe('what answers tell beside their records', () => {
  test('is nothing before the first of them, and where they say nothing', async () => {
    const observer = answering([0, {}], [0, { date: 'noon', 'x-ratelimit-limit': 'many' }])
    for (let asked = 0; asked < 3; asked++) {
      expect([observer.clock(), observer.burstLimit()]).toEqual([null, null])
      await observer.send(request)
    }
  })

  test('is the burst limit', async () => {
    const observer = answering([0, { 'x-ratelimit-limit': '80' }], [0, {}])
    for (let asked = 0; asked < 2; asked++) {
      await observer.send(request)
      expect(observer.burstLimit()).toBe(80)
    }
  })

  test('is the time, read in the middle between request and answer, to the half second and half of the way', async () => {
    const observer = answering([400, date(NOON + 60_000)])
    await observer.send(request)
    expect(observer.clock()).toEqual({ ms: 60_300, within: 700 })
  })

  test('is the time of the quickest answer', async () => {
    const observer = answering([9000, date(NOON + 90_000)], [100, date(NOON)], [500, date(NOON + 80_000)])
    for (let asked = 0; asked < 3; asked++) await observer.send(request)
    expect(observer.clock()).toEqual({ ms: -9050 + 500, within: 550 })
  })
})
