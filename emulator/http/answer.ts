import type { Json } from '../json.ts'
import type { LockedStatus } from '../switches.ts'

export interface Answer {
  readonly status: number
  readonly body: string | readonly Buffer[]
  readonly headers?: Readonly<Record<string, string>>
  /** It never reached Pipedrive: only Cloudflare's own headers. */
  readonly fromEdge?: true
}

export const textOf = ({ body }: Answer): string =>
  typeof body === 'string' ? body : Buffer.concat(body).toString()

export const json = (status: number, body: Json): Answer => ({ status, body: JSON.stringify(body) })

const INFO = 'Please check developers.pipedrive.com'
const nothing = { data: null, additional_data: null }

/** Bodies as documented or recorded; where only the sense is known, the text is ours. */
export const refusals = {
  badRequest: (error: string) => json(400, { success: false, error, error_info: INFO, ...nothing }),
  /** Exact (seen live 2026-09-26), with the gateway's header. */
  unauthorized: (): Answer => ({
    ...json(401, { success: false, error: 'unauthorized access', errorCode: 401, error_info: INFO }),
    headers: {
      'x-401-by-gw': 'true',
      'access-control-expose-headers': 'X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset',
    },
  }),
  paymentRequired: () =>
    json(402, { success: false, error: 'Required suites missing', error_info: INFO, ...nothing }),
  forbidden: () =>
    json(403, {
      success: false,
      error: 'You do not have permissions to do this.',
      error_info: INFO,
      ...nothing,
    }),
  wrongScope: () =>
    json(403, { success: false, error: 'Scope and URL mismatch', errorCode: 403, error_info: INFO }),
  featureCapped: () =>
    json(403, {
      success: false,
      error: 'You do not have permissions to do this.',
      error_info: INFO,
      ...nothing,
      code: 'feature_capping_deals_limit',
    }),
  notFound: () =>
    json(404, {
      success: false,
      error: 'Entity was not found',
      error_info: 'Object was not found.',
      ...nothing,
    }),
  leadNotFound: () =>
    json(404, {
      success: false,
      error: 'requested lead not found',
      error_info: 'Object was not found.',
      ...nothing,
    }),
  /** Exact (openapi v1, legacyTeams). */
  teamNotFound: (id: Json) =>
    json(404, { success: false, error: `Team ${JSON.stringify(id)} does not exist` }),
  userNotFound: () => json(404, { success: false, error: 'User not found or not accessible.' }),
  unknownPath: () => json(404, { success: false, error: 'Unknown method .', error_info: INFO, ...nothing }),
  /** A second DELETE (recorded 2026-05-15). */
  alreadyDeleted: (id: Json) => json(410, { success: true, data: { id } }),
  unsupported: () =>
    json(415, { success: false, error: 'The feature is not enabled', error_info: INFO, ...nothing }),
  fieldGone: () =>
    json(410, { success: false, error: 'The field is not found', error_info: INFO, ...nothing }),
  overBurst: () =>
    json(429, { success: false, error: 'request over limit', errorCode: 429, error_info: INFO }),
  /** A failure of the emulator itself, which says what failed. */
  broken: (error: string) => json(500, { success: false, error, errorCode: 500, error_info: INFO }),
  /** Exact (two production reports, 2026-08). */
  overBudget: () =>
    json(429, { success: false, error: 'daily request budget exceeded', errorCode: 429, error_info: INFO }),
} as const

/** What is answered for a feature that the plan does not include, by status. */
export const lockedAnswers: Readonly<Record<LockedStatus, () => Answer>> = {
  402: refusals.paymentRequired,
  403: refusals.forbidden,
  404: refusals.notFound,
  415: refusals.unsupported,
}

const page = (title: string, text: string): string =>
  `<!DOCTYPE html>\n<html lang="en-US"><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`

/** Pages that do not come from Pipedrive but from what stands before it. */
export const htmlPages = {
  banned: page(
    'Access denied | api.pipedrive.com used Cloudflare to restrict access',
    'Error 1015. You are being rate limited. This error is produced by Cloudflare.',
  ),
  timeout: page('api.pipedrive.com | 524: A timeout occurred', 'The origin web server timed out.'),
  plain: page('Pipedrive', 'Please log in.'),
} as const

export const html = (status: number, body: string): Answer => ({
  status,
  body,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
})

export const edgePage = (status: number, body: string): Answer => ({ ...html(status, body), fromEdge: true })

/** Thrown by handlers to answer something other than what was asked. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`Refused with ${answer.status}`)
    this.answer = answer
  }
}

export const badRequest = (error: string): Refusal => new Refusal(refusals.badRequest(error))
