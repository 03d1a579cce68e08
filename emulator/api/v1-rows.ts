import { json, type Answer } from '../http/answer.ts'
import type { ApiRequest } from '../http/router.ts'
import type { Row } from '../json.ts'
import { emptyList, offsetPage, pagination } from './v1-list.ts'

const MOST_ROWS = 500

const without = (row: Row, keys: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key)))

/** The records without the keys that are held and not answered. */
export const answered = (rows: readonly Row[], hidden: readonly string[]): Row[] =>
  rows.map((row) => without(row, hidden))

/** All of them in one answer. */
export const wholeList = ({ switches }: ApiRequest, rows: readonly Row[]): Answer =>
  json(200, { success: true, data: rows.length === 0 && switches.emptyV1List === 'null' ? null : rows })

/** One page of them; some of these lists have no `additional_data` in the document (openapi v1). */
export function offsetList({ query, switches }: ApiRequest, rows: readonly Row[], isShown: boolean): Answer {
  const { start, limit } = offsetPage(query, MOST_ROWS, switches)
  const page = rows.slice(start, start + limit)
  const paging = { pagination: pagination(start, limit, start + limit < rows.length) }
  const additional = isShown || switches.undocumentedPagination ? paging : undefined
  if (page.length === 0) return emptyList(switches, additional)
  return json(200, { success: true, data: page, ...(additional ? { additional_data: additional } : {}) })
}
