import { z } from 'zod'
import { SyncError } from '../errors.ts'
import { OPEN_LIST, OPEN_OBJECT } from '../json/bytes.ts'
import type { RecordsIn } from '../streams/stream.ts'
import { readData, type Body } from './body.ts'
import type { Page } from './page.ts'
import { describeRequest, type ApiRequest } from './request.ts'

/** v2: `next_cursor` is null or left out on the last page; some unpaged lists send no additional_data at all. */
const v2Envelope = z.object({
  success: z.literal(true),
  additional_data: z.object({ next_cursor: z.string().min(1).nullish() }).nullish(),
})

const offsets = z.object({ more_items_in_collection: z.boolean() })

/** The leads' document shows the pagination un-nested (openapi v1). */
const pagination = z.union([z.object({ pagination: offsets }).transform((more) => more.pagination), offsets])
const v1Envelope = z.object({ success: z.literal(true), additional_data: pagination })
const untoldEnvelope = z.object({ success: z.literal(true), additional_data: pagination.nullish() })

const success = z.object({ success: z.literal(true) })

const record = z.record(z.string(), z.unknown())
const list = z.array(z.unknown())

const EMPTY: Page = Buffer.from('[]')

function odd(request: ApiRequest, where: string): SyncError {
  return new SyncError({
    code: 'E_ENVELOPE',
    recovery: 'skip-stream',
    message: `${request.stream}: ${describeRequest(request)} was answered with 200, but not with the expected list${where === '' ? '' : ` (at "${where}")`}. Nothing of it was loaded; try again later.`,
  })
}

function open<Shape extends z.ZodType>(shape: Shape, request: ApiRequest, value: unknown): z.output<Shape> {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  throw odd(request, result.error.issues[0]?.path.join('.') ?? '')
}

function listOf(request: ApiRequest, { data }: Body): Page {
  if (data[0] !== OPEN_LIST) throw odd(request, 'data')
  return data
}

/**
 * A list with page tokens: its records and the token of the next page, null on the last. A full page (`limit`) that does
 * not say whether it is the last may have been cut off. Throws `E_ENVELOPE`.
 */
export function openV2(
  request: ApiRequest,
  body: Body,
  limit = Infinity,
  listed?: RecordsIn,
): { records: Page; nextToken: string | null } {
  const { additional_data: told } = open(v2Envelope, request, body.envelope)
  const records = listed?.kind === 'list-or-null' ? listOrNull(request, body) : listOf(request, body)
  const isUntold = told === null || told === undefined
  if (isUntold && recordsOf(request, records).length >= limit) throw odd(request, 'additional_data')
  return { records, nextToken: told?.next_cursor ?? null }
}

/** A v1 list: its records and whether there are more behind them; an empty one may be null. Throws `E_ENVELOPE`. */
export function openV1(request: ApiRequest, body: Body): { records: Page; more: boolean } {
  const { additional_data: told } = open(v1Envelope, request, body.envelope)
  return { records: listOrNull(request, body), more: told.more_items_in_collection }
}

/** The same of a list that may not tell whether there are more: behind a full page there may be. Throws `E_ENVELOPE`. */
export function openUntold(
  request: ApiRequest,
  body: Body,
  pageSize: number,
): { records: Page; more: boolean } {
  const { additional_data: told } = open(untoldEnvelope, request, body.envelope)
  const records = listOrNull(request, body)
  const more = told?.more_items_in_collection ?? recordsOf(request, records).length >= pageSize
  return { records, more }
}

function listOrNull(request: ApiRequest, body: Body): Page {
  const empty = body.data.length === 4 && Buffer.from(body.data).toString() === 'null'
  return empty ? EMPTY : listOf(request, body)
}

function pageOf(records: readonly unknown[]): Page {
  return Buffer.from(JSON.stringify(records))
}

function membersOf(request: ApiRequest, body: Body, name: string, value: string, none: readonly unknown[]) {
  const members = Object.entries(openOne(request, body)).filter(([, held]) => !none.includes(held))
  return pageOf(members.map(([key, held]) => ({ [name]: key, [value]: held })))
}

function valuesOf(request: ApiRequest, body: Body, name: string, member?: string): Page {
  const held = member === undefined ? parsed(request, () => readData(body)) : openOne(request, body)[member]
  return pageOf(open(list.nullable(), request, held)?.map((value) => ({ [name]: value })) ?? [])
}

/** The records of an answer that is never paged: a list, unless `records` says otherwise. Throws `E_ENVELOPE`. */
export function openSingle(request: ApiRequest, body: Body, records?: RecordsIn): Page {
  open(success, request, body.envelope)
  switch (records?.kind) {
    case undefined:
      return listOf(request, body)
    case 'list-or-null':
      return listOrNull(request, body)
    case 'one':
      return openOneAsPage(request, body)
    case 'member':
      return pageOf(open(list, request, openOne(request, body)[records.name]))
    case 'values':
      return valuesOf(request, body, records.name, records.in)
    case 'members':
      return membersOf(request, body, records.name, records.value, records.none)
  }
}

/** One record. Throws `E_ENVELOPE`. */
export function openOne(request: ApiRequest, body: Body): Record<string, unknown> {
  open(success, request, body.envelope)
  return open(
    record,
    request,
    parsed(request, () => readData(body)),
  )
}

/** One record as the page that it would be alone. Throws `E_ENVELOPE`. */
export function openOneAsPage(request: ApiRequest, body: Body): Page {
  open(success, request, body.envelope)
  if (body.data[0] !== OPEN_OBJECT) throw odd(request, 'data')
  return Buffer.concat([Buffer.from('['), body.data, Buffer.from(']')])
}

/** The records of a page as values. Throws `E_ENVELOPE`. */
export function recordsOf(request: ApiRequest, page: Page): readonly unknown[] {
  return parsed(request, () => JSON.parse(Buffer.from(page).toString()) as unknown[])
}

/** What `read` makes of an answer. Throws `E_ENVELOPE` where that is not JSON of the expected form. */
export function parsed<Value>(request: ApiRequest, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof SyntaxError) throw odd(request, 'data')
    throw error
  }
}
