import { badRequest } from '../http/answer.ts'
import { isRow, type Id } from '../json.ts'
import type { Switches } from '../switches.ts'

/** Where a v2 page ended. The form is that of the documented example (openapi v2, `next_cursor`). */
export interface PageEnd {
  readonly field: string
  readonly fieldValue: string | number | null
  readonly sortDirection: 'asc' | 'desc'
  readonly id: Id
}

export const encodePageToken = (end: PageEnd): string =>
  Buffer.from(JSON.stringify(end)).toString('base64url')

function decodePageToken(token: string): PageEnd | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (!isRow(value)) return undefined
    const { field, fieldValue, sortDirection, id } = value
    if (typeof field !== 'string' || (typeof id !== 'number' && typeof id !== 'string')) return undefined
    if (typeof fieldValue !== 'number' && typeof fieldValue !== 'string' && fieldValue !== null)
      return undefined
    if (sortDirection !== 'asc' && sortDirection !== 'desc') return undefined
    return { field, fieldValue, sortDirection, id }
  } catch {
    return undefined
  }
}

/** Where the page before this one ended; `isOurs` tells a token of this list from one of another. */
export function pageEndOf(
  query: URLSearchParams,
  switches: Switches,
  isOurs: (end: PageEnd) => boolean,
): PageEnd | undefined {
  const token = query.get('cursor') ?? ''
  if (token === '') return undefined
  const end = decodePageToken(token)
  if (end && isOurs(end)) return end
  if (switches.badPageToken === 'refuse') throw badRequest("Parameter 'cursor' is not valid")
  return undefined
}
