import { onTestFinished } from 'vitest'
import { startEmulator, type Emulator, type EmulatorOptions } from '../../../emulator/index.ts'

export const START = Date.parse('2026-06-15T12:00:00Z')
export const SECOND = 1000
export const DAY = 24 * 3600 * SECOND

/** A clock that moves only when told to. */
export interface Clock {
  readonly now: () => number
  readonly advance: (ms: number) => void
}

export function createClock(start = START): Clock {
  let at = start
  return { now: () => at, advance: (ms) => void (at += ms) }
}

export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

const small = {
  users: 3,
  pipelines: 2,
  organizations: 12,
  persons: 20,
  deals: 60,
  activities: 40,
  notes: 30,
  leads: 25,
  products: 15,
  files: 12,
}

/** Limits that no test meets by accident while the clock stands still. */
const wide = { burst: 1_000_000, daily: 1_000_000_000 }

export interface Running extends Clock {
  readonly emulator: Emulator
  readonly call: Call
}

export async function run(
  { size, limits, ...rest }: EmulatorOptions = {},
  clock = createClock(),
): Promise<Running> {
  const emulator = await startEmulator({
    now: clock.now,
    size: { ...small, ...size },
    limits: { ...wide, ...limits },
    ...rest,
  })
  onTestFinished(() => emulator.stop())
  return { ...clock, emulator, call: caller(emulator) }
}

export type Body = Record<string, unknown>

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Body
  /** `data` of a list; no rows when it is null. */
  readonly rows: Body[]
  readonly ids: unknown[]
  /** The page token of a v2 list. */
  readonly next: string | null
}

export interface CallOptions {
  readonly method?: string
  readonly json?: unknown
  readonly headers?: Record<string, string>
}

export type Call = (path: string, options?: CallOptions) => Promise<Reply>

function parsed(text: string): Body {
  try {
    return (JSON.parse(text) ?? {}) as Body
  } catch {
    return {}
  }
}

function replyOf(response: Response, text: string): Reply {
  const body = parsed(text)
  const data: unknown = body['data']
  const rows = Array.isArray(data) ? (data as Body[]) : []
  const additional = body['additional_data'] as Body | null | undefined
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    rows,
    ids: rows.map((row) => row['id']),
    next: (additional?.['next_cursor'] ?? null) as string | null,
  }
}

export function caller({ url, token }: Pick<Emulator, 'url' | 'token'>): Call {
  return async (path, { method = 'GET', json, headers } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'x-api-token': token, ...headers },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
    return replyOf(response, await response.text())
  }
}

export const withParam = (path: string, name: string, value: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`

/** Every page of a v2 list; `between` runs after each page but the last. */
export async function pagesOf(
  call: Call,
  path: string,
  between: (page: number) => unknown = () => undefined,
): Promise<Reply[]> {
  const pages: Reply[] = []
  for (let token: string | null = ''; token !== null;) {
    const page: Reply = await call(token === '' ? path : withParam(path, 'cursor', token))
    pages.push(page)
    token = page.next
    if (token !== null) await between(pages.length)
    if (pages.length > 1000) throw new Error('The list does not end.')
  }
  return pages
}

export const idsOf = (pages: readonly Reply[]): unknown[] => pages.flatMap((page) => page.ids)
