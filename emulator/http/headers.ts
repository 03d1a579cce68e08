import { randomUUID } from 'node:crypto'
import type { Answer } from './answer.ts'

export type Headers = Readonly<Record<string, string | readonly string[]>>

const COOKIE = 'path=/; HttpOnly; Secure; SameSite=None'
const cloudflareCookie = (at: number): string => `__cf_bm=${at.toString(36)}; ${COOKIE}`

/** Only answers to those who are let in have Pipedrive's own cookie (recorded 2025-02-27 and 2026-05-15). */
const cookies = (at: number, status: number): string[] =>
  status === 401
    ? [cloudflareCookie(at)]
    : [`pipedrive-cdl=${at.toString(36)}; ${COOKIE}`, cloudflareCookie(at)]

/** On every answer that passed Cloudflare (documentation of rate limits; recorded 2026-05-15). */
function edgeHeaders(at: number): Headers {
  return {
    date: new Date(at).toUTCString(),
    'content-type': 'application/json',
    'transfer-encoding': 'chunked',
    'cache-control': 'no-cache',
    server: 'cloudflare',
    'cf-cache-status': 'DYNAMIC',
    'cf-ray': `${at.toString(16).padStart(16, '0')}-TLL`,
    'set-cookie': [cloudflareCookie(at)],
  }
}

/** On every answer of the gateway (recorded 2026-05-15). */
const gateway: Headers = {
  'x-xss-protection': '1; mode=block',
  'x-content-type-options': 'nosniff',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-dns-prefetch-control': 'off',
  'access-control-expose-headers':
    'X-RateLimit-Remaining, X-RateLimit-Limit, X-RateLimit-Reset, X-Daily-RateLimit-Token-Limit, X-Daily-RateLimit-Token-Remaining',
}

/** Services behind the gateway differ in small ways (recorded 2026-05-15). */
const ofService: Readonly<Record<'v2' | 'leads' | 'v1', Headers>> = {
  v1: {},
  v2: { 'cache-control': 'no-cache, private' },
  leads: {
    'content-type': 'application/json; charset=utf-8',
    'x-xss-protection': '0, 1; mode=block',
    'x-permitted-cross-domain-policies': 'none',
  },
}

export interface Answered {
  readonly answer: Answer
  readonly at: number
  readonly method: string
  readonly path: string
  readonly limits: Headers
}

const serviceOf = (path: string): keyof typeof ofService =>
  /^(?:\/api)?\/v2\//.test(path) ? 'v2' : /^(?:\/api)?\/v1\/leads(?:\/|$)/.test(path) ? 'leads' : 'v1'

/** Requests that change something had a limit of their own a day, which is still announced (rate limits). */
const ofWrites = (method: string): Headers =>
  method === 'POST' || method === 'PUT' ? { 'x-daily-requests-left': '10000' } : {}

export function headersOf({ answer, at, method, path, limits }: Answered): Headers {
  if (answer.fromEdge) return { ...edgeHeaders(at), ...answer.headers }
  return {
    ...edgeHeaders(at),
    ...gateway,
    ...ofService[serviceOf(path)],
    'x-correlation-id': randomUUID(),
    // Named by every recording, its value by none: the value is ours.
    badi: `Route=${serviceOf(path)}`,
    'set-cookie': cookies(at, answer.status),
    ...ofWrites(method),
    ...limits,
    ...answer.headers,
  }
}
