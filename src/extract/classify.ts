import { SyncError, type ErrorCode, type Recovery } from '../errors.ts'
import { describeRequest, type ApiRequest } from './request.ts'

export interface FailedAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

interface Outcome {
  readonly code: ErrorCode
  readonly recovery: Recovery
  /** What the person can do. */
  readonly advice: string
}

const byStatus: Readonly<Record<number, Outcome>> = {
  400: { code: 'E_BAD_REQUEST', recovery: 'skip-stream', advice: 'Pipedrive does not take this request.' },
  401: {
    code: 'E_AUTH',
    recovery: 'abort-run',
    advice:
      'The API token is wrong or expired: copy it from Pipedrive (Settings > Personal preferences > API) into PIPEDRIVE_API_TOKEN.',
  },
  402: {
    code: 'E_NOT_AVAILABLE',
    recovery: 'skip-stream',
    advice: "The company's plan or billing does not open it.",
  },
  403: {
    code: 'E_FORBIDDEN',
    recovery: 'skip-stream',
    advice: "The token's user may not read it: use the token of a global admin.",
  },
  404: { code: 'E_NOT_FOUND', recovery: 'skip-stream', advice: 'There is nothing at this address.' },
  410: { code: 'E_NOT_FOUND', recovery: 'skip-stream', advice: 'It has been deleted.' },
  415: {
    code: 'E_NOT_AVAILABLE',
    recovery: 'skip-stream',
    advice: 'The feature is not on for this company.',
  },
}

const serverError: Outcome = {
  code: 'E_SERVER',
  recovery: 'retry',
  advice: 'Pipedrive is in trouble: try again later.',
}
const unexpected: Outcome = {
  code: 'E_BAD_REQUEST',
  recovery: 'skip-stream',
  advice: 'This answer is not expected here.',
}
const redirect: Outcome = {
  code: 'E_CONFIG',
  recovery: 'abort-run',
  advice:
    'The address answers with a redirect, which no Pipedrive API does: check PIPEDRIVE_COMPANY_DOMAIN or PIPEDRIVE_BASE_URL.',
}
const burst: Outcome = { code: 'E_RATE_LIMITED', recovery: 'retry', advice: 'The burst limit is reached.' }
const daily: Outcome = {
  code: 'E_BUDGET',
  recovery: 'defer',
  advice: "The company's daily API budget is spent; it comes back at midnight, server time.",
}
const blocked: Outcome = {
  code: 'E_BLOCKED',
  recovery: 'defer',
  advice:
    'Cloudflare has blocked this address after too many requests: nothing is sent until it has cooled off.',
}

/** How long Cloudflare's block is respected where it does not say how long it lasts. */
export const BLOCK_COOL_OFF_MS = 30 * 60_000

function isHtml({ headers, text }: FailedAnswer): boolean {
  return (headers.get('content-type') ?? '').includes('html') || /^\s*<(!doctype|html)/i.test(text)
}

/** A daily 429 says so in its text, or the daily balance is gone (two production reports, 2026-08). */
function isDaily({ headers, text }: FailedAnswer): boolean {
  return text.includes('daily request budget') || headers.get('x-daily-ratelimit-token-remaining') === '0'
}

function outcomeOf(answer: FailedAnswer): Outcome {
  const { status } = answer
  if (status === 429) return isDaily(answer) ? daily : burst
  if (status === 403 && isHtml(answer)) return blocked
  if (status >= 300 && status < 400) return redirect
  return byStatus[status] ?? (status >= 500 ? serverError : unexpected)
}

/**
 * Milliseconds until the server wants the next request: `retry-after`, else `x-ratelimit-reset` (in seconds), which
 * tells of the burst limit and nothing else.
 */
function serverDelay({ headers }: FailedAnswer, outcome: Outcome): number | undefined {
  const reset = outcome === burst ? headers.get('x-ratelimit-reset') : null
  const seconds = Number(headers.get('retry-after') ?? reset ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

function reasonGiven(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    return typeof error === 'string' ? ` ("${error.slice(0, 200)}")` : ''
  } catch {
    return ''
  }
}

/** The one table from an answer that is not a success to what went wrong and what the run does about it. */
export function classifyAnswer(request: ApiRequest, answer: FailedAnswer): SyncError {
  const outcome = outcomeOf(answer)
  const { code, recovery } = outcome
  const advice = code === 'E_FORBIDDEN' ? (request.forbidden ?? outcome.advice) : outcome.advice
  const reason = isHtml(answer) ? ' (an HTML page)' : reasonGiven(answer.text)
  const delay =
    recovery === 'skip-stream' || recovery === 'abort-run' ? undefined : serverDelay(answer, outcome)
  const retryAfterMs = code === 'E_BLOCKED' ? (delay ?? BLOCK_COOL_OFF_MS) : delay
  return new SyncError({
    code,
    recovery,
    message: `${request.stream}: ${describeRequest(request)} was answered with ${answer.status}${reason}. ${advice}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** TLS that was never agreed on, certificates, and addresses that are none; by Node's and OpenSSL's codes. */
const UNUSABLE =
  /^(ENOTFOUND|ERR_INVALID_URL|EPROTO|ERR_TLS_|ERR_SSL_(?!.*BAD_RECORD)|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|UND_ERR_INVALID_ARG)/
/** Connections and answers that break on the way: the system's codes, and those of undici, its parser, zlib and OpenSSL. */
const BROKEN =
  /^(E[A-Z]+$|EAI_AGAIN|UND_ERR_|HPE_|Z_|ERR_(SSL|STREAM|HTTP)|ERR__ERROR_FORMAT|HTTPParserError|TimeoutError)/

interface Cause {
  readonly code: string
  readonly text: string
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** What lies deepest: the errors around it say less. */
function deepestCause(error: unknown): Cause {
  let deepest = error
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause
  if (!(deepest instanceof Error)) return { code: '', text: '' }
  return { code: codeOf(deepest), text: deepest.message.replaceAll(/\s+/g, ' ').trim().slice(0, 200) }
}

/**
 * What it means that a request was not sent or its body could not be read, where it was not we who aborted it. An error
 * that is not known is given back as it is, and so is never retried.
 */
export function classifyFailure(request: ApiRequest, origin: string, cause: unknown): unknown {
  const { code, text } = deepestCause(cause)
  const what = `${request.stream}: ${describeRequest(request)} failed`
  if (UNUSABLE.test(code))
    return new SyncError({
      code: 'E_CONFIG',
      recovery: 'abort-run',
      message: `${what}: ${origin} cannot be reached in this way (${code}: ${text}). Check PIPEDRIVE_COMPANY_DOMAIN or PIPEDRIVE_BASE_URL.`,
      cause,
    })
  if (!BROKEN.test(code)) return cause
  return new SyncError({
    code: 'E_NETWORK',
    recovery: 'retry',
    message: `${what}: the connection to ${origin} broke (${code}: ${text}). Check the network and try again.`,
    cause,
  })
}
