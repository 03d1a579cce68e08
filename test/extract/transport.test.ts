import { setImmediate } from 'node:timers/promises'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readData } from '../../src/extract/body.ts'
import { createPageMemory } from '../../src/extract/page-memory.ts'
import { createTransport } from '../../src/extract/transport.ts'
import { createClient } from '../../src/extract/client.ts'
import { TOKEN, aRequest, failure, neverStops, respond, serve, testClock, transportTo } from './support.ts'

/** An address on this machine where nobody listens. */
const NOBODY = 'http://127.0.0.1:2'

/** Everything that a person or a log could see of an error. */
function everything(error: unknown): string {
  const seen: string[] = [inspect(error, { depth: 20, showHidden: true, getters: true })]
  for (let at = error; at instanceof Error; at = at.cause)
    seen.push(at.message, at.stack ?? '', String(at), JSON.stringify(at, Object.getOwnPropertyNames(at)))
  return seen.join('\n')
}

describe('a request on the wire', () => {
  test('is a GET with the token in one header, and nowhere in its address', async () => {
    const seen: { url: string; method: string; headers: IncomingHttpHeaders }[] = []
    const url = await serve((_url, response, request) => {
      seen.push({ url: request.url ?? '', method: request.method ?? '', headers: request.headers })
      respond(response, { success: true })
    })
    await transportTo(url)({ ...aRequest, params: { limit: '500', sort: 'update_time ASC', ids: '1,2' } })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({
      method: 'GET',
      headers: { 'x-api-token': TOKEN, accept: 'application/json' },
    })
    const asked = new URL(seen[0]?.url ?? '', url)
    expect(asked.pathname).toBe('/api/v2/deals')
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      limit: '500',
      sort: 'update_time ASC',
      ids: '1,2',
    })
    const elsewhere = JSON.stringify({ ...seen[0], headers: { ...seen[0]?.headers, 'x-api-token': '' } })
    expect(elsewhere).not.toContain(TOKEN)
  })

  test('gives the body, taken apart, and the headers', async () => {
    const url = await serve((_url, response) => {
      response.setHeader('x-ratelimit-limit', '80')
      respond(response, { success: true, data: ['ż'] })
    })
    const { body, headers } = await transportTo(url)(aRequest)
    expect([readData(body), body.envelope]).toEqual([['ż'], { success: true }])
    expect(headers.get('x-ratelimit-limit')).toBe('80')
  })

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ] as const)('understands a body sent as %s, of a failure too', async (encoding, compress) => {
    const text = JSON.stringify({ success: true, data: ['ż'.repeat(10_000)], error: 'no way' })
    const url = await serve(({ searchParams }, response) => {
      const status = Number(searchParams.get('limit'))
      response.writeHead(status, { 'content-encoding': encoding }).end(compress(text))
    })
    const send = transportTo(url)
    expect(readData((await send({ ...aRequest, params: { limit: '200' } })).body)).toEqual([
      'ż'.repeat(10_000),
    ])
    const error = await failure(send({ ...aRequest, params: { limit: '403' } }))
    expect(error.message).toContain('"no way"')
  })

  test('asks for a compressed body', async () => {
    const asked: unknown[] = []
    const url = await serve((_url, response, { headers }) => {
      asked.push(headers['accept-encoding'])
      respond(response, { success: true })
    })
    await transportTo(url)(aRequest)
    expect(asked).toEqual(['gzip, br'])
  })

  test.each([301, 302, 303, 307, 308])(
    'does not follow a redirect (%i), which would take the token along',
    async (status) => {
      const visitors: string[] = []
      const other = await serve((url, response) => {
        visitors.push(url.pathname)
        respond(response, { success: true })
      })
      const url = await serve(
        (_url, response) => void response.writeHead(status, { location: `${other}/stolen` }).end(),
      )
      expect(await failure(transportTo(url)(aRequest))).toMatchObject({
        code: 'E_CONFIG',
        recovery: 'abort-run',
      })
      expect(visitors).toEqual([])
    },
  )

  test.each([
    ['nothing', ''],
    ['HTML', '<!doctype html><p>Hello</p>'],
    ['half of its JSON', '{"success":true,"data":[{"id":1},{"i'],
  ])('with 200 and %s is E_ENVELOPE, to be tried again', async (_what, text) => {
    const url = await serve((_url, response) => void response.end(text))
    const error = await failure(transportTo(url)(aRequest))
    expect(error).toMatchObject({ code: 'E_ENVELOPE', recovery: 'retry' })
    expect(error.message).toContain(`${text.length} bytes`)
  })

  test('that breaks off within the body is E_NETWORK, to be tried again', async () => {
    const url = await serve((_url, response) => {
      const half = '{"success":true'
      response.writeHead(200, { 'content-length': '1000' }).write(half, () => response.destroy())
    })
    expect(await failure(transportTo(url)(aRequest))).toMatchObject({ code: 'E_NETWORK', recovery: 'retry' })
  })

  test('that is never answered is E_NETWORK after its time', async () => {
    const url = await serve(() => undefined)
    expect(await failure(transportTo(url, neverStops, 50)(aRequest))).toMatchObject({
      code: 'E_NETWORK',
      recovery: 'retry',
    })
  })

  test('that is refused the connection is E_NETWORK', async () => {
    expect(await failure(transportTo(NOBODY)(aRequest))).toMatchObject({
      code: 'E_NETWORK',
      recovery: 'retry',
    })
  })

  test('ends with the reason of the stop, not with an error of the network', async () => {
    const stop = new AbortController()
    // A stop that looks like a failure that passes, and would be tried again.
    const reason = new DOMException('the run took too long', 'TimeoutError')
    const url = await serve(() => stop.abort(reason))
    await expect(transportTo(url, stop.signal)(aRequest)).rejects.toBe(reason)
  })

  test('that fails is told by what it asked, whatever the status', async () => {
    const url = await serve((_url, response) => respond(response, { success: false, error: 'no' }, 404))
    const error = await failure(transportTo(url)(aRequest))
    expect(error.code).toBe('E_NOT_FOUND')
    expect(error.message).toContain('deals: GET /api/v2/deals?limit=500 was answered with 404 ("no")')
  })
})

describe('the token', () => {
  test.each([400, 401, 402, 403, 404, 410, 415, 429, 500, 503, 302])(
    'is in no part of the error after %i',
    async (status) => {
      const url = await serve((_url, response) => respond(response, { success: false, error: 'no' }, status))
      const error = await failure(transportTo(url)(aRequest))
      expect(everything(error)).toContain('/api/v2/deals')
      expect(everything(error)).not.toContain(TOKEN)
    },
  )

  test.each([
    ['a broken answer', (url: string) => url],
    ['a refused connection', () => NOBODY],
    ['an address that is none', () => 'nowhere'],
  ])('is in no part of the error after %s', async (_what, address) => {
    const url = await serve((_url, response) => void response.end('{'))
    const error: unknown = await transportTo(address(url))(aRequest).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    expect(everything(error)).not.toContain(TOKEN)
  })

  test.each([
    ['a line end', `${TOKEN}\n${TOKEN}`],
    ['a NUL', `${TOKEN}\u0000`],
    ['a letter that no header holds', `${TOKEN}\u20ac`],
  ])('that has %s in it is refused before anything is sent, without being shown', (_what, token) => {
    let error: unknown
    try {
      createTransport({
        baseUrl: NOBODY,
        token,
        timeoutMs: 1000,
        signal: neverStops,
        memory: createPageMemory(),
      })
    } catch (reason) {
      error = reason
    }
    expect(error).toMatchObject({ code: 'E_CONFIG', recovery: 'abort-run' })
    expect(everything(error)).not.toContain(TOKEN)
    expect(everything(error)).toContain('PIPEDRIVE_API_TOKEN')
  })
})

describe('an answer that HTTP cannot read', () => {
  const gzip = { 'content-encoding': 'gzip' }
  const spoilt = gzipSync('x'.repeat(1000)).fill(7, 12, 20)

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['a body that is not what was packed', (to) => to.writeHead(200, gzip).end(spoilt), /Z_DATA_ERROR/],
    ['a body that was never packed', (to) => to.writeHead(200, gzip).end('plain'), /Z_DATA_ERROR/],
    [
      'two lengths that differ',
      (to) => to.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabc'),
      /UND_ERR_RES_CONTENT_LENGTH_MISMATCH/,
    ],
    [
      'chunks that are none',
      (to) => to.socket?.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc'),
      /does not match the HTTP\/1\.1 protocol/,
    ],
    ['no HTTP at all', (to) => to.socket?.end('hello'), /does not match the HTTP\/1\.1 protocol/],
  ])('%s is a failure of the network', async (_what, answer, message) => {
    const url = await serve((_url, response) => void answer(response))
    const error = await failure(transportTo(url)(aRequest))
    expect(error).toMatchObject({ code: 'E_NETWORK', recovery: 'retry' })
    expect(error.message).toMatch(message)
    expect(everything(error)).not.toContain(TOKEN)
  })

  test('an address that is not to be used this way ends the run', async () => {
    const url = await serve((_url, response) => respond(response, {}))
    for (const address of [url.replace('http:', 'https:'), 'http://127.0.0.1:99999'])
      expect(await failure(transportTo(address)(aRequest))).toMatchObject({
        code: 'E_CONFIG',
        recovery: 'abort-run',
        message: expect.stringContaining(address) as string,
      })
  })
})

describe('the client', () => {
  test('tells of a block before the request fails that met it', async () => {
    const url = await serve((_url, response) => {
      response.writeHead(403, { 'content-type': 'text/html' }).end('<!doctype html>')
    })
    const told: unknown[] = []
    const client = createClient({
      baseUrl: url,
      token: TOKEN,
      allowance: { tokens: 1000 },
      concurrency: 1,
      clock: testClock(),
      signal: neverStops,
      onBlock: async (block) => {
        await setImmediate()
        told.push(block)
      },
    })
    const error = await failure(client.send(aRequest))
    expect(told).toEqual([error])
  })

  test('lets every attempt pay, and gives up in the name of the stream', async () => {
    let asked = 0
    const url = await serve((_url, response) => {
      asked++
      respond(response, { success: false }, 503)
    })
    const clock = testClock()
    const client = createClient({
      baseUrl: url,
      token: TOKEN,
      allowance: { tokens: 1000 },
      concurrency: 4,
      clock,
      signal: neverStops,
      onBlock: () => Promise.resolve(),
    })
    const error = await failure(client.send(aRequest))
    expect(error).toMatchObject({ code: 'E_SERVER', recovery: 'skip-stream' })
    expect(asked).toBe(5)
    expect(client.ledger.of('deals')).toEqual({ requests: 5, tokens: 50 })
    expect(everything(error)).not.toContain(TOKEN)
  })

  test('sends nothing past its budget, and tries nothing again for it', async () => {
    let asked = 0
    const url = await serve((_url, response) => {
      asked++
      respond(response, { success: true })
    })
    const clock = testClock()
    const client = createClient({
      baseUrl: url,
      token: TOKEN,
      allowance: { tokens: 15 },
      concurrency: 4,
      clock,
      signal: neverStops,
      onBlock: () => Promise.resolve(),
    })
    await client.send(aRequest)
    expect(await failure(client.send(aRequest))).toMatchObject({ code: 'E_BUDGET', recovery: 'defer' })
    expect(asked).toBe(1)
    expect(clock.slept).toEqual([])
  })

  test('sends nothing more for anybody once it is blocked, and what waited its turn does not pay', async () => {
    let asked = 0
    const url = await serve((_url, response) => {
      asked++
      response.writeHead(403, { 'content-type': 'text/html' }).end('<html></html>')
    })
    const client = createClient({
      baseUrl: url,
      token: TOKEN,
      allowance: { tokens: 1000 },
      concurrency: 1,
      clock: testClock(),
      signal: neverStops,
      onBlock: () => Promise.resolve(),
    })
    const sent = Array.from({ length: 5 }, () => failure(client.send(aRequest)))
    for (const error of await Promise.all(sent))
      expect(error).toMatchObject({ code: 'E_BLOCKED', recovery: 'defer' })
    expect(await failure(client.send(aRequest))).toMatchObject({ code: 'E_BLOCKED' })
    expect(asked).toBe(1)
    expect(client.ledger.total).toEqual({ requests: 1, tokens: 10 })
  })
})
