import type { Params, Partition, Stream, Totals } from '../streams/stream.ts'
import { z } from 'zod'
import { openOne, openUntold, openV1, openV2, recordsOf } from './envelope.ts'
import { keyOf } from './page.ts'
import { describeRequest, type ApiRequest, type Send } from './request.ts'

/** How many records Pipedrive has, what says so, and whether there may be more. */
export interface Counted {
  readonly records: number
  readonly bound: 'about' | 'at least'
  readonly says: string
}

/** The last in the order of what never changes first: all lists that have such an order say `asc` in some case. */
function backwards(params: Params): Params {
  const turned = Object.entries(params).map(([name, value]) => [
    name,
    value.replace(/\basc\b/, 'desc').replace(/\bASC\b/, 'DESC'),
  ])
  return Object.fromEntries(turned) as Params
}

async function lastPage(send: Send, request: ApiRequest, { paging, pageSize, records, untold }: Partition) {
  const { body } = await send(request)
  if (paging === 'page-token') {
    const page = openV2(request, body, pageSize, records)
    return { records: recordsOf(request, page.records), more: page.nextToken !== null }
  }
  const page = untold === true ? openUntold(request, body, pageSize) : openV1(request, body)
  return { records: recordsOf(request, page.records), more: page.more }
}

/** How many there are where ids are used up as at the end of the list. */
function byIds(ids: readonly number[]): Counted {
  const [highest, lowest] = [Math.max(...ids), Math.min(...ids)]
  const used = ids.length / (highest - lowest + 1)
  const says = `ids up to ${highest}, ${Math.round(used * 100)} % of the latest in use`
  return { records: Math.round(highest * used), bound: 'about', says }
}

/**
 * Counts the records of a list by one request for its last page. A list of more than one page is judged by its ids, which
 * are numbers that Pipedrive gives in their order; of one that has other ids, or none, only the page is known.
 */
export async function countList(send: Send, stream: Stream, partition: Partition): Promise<Counted> {
  const { path, cost, params = {}, order, pageSize, paging } = partition
  const from = { limit: String(pageSize), ...(paging === 'offset' ? { start: '0' } : {}) }
  const request = {
    ...{ stream: stream.name, path, cost },
    params: { ...params, ...backwards(order?.stable ?? {}), ...from },
  }
  const { records, more } = await lastPage(send, request, partition)
  if (!more) return { records: records.length, bound: 'about', says: `${records.length} at Pipedrive` }
  const ids = records.map((record) => keyOf(stream, record))
  if (order !== undefined && ids.every((id) => /^\d{1,15}$/.test(id))) return byIds(ids.map(Number))
  return {
    records: records.length,
    bound: 'at least',
    says: `more than ${records.length}, which is all that Pipedrive tells`,
  }
}

const summary = z.object({ total_count: z.int().nonnegative() })

/** The count of all records, but those that the totals leave out (openapi v1, deals/summary). Null where it is not told. */
export async function countTotal(
  send: Send,
  stream: Stream,
  { path, cost }: Totals,
): Promise<Counted | null> {
  const request: ApiRequest = { stream: stream.name, path, cost, params: {} }
  const { data, success } = summary.safeParse(openOne(request, (await send(request)).body))
  if (!success) return null
  const says = `${data.total_count} by ${describeRequest(request).replace('GET ', '')}`
  return { records: data.total_count, bound: 'about', says }
}
