import { Agent, interceptors, stream as sendRequest, type Dispatcher } from 'undici'
import { SyncError, configError } from '../errors.ts'
import { parseBody, type Body } from './body.ts'
import { classifyAnswer, classifyFailure } from './classify.ts'
import type { PageMemory } from './page-memory.ts'
import { describeRequest, type ApiRequest, type Send } from './request.ts'

export interface TransportOptions {
  /** Requests go to `<baseUrl>/api/v2/…` and `<baseUrl>/v1/…`. */
  readonly baseUrl: string
  readonly token: string
  /** Milliseconds for the whole of one request. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly memory: PageMemory
}

function takeApart(request: ApiRequest, bytes: Uint8Array): Body {
  try {
    return parseBody(bytes)
  } catch (cause) {
    throw new SyncError({
      code: 'E_ENVELOPE',
      recovery: 'retry',
      message: `${request.stream}: ${describeRequest(request)} was answered with 200 and ${bytes.length} bytes that are not whole JSON. Try again later.`,
      cause,
    })
  }
}

/** The message of the error that Headers throws shows the value it refuses: the token. */
function headersWith(token: string): Record<string, string> {
  try {
    const headers = { 'x-api-token': token, accept: 'application/json', 'accept-encoding': 'gzip, br' }
    return Object.fromEntries(new Headers(headers))
  } catch {
    throw configError(
      'PIPEDRIVE_API_TOKEN holds a character that no token has, a line end perhaps: copy it once more.',
    )
  }
}

interface Head {
  status: number
  readonly headers: Headers
}

function setHeaders(told: Headers, headers: Dispatcher.StreamFactoryData['headers']): void {
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) told.set(name, Array.isArray(value) ? value.join(', ') : value)
}

/**
 * Sends requests with the token in `x-api-token`. Redirects are not followed: one would take the token to another host.
 * Half the processor time and memory of `fetch`, which hands every piece of the body through a web stream.
 */
export function createTransport({ baseUrl, token, timeoutMs, signal, memory }: TransportOptions): Send {
  const headers = headersWith(token)
  const dispatcher = new Agent().compose(interceptors.decompress({ skipErrorResponses: false }))
  return async (request) => {
    const url = `${baseUrl}${request.path}?${new URLSearchParams(request.params).toString()}`
    const timed = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const room = memory.room()
    const head: Head = { status: 0, headers: new Headers() }
    try {
      await sendRequest(url, { method: 'GET', headers, dispatcher, signal: timed }, (answer) => {
        head.status = answer.statusCode
        setHeaders(head.headers, answer.headers)
        return room
      })
    } catch (error) {
      signal.throwIfAborted()
      throw classifyFailure(request, baseUrl, error)
    }
    const bytes = room.whole()
    if (head.status < 200 || head.status > 299)
      throw classifyAnswer(request, { ...head, text: new TextDecoder().decode(bytes) })
    return { headers: head.headers, body: takeApart(request, bytes) }
  }
}
