import { describe, expect, test } from 'vitest'
import { DAY, iso, run, SECOND, START, type Reply } from './support/emulator.ts'

const unauthorized = {
  success: false,
  error: 'unauthorized access',
  errorCode: 401,
  error_info: 'Please check developers.pipedrive.com',
}

const daily = ({ headers }: Reply): (string | null)[] => [
  headers.get('x-daily-ratelimit-token-limit'),
  headers.get('x-daily-ratelimit-token-remaining'),
]

describe('a request without the right token', () => {
  test.each([
    ['none', {}],
    ['another token', { 'x-api-token': 'wrong' }],
    ['another bearer token', { authorization: 'Bearer wrong' }],
  ])('with %s is answered 401 as the gateway does', async (_what, headers) => {
    const { emulator } = await run()
    const response = await fetch(`${emulator.url}/v1/users/me`, { headers })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual(unauthorized)
    expect(response.headers.get('x-401-by-gw')).toBe('true')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cf-cache-status')).toBe('DYNAMIC')
    expect(response.headers.has('badi')).toBe(true)
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^__cf_bm=/)])
    expect(response.headers.get('access-control-expose-headers')).toBe(
      'X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset',
    )
    expect(response.headers.has('x-ratelimit-remaining')).toBe(false)
  })

  test('spends nothing', async () => {
    const { emulator } = await run()
    await fetch(`${emulator.url}/api/v2/deals`)
    expect(emulator.limits.spent).toBe(0)
  })

  test.each([
    ['a bearer token', '/v1/users/me', { authorization: 'Bearer secret' }],
    ['the old query parameter', '/v1/users/me?api_token=secret', {}],
    ['the header', '/v1/users/me', { 'x-api-token': 'secret' }],
  ])('is let in with %s', async (_what, path, headers) => {
    const { emulator } = await run({ token: 'secret' })
    const response = await fetch(emulator.url + path, { headers })
    expect(response.status).toBe(200)
    await response.text()
  })
})

describe('the daily budget', () => {
  test('is announced as it was before the request', async () => {
    const { call } = await run({ limits: { daily: 1000 } })
    expect(daily(await call('/api/v2/deals'))).toEqual(['1000', '1000'])
    expect(daily(await call('/v1/users/me'))).toEqual(['1000', '990'])
    expect(daily(await call('/api/v2/deals/1'))).toEqual(['1000', '988'])
    expect(daily(await call('/api/v2/stages'))).toEqual(['1000', '987'])
  })

  test('is not announced when the switch says so', async () => {
    const { call } = await run({ switches: { dailyHeaders: false } })
    expect(daily(await call('/api/v2/deals'))).toEqual([null, null])
  })

  test('is refused with 429 and the seconds to midnight when it is spent', async () => {
    const { call } = await run({ limits: { daily: 20 } })
    await call('/api/v2/deals')
    await call('/api/v2/deals')
    const refused = await call('/api/v2/deals')
    expect(refused.status).toBe(429)
    expect(refused.body).toEqual({
      success: false,
      error: 'daily request budget exceeded',
      errorCode: 429,
      error_info: 'Please check developers.pipedrive.com',
    })
    expect(refused.headers.get('retry-after')).toBe(String(12 * 3600))
    expect(daily(refused)).toEqual(['20', '0'])
  })

  test('is whole again at midnight', async () => {
    const { call, advance } = await run({ limits: { daily: 10 } })
    await call('/api/v2/deals')
    advance(DAY / 2 - SECOND)
    expect((await call('/api/v2/deals')).status).toBe(429)
    advance(SECOND)
    expect(daily(await call('/api/v2/deals'))).toEqual(['10', '10'])
  })

  test('is whole again at the midnight of the time zone that the switch names', async () => {
    const { call } = await run({ limits: { daily: 5 }, switches: { dailyResetOffsetHours: 3 } })
    expect((await call('/api/v2/deals')).headers.get('retry-after')).toBe(String(9 * 3600))
  })

  test.each([
    ['refused', 429],
    ['served', 200],
  ] as const)('too small for a request is %s as the switch says', async (lastOfTheDay, status) => {
    const { call } = await run({ limits: { daily: 15 }, switches: { lastOfTheDay } })
    await call('/api/v2/deals')
    expect((await call('/api/v2/deals')).status).toBe(status)
  })
})

describe('the burst limit', () => {
  test('counts down and says when it is free again', async () => {
    const { call } = await run({ limits: { burst: 80 } })
    const { headers } = await call('/api/v2/deals')
    expect(headers.get('x-ratelimit-limit')).toBe('80')
    expect(headers.get('x-ratelimit-remaining')).toBe('79')
    expect(headers.get('x-ratelimit-reset')).toBe('2')
    expect((await call('/v1/users/me')).headers.get('x-ratelimit-remaining')).toBe('78')
  })

  test('refuses the request after the last one with 429, without charging for it', async () => {
    const { call, emulator } = await run({ limits: { burst: 2 } })
    for (const path of ['/api/v2/deals', '/api/v2/deals']) expect((await call(path)).status).toBe(200)
    const refused = await call('/api/v2/deals')
    expect(refused.status).toBe(429)
    expect(refused.body).toMatchObject({ success: false, error: 'request over limit', errorCode: 429 })
    expect(refused.headers.get('retry-after')).toBeNull()
    expect([emulator.limits.spent, emulator.limits.refused.burst]).toEqual([20, 1])
  })

  test('rolls over two seconds', async () => {
    const { call, advance } = await run({ limits: { burst: 2 } })
    await call('/api/v2/deals')
    advance(SECOND)
    await call('/api/v2/deals')
    advance(SECOND - 1)
    expect((await call('/api/v2/deals')).status).toBe(429)
    advance(1)
    expect((await call('/api/v2/deals')).status).toBe(200)
    expect((await call('/api/v2/deals')).status).toBe(429)
  })

  test('names the seconds to wait when the switch says so', async () => {
    const { call } = await run({ limits: { burst: 1 }, switches: { burstRetryAfter: true } })
    await call('/api/v2/deals')
    expect((await call('/api/v2/deals')).headers.get('retry-after')).toBe('2')
  })
})

describe('Cloudflare', () => {
  const ignoring = { limits: { burst: 1 }, switches: { cloudflareAfter: 2, cloudflareSeconds: 60 } }

  test('takes over with an HTML 403 after 429s were ignored, and only for a while', async () => {
    const { call, advance } = await run(ignoring)
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) statuses.push((await call('/api/v2/deals')).status)
    expect(statuses).toEqual([200, 429, 429, 403, 403])
    const banned = await call('/api/v2/deals')
    expect(banned.headers.get('content-type')).toMatch(/^text\/html/)
    expect(banned.text).toContain('This error is produced by Cloudflare')
    expect(banned.headers.has('x-ratelimit-limit')).toBe(false)
    expect(banned.headers.has('x-correlation-id')).toBe(false)
    advance(60 * SECOND)
    expect((await call('/api/v2/deals')).status).toBe(200)
  })

  test('stays away when a 429 is heeded', async () => {
    const { call, advance } = await run(ignoring)
    const statuses: number[] = []
    for (let i = 0; i < 6; i++) {
      statuses.push((await call('/api/v2/deals')).status, (await call('/api/v2/deals')).status)
      advance(2 * SECOND)
    }
    expect(statuses).toEqual(Array.from({ length: 6 }, () => [200, 429]).flat())
  })
})

describe('every answer', () => {
  test('has the cookies and the route that were recorded', async () => {
    const { call } = await run()
    const { headers } = await call('/v1/users')
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^pipedrive-cdl=/),
      expect.stringMatching(/^__cf_bm=/),
    ])
    expect(headers.has('badi')).toBe(true)
  })

  test('has the date of the emulator and an id of its own', async () => {
    const { call } = await run()
    const [one, other] = [await call('/v1/users'), await call('/v1/users')]
    expect(one.headers.get('date')).toBe(new Date(START).toUTCString())
    expect(one.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(one.headers.get('x-correlation-id')).not.toBe(other.headers.get('x-correlation-id'))
  })

  test('is written down with its cost', async () => {
    const { call, emulator } = await run()
    await call(`/api/v2/deals?updated_since=${iso(START)}`)
    expect(emulator.requests).toEqual([
      {
        method: 'GET',
        path: '/api/v2/deals',
        query: `updated_since=${iso(START)}`,
        status: 200,
        cost: 10,
        at: START,
      },
    ])
  })

  test('is forgotten when as many as are kept came after it', async () => {
    const { call, emulator } = await run({ keepRequests: 2 })
    for (const path of ['/v1/users', '/v1/notes', '/v1/files']) await call(path)
    expect(emulator.requests.map((one) => one.path)).toEqual(['/v1/notes', '/v1/files'])
  })

  test('to a write announces the old daily limit of writes', async () => {
    const { call } = await run()
    const made = await call('/api/v2/deals', { method: 'POST', json: { title: 'Roof' } })
    expect(made.headers.get('x-daily-requests-left')).toBe('10000')
    expect((await call('/api/v2/deals')).headers.has('x-daily-requests-left')).toBe(false)
  })

  test.each([
    ['/api/v2/deals', '/v2/deals'],
    ['/v1/leads', '/api/v1/leads'],
  ])('at %s is the one at %s', async (one, other) => {
    const { call } = await run()
    expect((await call(one)).text).toBe((await call(other)).text)
  })

  test.each(['/api/v2/nothing', '/api/v3/deals', '/', '/api/v2/deals/%E0%A4%A'])(
    'at the unknown path %s is 404',
    async (path) => {
      const { call } = await run()
      expect((await call(path)).status).toBe(404)
    },
  )
})
