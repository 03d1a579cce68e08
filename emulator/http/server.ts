import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Json } from '../json.ts'
import { lockedAnswers, Refusal, refusals, type Answer } from './answer.ts'
import { distort, type Fault, type Faults } from './faults.ts'
import { headersOf } from './headers.ts'
import type { Limits } from './limits.ts'
import { OWN_BASE, type ApiRequest, type Match, type Router } from './router.ts'
import { send } from './send.ts'
import { unstuck } from './stuck.ts'

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
  readonly limits: Pick<Limits, 'admit'>
  readonly faults: Faults
  readonly token: string
  readonly now: () => number
  readonly log: (entry: RequestLogEntry) => void
  readonly context: Pick<ApiRequest, 'company' | 'switches'>
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
  const { company, switches } = parts.context
  company.purge()
  const { feature } = found.route
  if (feature !== undefined && switches.lockedFeatures.includes(feature))
    throw new Refusal(lockedAnswers[switches.lockedStatus]())
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
    return { headers, cost, answer: answerOf(error) }
  }
}

const answerOf = (error: unknown): Answer =>
  error instanceof Refusal ? error.answer : refusals.broken(String(error))

/** A path like `//` is no address by itself. */
const urlOf = ({ url = '/' }: IncomingMessage): URL =>
  new URL(`http://emulator${url.startsWith('/') ? url : '/'}`)

function distorted(faults: readonly Fault[], real: Answer, url: URL): Answer {
  try {
    return faults.reduce((before, fault) => distort(fault, before, url), real)
  } catch (error) {
    return answerOf(error)
  }
}

/** A call of the emulator's own is none of Pipedrive's: it costs nothing, is not in the log, and no fault strikes it. */
async function respondOwn(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { answer } = await reply({ ...parts, limits: { admit: () => ({ headers: {} }) } }, request, url)
  response.writeHead(answer.status, { 'content-type': 'application/json' })
  await send(response, answer, [])
}

async function respond(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = urlOf(request)
  if (url.pathname.startsWith(OWN_BASE)) return respondOwn(parts, request, response, url)
  const method = request.method ?? 'GET'
  const faults = parts.faults.strike(method, url.pathname + url.search)
  const { answer: real, headers, cost } = await reply(parts, request, unstuck(url))
  const answer = distorted(faults, real, url)
  const at = parts.now()
  const path = url.pathname
  parts.log({ method, path, query: url.search.slice(1), status: answer.status, cost, at })
  response.writeHead(answer.status, {
    ...headersOf({ answer, at, method, path, limits: headers }),
  } as OutgoingHttpHeaders)
  await send(response, answer, faults)
}

export async function listen(parts: ServerParts, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    // Only the wire can fail here: every failure to make an answer has been made one.
    respond(parts, request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  return server
}
