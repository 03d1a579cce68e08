import { SyncError, type ErrorCode } from '../errors.ts'
import { withMembers } from '../json/members.ts'
import type { Params, Partition, Stream } from '../streams/stream.ts'
import { parsed, recordsOf } from './envelope.ts'
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
export function partitionOf(partition: Partition, asked: readonly AskedParent[]): Partition {
  const { path, parents } = partition
  const keys = asked.map(({ key }) => key).join()
  const params = Object.assign({}, partition.params, ...asked.map((each) => each.params)) as Params
  return parents?.ask === undefined
    ? { ...partition, path: path.replace('{id}', encodeURIComponent(keys)), params }
    : { ...partition, params: { ...params, [parents.ask.param]: keys } }
}

/** What the records of some parents do not say themselves: whose they are, and what was asked. */
function membersOf({ parents }: Partition, asked: readonly AskedParent[]): Params {
  const [column = ''] = parents?.columns ?? []
  const own = asked.flatMap(({ params }) => Object.entries(params))
  return {
    ...(parents?.ask === undefined ? { [column]: asked.map(({ key }) => key).join() } : {}),
    ...Object.fromEntries(own.map(([name, value]) => [name.replace('.', '_'), value])),
  }
}

/**
 * The numbers of records that agree in some fields, from the end of the list: logs begin with the newest (openapi v1,
 * examples), so an older entry keeps its number.
 */
function numbersOf(records: readonly unknown[], fields: readonly string[]): readonly number[] {
  const counts = new Map<string, number>()
  const numberOf = (record: unknown): number => {
    const group = JSON.stringify(fields.map((name) => (record as Record<string, unknown> | null)?.[name]))
    const number = counts.get(group) ?? 0
    counts.set(group, number + 1)
    return number
  }
  return records.toReversed().map(numberOf).toReversed()
}

/** The records themselves, where each is a member of an element of the list. */
function unwrapped({ recordIn }: Partition, request: ApiRequest, page: Page): Page {
  if (recordIn === undefined) return page
  const elements = recordsOf(request, page) as readonly (Readonly<Record<string, unknown>> | null)[]
  return Buffer.from(JSON.stringify(elements.map((element) => element?.[recordIn] ?? null)))
}

/** Writes these members into each record, and its number. */
function completed({ numbered }: Stream, request: ApiRequest, members: Params, pages: readonly Page[]) {
  if (numbered === undefined && Object.keys(members).length === 0) return pages
  if (numbered === undefined) return pages.map((page) => withMembers(page, () => members))
  const records = pages.map((page) => recordsOf(request, page))
  const numbers = numbersOf(records.flat(), numbered).values()
  return pages.map((page) => withMembers(page, () => ({ ...members, position: numbers.next().value })))
}

/** How a parent may be answered that was deleted while its children were being read. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['E_FORBIDDEN', 'E_NOT_FOUND'])

/** All children of some parents: as many as one request takes. Throws as `readPages` does. */
async function readChildren(
  send: Send,
  stream: Stream,
  partition: Partition,
  asked: readonly AskedParent[],
): Promise<readonly Page[]> {
  const { path, cost, params = {}, ...rest } = partitionOf(partition, asked)
  const request: ApiRequest = { stream: stream.name, path, cost, params }
  const pages: Page[] = []
  for await (const page of readPages(send, stream, { path, cost, params, ...rest }, COMPLETE))
    pages.push(unwrapped(partition, request, page))
  return parsed(request, () => completed(stream, request, membersOf(partition, asked), pages))
}

/** The same, or why these parents are not shown. Throws else as `readPages` does. */
export async function askChildren(
  send: Send,
  stream: Stream,
  partition: Partition,
  asked: readonly AskedParent[],
): Promise<readonly Page[] | SyncError> {
  try {
    return await readChildren(send, stream, partition, asked)
  } catch (error) {
    if (!(error instanceof SyncError) || !REFUSALS.has(error.code)) throw error
    const isNone =
      error.code === 'E_NOT_FOUND' && asked.length === 1 && partition.parents?.noneIsNotFound === true
    return isNone ? [] : error
  }
}
