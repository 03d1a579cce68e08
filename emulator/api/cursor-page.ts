import type { Collection } from '../company/collection.ts'
import type { SortedIndex } from '../company/sorted-index.ts'
import { encodePageToken, pageEndOf, type PageEnd } from './page-token.ts'
import { limitOf, oneOf } from './parameters.ts'
import { spanOf, startOf, walk, type Times } from './selection.ts'
import type { ApiRequest } from '../http/router.ts'

export interface Order {
  readonly field: string
  readonly direction: 'asc' | 'desc'
  readonly end: PageEnd | undefined
}

/** `sort_by` and `sort_direction`; a page token says both of them again. */
export function orderOf(sorts: readonly string[], { query, switches }: ApiRequest): Order {
  const field = oneOf(query, 'sort_by', sorts, 'id')
  const direction = oneOf(query, 'sort_direction', ['asc', 'desc'], 'asc')
  const end = pageEndOf(query, switches, (read) => sorts.includes(read.field))
  return { field: end?.field ?? field, direction: end?.sortDirection ?? direction, end }
}

function endAt(held: Collection, slot: number, order: Order): PageEnd {
  const value = held.coreAt(slot)[order.field]
  const fieldValue = typeof value === 'number' || typeof value === 'string' ? value : null
  return { field: order.field, fieldValue, sortDirection: order.direction, id: held.idAt(slot) }
}

export interface CursorPage {
  readonly slots: readonly number[]
  readonly next: string | null
}

const MOST_ROWS = 500
const ALWAYS: Times = { since: -Infinity, until: Infinity }

/** `times`: when those that pass were updated, where that is known. */
export function cursorPage(
  held: Collection,
  index: SortedIndex,
  order: Order,
  { query, switches }: ApiRequest,
  passes: (slot: number) => boolean,
  times = ALWAYS,
): CursorPage {
  const limit = limitOf(query, MOST_ROWS, switches)
  const start = startOf(index, order.direction, order.end)
  const found = walk(index, start, order.direction, limit + 1, passes, spanOf(index, order.field, times))
  const slots = found.slice(0, limit)
  const last = slots.at(-1)
  const hasMore = found.length > limit && last !== undefined
  return { slots, next: hasMore ? encodePageToken(endAt(held, last, order)) : null }
}
