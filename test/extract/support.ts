import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { SyncError } from '../../src/errors.ts'
import { parseBody, type Body } from '../../src/extract/body.ts'
import type { ApiRequest, ApiResponse, Send } from '../../src/extract/request.ts'
import { createPageMemory } from '../../src/extract/page-memory.ts'
import { createTransport } from '../../src/extract/transport.ts'

/** A clock that sleeps at once: each sleep moves it on, in the order in which the sleepers wake. */
export interface TestClock extends Clock {
  readonly slept: number[]
  advance(ms: number): void
}

export function testClock(start = 0): TestClock {
  let now = start
  let sleepers: { at: number; wake: () => void }[] = []
  const slept: number[] = []
  const wakeNext = (): void => {
    const next = sleepers.toSorted((one, other) => one.at - other.at)[0]
    if (next === undefined) return
    sleepers = sleepers.filter((one) => one !== next)
    now = Math.max(now, next.at)
    next.wake()
  }
  return {
    slept,
    now: () => now,
    advance: (ms) => void (now += ms),
    sleep: (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      return new Promise((resolve, reject) => {
        const sleeper = { at: now + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((one) => one !== sleeper)
          reject(signal.reason as Error)
        })
        // After all that can go on without time has gone on.
        setImmediate(wakeNext)
      })
    },
  }
}

export const aRequest: ApiRequest = {
  stream: 'deals',
  path: '/api/v2/deals',
  params: { limit: '500' },
  cost: 10,
}

export const neverStops = new AbortController().signal

/** The records of a page as values. */
export function recordsOf(page: Uint8Array): readonly unknown[] {
  return JSON.parse(Buffer.from(page).toString()) as unknown[]
}

/** An answer with this JSON. */
export function bodyOf(json: unknown): Body {
  return parseBody(Buffer.from(JSON.stringify(json)))
}

export function answered(json: unknown, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { headers: new Headers(headers), body: bodyOf(json) }
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof SyncError) return error
    throw error
  }
  throw new Error('it did not fail')
}

export type Handler = (url: URL, response: ServerResponse, request: IncomingMessage) => void

/** A real HTTP server for one test, on a free port of loopback; gives its address. */
export async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    handler(new URL(request.url ?? '/', 'http://127.0.0.1'), response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export function respond(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export const TOKEN = 'secret-0123456789abcdef'

export function transportTo(baseUrl: string, signal: AbortSignal = neverStops, timeoutMs = 10_000): Send {
  return createTransport({ baseUrl, token: TOKEN, timeoutMs, signal, memory: createPageMemory() })
}

/** A wire that gives these answers to the requests, in turn. */
export function answers(...bodies: readonly unknown[]): { send: Send; requests: ApiRequest[] } {
  const requests: ApiRequest[] = []
  const send: Send = (request) => {
    const body = bodies[requests.length]
    requests.push(request)
    if (requests.length > bodies.length) return Promise.reject(new Error('no answer is left'))
    return body instanceof Error ? Promise.reject(body) : Promise.resolve(answered(body))
  }
  return { send, requests }
}
