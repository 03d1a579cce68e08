import { SyncError } from '../errors.ts'
import type { ReadById, Stream } from '../streams/stream.ts'
import { chunks } from '../chunks.ts'
import { openOneAsPage, openV2 } from './envelope.ts'
import type { Page } from './page.ts'
import { readPages } from './paging.ts'
import type { ApiRequest, Send } from './request.ts'
import { COMPLETE } from './windows.ts'

/** What reads by id have shown. */
export interface ReadRecords {
  readonly pages: readonly Page[]
  /** Ids of which Pipedrive will not say whether they are there (403), and how it refused the first of them. */
  readonly refused: readonly string[]
  readonly refusal: SyncError | null
}

type ManyIds = Extract<ReadById, { kind: 'many' }>
type OneId = Extract<ReadById, { kind: 'one' }>

function shown(pages: readonly Page[]): ReadRecords {
  return { pages, refused: [], refusal: null }
}

/** Unknown and invisible ids are left out of the answer without an error (openapi v2). */
async function readMany(send: Send, stream: Stream, way: ManyIds, ids: readonly string[]) {
  const pages: Page[] = []
  for (const { path, cost, params, pageSize } of stream.partitions)
    for (const some of chunks(ids, way.most)) {
      const query = { ...params, [way.param]: some.join(), limit: String(pageSize) }
      const request: ApiRequest = { stream: stream.name, path, cost, params: query }
      pages.push(openV2(request, (await send(request)).body).records)
    }
  return pages
}

async function readOne(send: Send, stream: Stream, way: OneId, id: string): Promise<ReadRecords> {
  const path = way.path.replace('{id}', encodeURIComponent(id))
  const request: ApiRequest = { stream: stream.name, path, cost: way.cost, params: {} }
  try {
    return shown([openOneAsPage(request, (await send(request)).body)])
  } catch (error) {
    if (error instanceof SyncError && error.code === 'E_NOT_FOUND') return shown([])
    if (error instanceof SyncError && error.code === 'E_FORBIDDEN')
      return { pages: [], refused: [id], refusal: error }
    throw error
  }
}

async function readAll(send: Send, stream: Stream): Promise<Page[]> {
  const pages: Page[] = []
  for (const partition of stream.partitions)
    for await (const page of readPages(send, stream, partition, COMPLETE)) pages.push(page)
  return pages
}

/**
 * Reads records by id, from every partition; what is neither in the pages nor refused is not there any more. Where a stream cannot be
 * read by id, they are the whole list, read again.
 */
export async function readByIds(send: Send, stream: Stream, ids: readonly string[]): Promise<ReadRecords> {
  const way = stream.readById
  if (way === undefined) return shown([])
  if (way.kind === 'list') return shown(await readAll(send, stream))
  if (way.kind === 'many') return shown(await readMany(send, stream, way, ids))
  const answers: ReadRecords[] = []
  for (const id of ids) answers.push(await readOne(send, stream, way, id))
  return {
    pages: answers.flatMap(({ pages }) => pages),
    refused: answers.flatMap(({ refused }) => refused),
    refusal: answers.find(({ refusal }) => refusal !== null)?.refusal ?? null,
  }
}
