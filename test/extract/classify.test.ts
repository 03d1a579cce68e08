import { describe, expect, test } from 'vitest'
import { BLOCK_COOL_OFF_MS, classifyAnswer, classifyFailure } from '../../src/extract/classify.ts'
import { aRequest } from './support.ts'

const DAILY =
  '{"success":false,"error":"daily request budget exceeded","errorCode":429,"error_info":"Please check developers.pipedrive.com"}'
const HTML = '<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>'
const json = (error: string): string => JSON.stringify({ success: false, error })

type Headers_ = Readonly<Record<string, string>>
type Row = readonly [string, number, Headers_, string, string, string, number | undefined]

const table: readonly Row[] = [
  ['a bad parameter', 400, {}, json('not a valid datetime'), 'E_BAD_REQUEST', 'skip-stream', undefined],
  [
    'a wrong token',
    401,
    { 'x-401-by-gw': 'true' },
    json('unauthorized access'),
    'E_AUTH',
    'abort-run',
    undefined,
  ],
  ['billing', 402, {}, json('Required suites missing'), 'E_NOT_AVAILABLE', 'skip-stream', undefined],
  [
    'a missing permission',
    403,
    {},
    json('You do not have permissions to do this.'),
    'E_FORBIDDEN',
    'skip-stream',
    undefined,
  ],
  [
    'a missing scope',
    403,
    { 'content-type': 'application/json' },
    json('Scope and URL mismatch'),
    'E_FORBIDDEN',
    'skip-stream',
    undefined,
  ],
  [
    "Cloudflare's block",
    403,
    { 'content-type': 'text/html; charset=UTF-8' },
    HTML,
    'E_BLOCKED',
    'defer',
    BLOCK_COOL_OFF_MS,
  ],
  ["Cloudflare's block by its body alone", 403, {}, `\n ${HTML}`, 'E_BLOCKED', 'defer', BLOCK_COOL_OFF_MS],
  [
    "Cloudflare's block that says how long",
    403,
    { 'content-type': 'text/html', 'retry-after': '90' },
    HTML,
    'E_BLOCKED',
    'defer',
    90_000,
  ],
  ['nothing there', 404, {}, json('Entity was not found'), 'E_NOT_FOUND', 'skip-stream', undefined],
  [
    'something deleted',
    410,
    {},
    '{"success":true,"data":{"id":11}}',
    'E_NOT_FOUND',
    'skip-stream',
    undefined,
  ],
  ['a feature that is off', 415, {}, '', 'E_NOT_AVAILABLE', 'skip-stream', undefined],
  ['a refusal nobody expects', 422, {}, json('?'), 'E_BAD_REQUEST', 'skip-stream', undefined],
  [
    'the burst limit',
    429,
    { 'x-ratelimit-reset': '2', 'x-daily-ratelimit-token-remaining': '100' },
    json('request over limit'),
    'E_RATE_LIMITED',
    'retry',
    2000,
  ],
  [
    'the burst limit that says when',
    429,
    { 'x-ratelimit-reset': '2', 'retry-after': '5' },
    '',
    'E_RATE_LIMITED',
    'retry',
    5000,
  ],
  ['the burst limit that says nothing', 429, {}, '', 'E_RATE_LIMITED', 'retry', undefined],
  [
    'the burst limit with nonsense for a time',
    429,
    { 'retry-after': 'soon' },
    '',
    'E_RATE_LIMITED',
    'retry',
    undefined,
  ],
  [
    'the burst limit with a time gone by',
    429,
    { 'retry-after': '-3' },
    '',
    'E_RATE_LIMITED',
    'retry',
    undefined,
  ],
  ['the daily budget', 429, { 'retry-after': '3939' }, DAILY, 'E_BUDGET', 'defer', 3_939_000],
  [
    'the daily budget, of which the burst limit says nothing',
    429,
    { 'x-ratelimit-reset': '2' },
    DAILY,
    'E_BUDGET',
    'defer',
    undefined,
  ],
  [
    'the daily budget by its balance',
    429,
    { 'x-daily-ratelimit-token-remaining': '0', 'retry-after': '60' },
    '',
    'E_BUDGET',
    'defer',
    60_000,
  ],
  ['a failure of the server', 500, {}, json('Internal'), 'E_SERVER', 'retry', undefined],
  ['maintenance that says how long', 503, { 'retry-after': '30' }, '', 'E_SERVER', 'retry', 30_000],
  [
    'a reset is not a failure’s business',
    503,
    { 'x-ratelimit-reset': '2' },
    '',
    'E_SERVER',
    'retry',
    undefined,
  ],
  ["Cloudflare's timeout", 524, { 'content-type': 'text/html' }, HTML, 'E_SERVER', 'retry', undefined],
  ['a redirect', 301, { location: 'https://evil.example/' }, '', 'E_CONFIG', 'abort-run', undefined],
  ['a redirect that keeps the method', 307, {}, '', 'E_CONFIG', 'abort-run', undefined],
]

describe('an answer that is not a success', () => {
  test.each(table)('%s (%i)', (_what, status, headers, text, code, recovery, retryAfterMs) => {
    const error = classifyAnswer(aRequest, { status, headers: new Headers(headers), text })
    expect({ code: error.code, recovery: error.recovery, retryAfterMs: error.retryAfterMs }).toEqual({
      code,
      recovery,
      retryAfterMs,
    })
    expect(error.message).toContain(`deals: GET /api/v2/deals?limit=500 was answered with ${status}`)
    // What the person can do comes after what happened.
    expect(error.message).toMatch(/\. \S.*\.$|\). \S.*\.$/)
  })

  test("quotes the server's reason, and cuts it where it goes on", () => {
    const said = classifyAnswer(aRequest, {
      status: 400,
      headers: new Headers(),
      text: json('x'.repeat(5000)),
    })
    expect(said.message).toContain(`("${'x'.repeat(200)}")`)
    const odd = classifyAnswer(aRequest, {
      status: 400,
      headers: new Headers(),
      text: '{"error":{"deep":1}}',
    })
    expect(odd.message).toMatch(/with 400\. /)
    for (const text of ['null', '', '[', '7'])
      expect(classifyAnswer(aRequest, { status: 500, headers: new Headers(), text }).message).toMatch(
        /with 500\. /,
      )
  })

  test('does not quote a page of HTML', () => {
    const error = classifyAnswer(aRequest, { status: 502, headers: new Headers(), text: HTML })
    expect(error.message).toContain('(an HTML page)')
    expect(error.message).not.toContain('<')
  })
})

describe('a request that was not answered', () => {
  const broken = (code: string): Error =>
    new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) })

  test.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'ENETUNREACH',
    'EHOSTUNREACH',
    'EAI_AGAIN',
    'UND_ERR_SOCKET',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
  ])('%s passes, and is tried again', (code) => {
    const cause = broken(code)
    expect(classifyFailure(aRequest, 'http://x', cause)).toMatchObject({
      code: 'E_NETWORK',
      recovery: 'retry',
      cause,
      message: expect.stringContaining(code) as string,
    })
  })

  test('a timeout of ours passes as well', () => {
    const timeout = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    expect(classifyFailure(aRequest, 'http://x', timeout)).toMatchObject({
      code: 'E_NETWORK',
      recovery: 'retry',
    })
  })

  test.each([
    'ENOTFOUND',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('%s does not pass: it ends the run, and says which settings to look at', (code) => {
    expect(classifyFailure(aRequest, 'https://nobody.pipedrive.com', broken(code))).toMatchObject({
      code: 'E_CONFIG',
      recovery: 'abort-run',
      message: `deals: GET /api/v2/deals?limit=500 failed: https://nobody.pipedrive.com cannot be reached in this way (${code}: x). Check PIPEDRIVE_COMPANY_DOMAIN or PIPEDRIVE_BASE_URL.`,
    })
  })

  test.each([
    ['an error nobody knows', new TypeError('x is not a function')],
    ['an error inside another', new Error('outer', { cause: new RangeError('inner') })],
    ['what is no error', 'gone'],
  ])('%s is given back as it is, and so is never retried', (_what, cause) => {
    expect(classifyFailure(aRequest, 'http://x', cause)).toBe(cause)
  })
})
