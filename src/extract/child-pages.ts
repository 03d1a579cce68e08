import { withMembers } from '../json/members.ts'
import type { Params, Partition, Stream } from '../streams/stream.ts'
import { recordsOf } from './envelope.ts'
import type { Page } from './page.ts'
import { readPages } from './paging.ts'
import type { ApiRequest, Send } from './request.ts'
import { COMPLETE } from './windows.ts'

/** How many parents one request asks for. */
export function parentsAtOnce({ parents }: Partition): number {
  return parents?.ask?.most ?? 1
}

/** A parent as it is asked for: its key, and the parameters that are its own. */
export interface AskedParent {
  readonly key: string
  readonly params: Params
}

/** The partition as it is asked for some parents. */
function partitionOf(partition: Partition, asked: readonly AskedParent[]): Partition {
  const { path, parents } = partition
  const keys = asked.map(({ key }) => key).join()
  const params = Object.assign({}, partition.params, ...asked.map((each) => each.params)) as Params
  return parents?.ask === undefined
    ? { ...partition, path: path.replace('{id}', encodeURIComponent(keys)), params }
    : { ...partition, params: { ...params, [parents.ask.param]: keys } }
}

/** What the records of some parents do not say themselves: whose they are, and what was asked. */
function membersOf({ parents, adds }: Partition, asked: readonly AskedParent[]): Params {
  const [column = ''] = parents?.columns ?? []
  const own = asked.flatMap(({ params }) => Object.entries(params))
  return {
    ...(parents?.ask === undefined ? { [column]: asked.map(({ key }) => key).join() } : {}),
    ...Object.fromEntries(own.map(([name, value]) => [name.replace('.', '_'), value])),
    ...adds,
  }
}

/** Numbers the records that agree in some fields, over all pages of one parent. */
function numbering(fields: readonly string[]): (record: unknown) => number {
  const counts = new Map<string, number>()
  return (record) => {
    const group = JSON.stringify(fields.map((name) => (record as Record<string, unknown>)[name]))
    const count = counts.get(group) ?? 0
    counts.set(group, count + 1)
    return count
  }
}

/** The records themselves, where each is a member of an element of the list. */
function unwrapped({ recordIn }: Partition, request: ApiRequest, page: Page): Page {
  if (recordIn === undefined) return page
  const elements = recordsOf(request, page) as readonly Readonly<Record<string, unknown>>[]
  return Buffer.from(JSON.stringify(elements.map((element) => element[recordIn])))
}

/** Writes these members into each record, and its number. */
function completing({ numbered }: Stream, members: Params) {
  const number = numbered === undefined ? null : numbering(numbered)
  return (request: ApiRequest, page: Page): Page => {
    if (number === null) return Object.keys(members).length === 0 ? page : withMembers(page, () => members)
    const numbers = recordsOf(request, page).map(number)
    return withMembers(page, (index) => ({ ...members, position: numbers[index] }))
  }
}

/** All children of some parents: as many as one request takes. Throws as `readPages` does. */
export async function readChildren(
  send: Send,
  stream: Stream,
  partition: Partition,
  asked: readonly AskedParent[],
): Promise<readonly Page[]> {
  const { path, cost, params = {}, ...rest } = partitionOf(partition, asked)
  const complete = completing(stream, membersOf(partition, asked))
  const request: ApiRequest = { stream: stream.name, path, cost, params }
  const pages: Page[] = []
  for await (const page of readPages(send, stream, { path, cost, params, ...rest }, COMPLETE))
    pages.push(complete(request, unwrapped(partition, request, page)))
  return pages
}
