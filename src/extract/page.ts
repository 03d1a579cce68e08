import { SyncError } from '../errors.ts'
import type { Stream } from '../streams/stream.ts'
import { describeRequest, type ApiRequest } from './request.ts'

/** The records of one page as they came: the text of a JSON array, as UTF-8. */
export type Page = Uint8Array

/** Bytes of a list with nothing in it. */
const EMPTY_LIST = '[]'.length
/** More than a record has before its id. */
const ENDS = 1024

/** What tells a page from the next one without keeping it: how long it is, and how it begins and ends. */
export type Imprint = string

/** Empty for a page without records, which is like no other. */
export function imprintOf(page: Page): Imprint {
  if (page.length <= EMPTY_LIST) return ''
  const text = Buffer.from(page.buffer, page.byteOffset, page.length)
  return `${page.length} ${text.toString('latin1', 0, ENDS)} ${text.subarray(-ENDS).toString('latin1')}`
}

/** Whether both hold the same records; two without any do not count. */
export function samePage(one: Imprint, other: Imprint): boolean {
  return one !== '' && one === other
}

function field(record: unknown, name: string): unknown {
  return typeof record === 'object' && record !== null ? (record as Record<string, unknown>)[name] : undefined
}

/** What tells a record from the others of its list: its key, or all of it where Pipedrive gives no key. */
export function keyOf({ key }: Stream, record: unknown): string {
  const [column = '', ...others] = key
  const value = others.length === 0 ? field(record, column) : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(record)
}

/** Epoch milliseconds of a record's cursor field, null where it has none. */
export function cursorOf(stream: Stream, record: unknown): number | null {
  const value = stream.cursorField === null ? undefined : field(record, stream.cursorField)
  if (typeof value !== 'string') return null
  const moment = Date.parse(value.includes('T') ? value : `${value.replace(' ', 'T')}Z`)
  return Number.isNaN(moment) ? null : moment
}

export function pageLoop(request: ApiRequest, what: string): SyncError {
  return new SyncError({
    code: 'E_PAGE_LOOP',
    recovery: 'skip-stream',
    message: `${request.stream}: ${describeRequest(request)} ${what}, so the list has no end. Nothing more was loaded; try again later.`,
  })
}
