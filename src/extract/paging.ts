import { withMembers } from '../json/members.ts'
import type { Partition, Params, RecordsIn, Stream } from '../streams/stream.ts'
import { openSingle, openV2, parsed } from './envelope.ts'
import { filterParams } from './filter-params.ts'
import { offsetPages } from './offset-paging.ts'
import { imprintOf, pageLoop, samePage, type Imprint, type Page } from './page.ts'
import type { ApiRequest, Send } from './request.ts'
import type { Window } from './windows.ts'

/** Parameters of every request of a walk, but those that say which page. */
export function walkParams(partition: Partition, window: Window): Params {
  const { order: orders, newestFirst } = partition
  const order =
    window.newestFirst === true ? newestFirst : window.byCursor ? orders?.byCursor : orders?.stable
  return { ...partition.params, ...order, ...filterParams(partition, window) }
}

async function* tokenPages(send: Send, base: ApiRequest, limit: number, listed?: RecordsIn) {
  const seen = new Set<string>()
  let before: Imprint = ''
  let token: string | null = null
  do {
    const page: Params = { limit: String(limit), ...(token === null ? {} : { cursor: token }) }
    const request: ApiRequest = { ...base, params: { ...base.params, ...page } }
    const { records, nextToken } = openV2(request, (await send(request)).body, limit, listed)
    const imprint = imprintOf(records)
    if (samePage(imprint, before)) throw pageLoop(request, 'brought the same page twice')
    if (nextToken !== null && seen.has(nextToken)) throw pageLoop(request, 'brought a page token twice')
    if (nextToken !== null) seen.add(nextToken)
    before = imprint
    token = nextToken
    yield records
  } while (token !== null)
}

async function* singlePage(send: Send, request: ApiRequest, records?: RecordsIn) {
  yield openSingle(request, (await send(request)).body, records)
}

/**
 * The pages of one walk, in order. Throws `E_ENVELOPE` for an answer that is not a list, `E_PAGE_LOOP` for a
 * repeated page or page token, `E_UNSTABLE` when a v1 list moves faster than it can be read.
 */
export async function* readPages(
  send: Send,
  stream: Stream,
  partition: Partition,
  window: Window,
): AsyncGenerator<Page, void> {
  const { adds, path, cost, params = {} } = partition
  const request: ApiRequest = { stream: stream.name, path, cost, params }
  for await (const page of pagesOf(send, stream, partition, window))
    yield adds === undefined ? page : parsed(request, () => withMembers(page, () => adds))
}

function pagesOf(
  send: Send,
  stream: Stream,
  partition: Partition,
  window: Window,
): AsyncGenerator<Page, void> {
  const { path, cost, pageSize, forbidden } = partition
  const request: ApiRequest = {
    ...{ stream: stream.name, path, cost, params: walkParams(partition, window) },
    ...(forbidden === undefined ? {} : { forbidden }),
  }
  switch (partition.paging) {
    case 'page-token':
      return tokenPages(send, request, pageSize, partition.records)
    case 'offset':
      return offsetPages(send, request, stream, partition, window)
    case 'single':
      return singlePage(send, request, partition.records)
  }
}
