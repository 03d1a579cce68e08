import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Called with each answer on its way; what it returns is passed on instead. */
export type OnAnswer = (asked: Asked, answer: Answer) => Answer | void | Promise<Answer | void>

/** A proxy on loopback: the place from which a test sees and touches every answer, request by request. */
export interface Tap extends AsyncDisposable {
  readonly url: string
  /** Every request that came through, in the order of their answers. */
  readonly asked: readonly Asked[]
  onAnswer: OnAnswer
}

const PASSED_ON = /^(content-type|retry-after|x-.*)$/

async function fetchFrom(target: string, request: IncomingMessage): Promise<Answer> {
  const response = await fetch(target + (request.url ?? '/'), {
    headers: { 'x-api-token': String(request.headers['x-api-token'] ?? '') },
    redirect: 'manual',
  })
  const headers = Object.fromEntries([...response.headers].filter(([name]) => PASSED_ON.test(name)))
  return { status: response.status, headers, body: await response.text() }
}

export async function openTap(target: string): Promise<Tap> {
  const asked: Asked[] = []
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', target)
    const answer = await fetchFrom(target, request)
    asked.push({ path, query })
    const { status, headers, body } = (await tap.onAnswer({ path, query }, answer)) ?? answer
    response.writeHead(status, headers).end(body)
  }
  // What breaks behind the tap breaks in front of it too.
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const tap: Tap = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    onAnswer: () => undefined,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return tap
}
