import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../../emulator/index.ts'
import { idsOf, pagesOf, run, withParam } from './support/emulator.ts'

const list = '/api/v2/persons?limit=5'

interface Arrived {
  readonly text: string
  readonly chunks: number
}

/** The pieces in which an answer comes over the wire. */
const overTheWire = ({ url, token }: Emulator, path: string): Promise<Arrived> =>
  new Promise((resolve, reject) => {
    const sent = request(url + path, { headers: { 'x-api-token': token } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ text: Buffer.concat(chunks).toString(), chunks: chunks.length }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })

describe('an answer can be made', () => {
  test.each([500, 502, 503])('%i', async (status) => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'status', status })
    const reply = await call(list)
    expect([reply.status, reply.body['success']]).toEqual([status, false])
  })

  test('an error with a body of choice', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'status', status: 502, body: '<html>Bad gateway</html>' })
    const reply = await call(list)
    expect([reply.status, reply.text]).toEqual([502, '<html>Bad gateway</html>'])
  })

  test('524 with the HTML of Cloudflare', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'timeout-524' })
    const { status, headers, text } = await call(list)
    expect([status, headers.get('content-type'), headers.has('x-correlation-id')]).toEqual([
      524,
      'text/html; charset=UTF-8',
      false,
    ])
    expect(text).toContain('524: A timeout occurred')
  })

  test.each([
    ['null-body', 'null'],
    ['empty-body', ''],
  ] as const)('200 with a %s', async (kind, text) => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind })
    const reply = await call(list)
    expect([reply.status, reply.text]).toEqual([200, text])
  })

  test('200 with a page of HTML', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'html-body' })
    const { status, text } = await call(list)
    expect([status, text.startsWith('<!DOCTYPE html>')]).toEqual([200, true])
  })

  test.each([
    ['forbidden', 403, 'You do not have permissions to do this.'],
    ['wrong-scope', 403, 'Scope and URL mismatch'],
    ['feature-capped', 403, 'You do not have permissions to do this.'],
    ['payment-required', 402, 'Required suites missing'],
  ] as const)('%s', async (kind, status, error) => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind })
    const reply = await call(list)
    expect([reply.status, reply.body['error']]).toEqual([status, error])
  })

  test('whole HTTP around half a body', async () => {
    const { call, emulator } = await run()
    const whole = (await call(list)).text
    emulator.faults.add({ kind: 'truncated-body' })
    const half = (await call(list)).text
    expect(half.length).toBeGreaterThan(0)
    expect(half.length).toBeLessThan(whole.length)
    expect(whole.startsWith(half.slice(0, -1))).toBe(true)
  })

  test('a connection that closes in the middle of the body', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'cut-connection' })
    await expect(call(list)).rejects.toThrow()
    await expect(overTheWire(emulator, list)).rejects.toThrow('aborted')
  })

  test('a reset connection', async () => {
    const { emulator } = await run()
    emulator.faults.add({ kind: 'connection-reset' })
    await expect(overTheWire(emulator, list)).rejects.toMatchObject({ code: 'ECONNRESET', syscall: 'read' })
  })

  test('late', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'latency', ms: 60 })
    const before = performance.now()
    expect((await call(list)).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThanOrEqual(59)
  })

  test('to drip, whole in the end', async () => {
    const { call, emulator } = await run()
    const whole = (await call(list)).text
    emulator.faults.add({ kind: 'slow-drip', ms: 5, pieces: 6 })
    const { text, chunks } = await overTheWire(emulator, list)
    expect(text).toBe(whole)
    expect(chunks).toBeGreaterThan(3)
  })

  test('a page out of order', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'unsorted-page' })
    expect((await call(list)).ids).toEqual([5, 4, 3, 2, 1])
  })

  test('a page whose first record lacks a key', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'missing-key', key: 'update_time' })
    const { rows } = await call(list)
    expect(rows.map((row) => 'update_time' in row)).toEqual([false, true, true, true, true])
  })
})

describe('paging can be made to hang', () => {
  test('on a page that names itself as the next one', async () => {
    const { call, emulator } = await run()
    const second = withParam(list, 'cursor', (await call(list)).next ?? '')
    const token = new URL(second, emulator.url).searchParams.get('cursor')
    emulator.faults.add({ kind: 'repeated-page-token' })
    expect((await call(second)).next).toBe(token)
  })

  test('on the same page under a new token each time, from the first page on', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'stuck-page', times: 3 })
    const pages = await pagesOf(call, list)
    const tokens = pages.map((page) => page.next).slice(0, 3)
    expect(pages.slice(0, 4).map((page) => page.ids)).toEqual(
      Array.from({ length: 4 }, () => [1, 2, 3, 4, 5]),
    )
    expect(new Set(tokens).size).toBe(3)
    expect(idsOf(pages.slice(3))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  test('on the same page under a new token each time, in the middle', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'stuck-page', times: 2, after: 1 })
    const firsts = (await pagesOf(call, list)).map((page) => page.ids[0])
    expect(firsts).toEqual([1, 6, 6, 6, 11, 16])
  })

  test.each(['stuck-page', 'repeated-page-token'] as const)(
    '%s: an offset list names its own start',
    async (kind) => {
      const { call, emulator } = await run()
      emulator.faults.add({ kind })
      const { body } = await call('/v1/notes?start=4&limit=2')
      expect(body['additional_data']).toEqual({
        pagination: { start: 4, limit: 2, more_items_in_collection: true, next_start: 4 },
      })
    },
  )
})

describe('a request that nothing is ready for is answered all the same', () => {
  test.each([
    ['a stuck token that is none', '/api/v2/persons?cursor=stuck-x', 400],
    [
      'an item named like a key of every object',
      '/v1/recents?since_timestamp=2026-06-01&items=toString',
      400,
    ],
    ['an empty path', '//', 404],
  ])('%s', async (_what, path, status) => {
    const { call, emulator } = await run()
    const reply = await call(path)
    expect([reply.status, reply.body['success']]).toEqual([status, false])
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(emulator.requests).toMatchObject([{ status }])
  })

  test('a failure of its own is a 500 in JSON, with headers and in the log', async () => {
    const { call, emulator } = await run()
    emulator.company.organizations.set(1, { name: 1n as unknown as string })
    const reply = await call('/api/v2/organizations')
    expect([reply.status, reply.body['success']]).toEqual([500, false])
    expect(reply.body['error']).toContain('BigInt')
    expect(reply.headers.has('x-correlation-id')).toBe(true)
    expect(emulator.requests).toMatchObject([{ path: '/api/v2/organizations', status: 500 }])
  })

  test('a fault that finds no page to change is a 500 too', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'html-body' })
    emulator.faults.add({ kind: 'unsorted-page' })
    expect((await call(list)).status).toBe(500)
  })
})

describe('a fault strikes only', () => {
  const statuses = async (
    call: (path: string) => Promise<{ status: number }>,
    paths: string[],
  ): Promise<number[]> => {
    const seen: number[] = []
    for (const path of paths) seen.push((await call(path)).status)
    return seen
  }

  test('as often as it is told to, after the requests it is told to let pass', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'status', status: 503, after: 1, times: 2 })
    expect(await statuses(call, [list, list, list, list])).toEqual([200, 503, 503, 200])
  })

  test.each([
    ['a text', 'cursor='],
    ['a pattern', /[?&]cursor=/],
  ])('the requests that %s matches', async (_what, match) => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'status', status: 503, match })
    const next = withParam(list, 'cursor', (await call(list)).next ?? '')
    expect(await statuses(call, [list, next, '/v1/users'])).toEqual([200, 503, 200])
  })

  test('its method', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'status', status: 503, method: 'POST' })
    expect((await call('/api/v2/deals')).status).toBe(200)
    expect((await call('/api/v2/deals', { method: 'POST', json: { title: 'x' } })).status).toBe(503)
  })

  test('until it is cleared', async () => {
    const { call, emulator } = await run()
    emulator.faults.add({ kind: 'status', status: 503 })
    emulator.faults.clear()
    expect((await call(list)).status).toBe(200)
  })
})
