import { z } from 'zod'
import { SyncError } from '../errors.ts'
import { describeRequest, type ApiRequest } from './request.ts'

/** v2: `next_cursor` is null or left out on the last page; some unpaged lists send no additional_data at all. */
const v2Page = z.object({
  success: z.literal(true),
  data: z.array(z.unknown()),
  additional_data: z
    .object({ next_cursor: z.string().min(1).nullish() })
    .nullish()
    .transform((more) => more?.next_cursor ?? null),
})

const offsets = z.object({ more_items_in_collection: z.boolean() })

/** v1: an empty list may come as `data: null`; the leads' document shows the pagination un-nested (openapi v1). */
const v1Page = z.object({
  success: z.literal(true),
  data: z.array(z.unknown()).nullable(),
  additional_data: z.union([z.object({ pagination: offsets }).transform((more) => more.pagination), offsets]),
})

const singlePage = z.object({ success: z.literal(true), data: z.array(z.unknown()) })

const one = z.object({ success: z.literal(true), data: z.record(z.string(), z.unknown()) })

function open<Shape extends z.ZodType>(shape: Shape, request: ApiRequest, body: unknown): z.output<Shape> {
  const result = shape.safeParse(body)
  if (result.success) return result.data
  const where = result.error.issues[0]?.path.join('.') ?? ''
  throw new SyncError({
    code: 'E_ENVELOPE',
    recovery: 'skip-stream',
    message: `${request.stream}: ${describeRequest(request)} was answered with 200, but not with the expected list${where === '' ? '' : ` (at "${where}")`}. Nothing of it was loaded; try again later.`,
  })
}

/** A v2 list: its records and the token of the next page, null on the last. Throws `E_ENVELOPE`. */
export function openV2(request: ApiRequest, body: unknown): { records: unknown[]; nextToken: string | null } {
  const { data, additional_data: nextToken } = open(v2Page, request, body)
  return { records: data, nextToken }
}

/** A v1 list: its records and whether there are more behind them. Throws `E_ENVELOPE`. */
export function openV1(request: ApiRequest, body: unknown): { records: unknown[]; more: boolean } {
  const { data, additional_data: pagination } = open(v1Page, request, body)
  return { records: data ?? [], more: pagination.more_items_in_collection }
}

/** A list that is never paged. Throws `E_ENVELOPE`. */
export function openSingle(request: ApiRequest, body: unknown): unknown[] {
  return open(singlePage, request, body).data
}

/** One record. Throws `E_ENVELOPE`. */
export function openOne(request: ApiRequest, body: unknown): Record<string, unknown> {
  return open(one, request, body).data
}
