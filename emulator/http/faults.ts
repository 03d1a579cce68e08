import { isRow, type Json, type Row } from '../json.ts'
import { edgePage, html, htmlPages, json, refusals, textOf, type Answer } from './answer.ts'
import { stuckToken } from './stuck.ts'

/** What the network, the edge or a bad day at Pipedrive does to an answer. */
export type FaultKind =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'status'; readonly status: number; readonly body?: string }
  | { readonly kind: 'timeout-524' }
  | { readonly kind: 'connection-reset' }
  /** A whole, well-formed HTTP answer whose body stops in the middle of the JSON. */
  | { readonly kind: 'truncated-body' }
  /** The connection closes in the middle of the body. */
  | { readonly kind: 'cut-connection' }
  | { readonly kind: 'null-body' }
  | { readonly kind: 'html-body' }
  | { readonly kind: 'empty-body' }
  | { readonly kind: 'forbidden' | 'wrong-scope' | 'feature-capped' | 'payment-required' }
  /** The page points at itself: the token or start that asked for it comes back. */
  | { readonly kind: 'repeated-page-token' }
  /** The same page again and again, each time with a new token. */
  | { readonly kind: 'stuck-page' }
  | { readonly kind: 'slow-drip'; readonly ms: number; readonly pieces?: number }
  | { readonly kind: 'unsorted-page' }
  | { readonly kind: 'missing-key'; readonly key: string }

export type Fault = FaultKind & {
  /** On the path and query; a text matches anywhere. Every request without it. */
  readonly match?: RegExp | string
  readonly method?: string
  /** How often it strikes; always without it. */
  readonly times?: number
  /** Matching requests that pass before it strikes. */
  readonly after?: number
}

export interface Faults {
  add(fault: Fault): void
  clear(): void
  /** The faults that strike this request, in the order they were added. */
  strike(method: string, url: string): readonly Fault[]
}

export function createFaults(): Faults {
  let armed: { fault: Fault; passes: number; left: number }[] = []
  return {
    add: (fault) => void armed.push({ fault, passes: fault.after ?? 0, left: fault.times ?? Infinity }),
    clear: () => void (armed = []),
    strike(method, url) {
      const struck = armed.filter(
        (one) => hits(one.fault, method, url) && one.passes-- <= 0 && one.left-- > 0,
      )
      armed = armed.filter((one) => one.left > 0)
      return struck.map((one) => one.fault)
    },
  }
}

function hits({ match, method: wanted }: Fault, method: string, url: string): boolean {
  if (wanted !== undefined && wanted !== method) return false
  if (match === undefined) return true
  return typeof match === 'string' ? url.includes(match) : new RegExp(match.source, match.flags).test(url)
}

const refusalsByKind = {
  forbidden: refusals.forbidden,
  'wrong-scope': refusals.wrongScope,
  'feature-capped': refusals.featureCapped,
  'payment-required': refusals.paymentRequired,
} as const

interface Page {
  data: Json[]
  additional_data: Json
}

function editPage(answer: Answer, edit: (page: Page) => void): Answer {
  const page: unknown = JSON.parse(textOf(answer))
  if (!isRow(page) || !Array.isArray(page['data'])) return answer
  const open = {
    ...page,
    data: [...(page['data'] as Json[])],
    additional_data: page['additional_data'] ?? null,
  }
  edit(open)
  return { ...answer, body: JSON.stringify(open) }
}

/** Offset pages have no token; their `next_start` stays where it is. */
function pointBack(page: Page, next: string | null, start: number): void {
  const { pagination } = isRow(page.additional_data) ? page.additional_data : {}
  if (isRow(pagination)) {
    const stays = { ...pagination, more_items_in_collection: true, next_start: start }
    page.additional_data = { ...(page.additional_data as Row), pagination: stays }
  } else if (next !== null) page.additional_data = { next_cursor: next }
}

/** The answer a fault makes of the real one; faults of the wire are left to `send`. */
export function distort(fault: Fault, answer: Answer, url: URL): Answer {
  const token = url.searchParams.get('cursor')
  const start = Number(url.searchParams.get('start') ?? 0)
  switch (fault.kind) {
    case 'status':
      return fault.body === undefined
        ? json(fault.status, { success: false, error: 'Internal server error', errorCode: fault.status })
        : html(fault.status, fault.body)
    case 'timeout-524':
      return edgePage(524, htmlPages.timeout)
    case 'null-body':
      return { status: 200, body: 'null' }
    case 'html-body':
      return html(200, htmlPages.plain)
    case 'empty-body':
      return { status: 200, body: '' }
    case 'forbidden':
    case 'wrong-scope':
    case 'feature-capped':
    case 'payment-required':
      return refusalsByKind[fault.kind]()
    case 'repeated-page-token':
      return editPage(answer, (page) => pointBack(page, token, start))
    case 'stuck-page':
      return editPage(answer, (page) => pointBack(page, stuckToken(token), start))
    case 'unsorted-page':
      return editPage(answer, (page) => void page.data.reverse())
    case 'missing-key':
      return editPage(answer, (page) => {
        const first = page.data[0]
        if (isRow(first))
          page.data[0] = Object.fromEntries(Object.entries(first).filter(([key]) => key !== fault.key))
      })
    case 'latency':
    case 'connection-reset':
    case 'truncated-body':
    case 'cut-connection':
    case 'slow-drip':
      return answer
  }
}
