import { z } from 'zod'
import { SyncError } from '../errors.ts'
import type { Stream, Totals } from '../streams/stream.ts'
import { openOne } from './envelope.ts'
import { describeRequest, type ApiRequest, type Send } from './request.ts'

/** How many records agree in two columns, and the sum of a third. */
export interface Total {
  readonly by: string
  readonly group: string
  readonly count: number
  readonly sum: number
}

const group = z.object({ value: z.number(), count: z.int() })
/** Where there is nothing to sum, an empty list may stand for the empty object. */
const summary = z.object({
  values_total: z.union([z.record(z.string(), group), z.tuple([])]).nullish(),
})

/** The totals that Pipedrive gives of a stream (openapi v1, deals/summary). Throws `E_ENVELOPE`. */
export async function readTotals(send: Send, stream: Stream, totals: Totals): Promise<readonly Total[]> {
  const found: Total[] = []
  for (const by of totals.values) {
    const params = { [totals.by]: by }
    const request: ApiRequest = { stream: stream.name, path: totals.path, cost: totals.cost, params }
    const { data, success } = summary.safeParse(openOne(request, (await send(request)).body))
    if (!success) throw noTotals(request)
    for (const [name, { value, count }] of Object.entries(data.values_total ?? {}))
      found.push({ by, group: name, count, sum: value })
  }
  return found
}

function noTotals(request: ApiRequest): SyncError {
  return new SyncError({
    code: 'E_ENVELOPE',
    recovery: 'skip-stream',
    message: `${request.stream}: ${describeRequest(request)} was answered with 200, but not with the expected totals.`,
  })
}
