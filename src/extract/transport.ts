import { SyncError, configError } from '../errors.ts'
import { classifyAnswer, classifyFailure } from './classify.ts'
import { describeRequest, type ApiRequest, type Send } from './request.ts'

export interface TransportOptions {
  /** Requests go to `<baseUrl>/api/v2/…` and `<baseUrl>/v1/…`. */
  readonly baseUrl: string
  readonly token: string
  /** Milliseconds for the whole of one request. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

function parseJson(request: ApiRequest, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SyncError({
      code: 'E_ENVELOPE',
      recovery: 'retry',
      message: `${request.stream}: ${describeRequest(request)} was answered with 200 and ${text.length} characters that are not whole JSON. Try again later.`,
      cause,
    })
  }
}

/** The message of the error that Headers throws shows the value it refuses: the token. */
function headersWith(token: string): Headers {
  try {
    return new Headers({ 'x-api-token': token, accept: 'application/json' })
  } catch {
    throw configError(
      'PIPEDRIVE_API_TOKEN holds a character that no token has, a line end perhaps: copy it once more.',
    )
  }
}

/**
 * Sends requests with the token in `x-api-token`. A redirect is an error: following one would take
 * the token to another host.
 */
export function createTransport({ baseUrl, token, timeoutMs, signal }: TransportOptions): Send {
  const headers = headersWith(token)
  return async (request) => {
    const url = `${baseUrl}${request.path}?${new URLSearchParams(request.params).toString()}`
    const timed = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    let response: Response
    let text: string
    try {
      response = await fetch(url, { headers, redirect: 'manual', signal: timed })
      text = await response.text()
    } catch (error) {
      signal.throwIfAborted()
      throw classifyFailure(request, baseUrl, error)
    }
    if (!response.ok)
      throw classifyAnswer(request, { status: response.status, headers: response.headers, text })
    return { headers: response.headers, body: parseJson(request, text) }
  }
}
