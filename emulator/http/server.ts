import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'
import type { Json } from '../json.ts'
import { Refusal, refusals, type Answer } from './answer.ts'
import { distort, send, type Faults } from './faults.ts'
import type { Limits } from './limits.ts'
import type { ApiRequest, Match, Router } from './router.ts'

export interface RequestLogEntry {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly status: number
  readonly cost: number
  /** The emulator's clock, ms. */
  readonly at: number
}

export interface ServerParts {
  readonly router: Router
  readonly limits: Limits
  readonly faults: Faults
  readonly token: string
  readonly now: () => number
  readonly log: (entry: RequestLogEntry) => void
  readonly context: Pick<ApiRequest, 'company' | 'switches'>
}

/** On every answer of the gateway (recorded 2026-05-15). */
const standing: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'transfer-encoding': 'chunked',
  'x-xss-protection': '1; mode=block',
  'x-content-type-options': 'nosniff',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-dns-prefetch-control': 'off',
  'access-control-expose-headers':
    'X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset, X-Daily-RateLimit-Token-Limit, X-Daily-RateLimit-Token-Remaining',
  'cache-control': 'no-cache',
  server: 'cloudflare',
}

function tokenOf(request: IncomingMessage, url: URL): string | null {
  const header = request.headers['x-api-token']
  if (typeof header === 'string') return header
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')
  return bearer?.[1] ?? url.searchParams.get('api_token')
}

async function bodyOf(request: IncomingMessage): Promise<Json | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (chunks.length === 0) return undefined
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Json
  } catch {
    throw new Refusal(refusals.badRequest('The body is not valid JSON'))
  }
}

function handle(parts: ServerParts, found: Match, url: URL, body: Json | undefined): Answer {
  parts.context.company.purge()
  return found.route.handle({ ...parts.context, params: found.params, query: url.searchParams, body })
}

interface Reply {
  readonly answer: Answer
  readonly headers: Record<string, string>
  readonly cost: number
}

async function reply(parts: ServerParts, request: IncomingMessage, url: URL): Promise<Reply> {
  const nothing = { headers: {}, cost: 0 }
  if (tokenOf(request, url) !== parts.token) return { ...nothing, answer: refusals.unauthorized() }
  const found = parts.router(request.method ?? 'GET', url.pathname)
  const cost = found?.route.cost ?? 0
  const { headers, refusal } = parts.limits.admit(cost)
  if (refusal) return { headers, cost: 0, answer: refusal }
  if (!found) return { headers, cost, answer: refusals.unknownPath() }
  try {
    return { headers, cost, answer: handle(parts, found, url, await bodyOf(request)) }
  } catch (error) {
    if (error instanceof Refusal) return { headers, cost, answer: error.answer }
    throw error
  }
}

async function respond(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://emulator')
  const method = request.method ?? 'GET'
  const faults = parts.faults.strike(method, url.pathname + url.search)
  const { answer: real, headers, cost } = await reply(parts, request, url)
  const answer = faults.reduce((before, fault) => distort(fault, before, url), real)
  const entry = {
    method,
    path: url.pathname,
    query: url.search.slice(1),
    status: answer.status,
    cost,
    at: parts.now(),
  }
  parts.log(entry)
  response.writeHead(answer.status, {
    date: new Date(parts.now()).toUTCString(),
    ...standing,
    'x-correlation-id': randomUUID(),
    ...headers,
    ...answer.headers,
  })
  await send(response, answer, faults)
}

export async function listen(parts: ServerParts, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    respond(parts, request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(String(error))
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  return server
}
