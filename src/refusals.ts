import type { SyncError } from './errors.ts'
import { recordsOf } from './extract/envelope.ts'
import { keyOf } from './extract/page.ts'
import { readByIds } from './extract/read-by-id.ts'
import type { Send } from './extract/request.ts'
import type { Partition, Stream } from './streams/stream.ts'
import { saysDeleted } from './transform/deletion.ts'

/** So many parents that are there have to be refused, and none answered, until all count as refused. */
export const MOST_REFUSED = 3

/**
 * Tells a parent that is refused since it is gone from a stream that is refused: that one's parents are there. To be
 * called with each refusal as long as nobody was answered; throws the one that concerns all. Where the stream was read
 * before, a few parents may be refused for themselves, above all those that were the last time.
 */
export function watchRefusals(
  send: Send,
  { stream, partition, due, wasRead }: WatchedWalk,
): (parent: Refused, refusal: SyncError) => Promise<void> {
  let refusals = 0
  const last = due.at(-1)?.key
  const of = partition.parents?.of
  return async ({ key, failed }, refusal) => {
    if (wasRead && failed) return
    if (of !== undefined && (await mayBeThere(send, stream, of, key))) refusals++
    if (refusals >= MOST_REFUSED || (!wasRead && refusals > 0 && key === last)) throw refusal
  }
}

interface WatchedWalk {
  readonly stream: Stream
  readonly partition: Partition
  readonly due: readonly Refused[]
  readonly wasRead: boolean
}

interface Refused {
  readonly key: string
  readonly failed: boolean
}

/** Whether Pipedrive shows the record, or refuses to say; the stream that wants to know pays. */
async function mayBeThere(send: Send, payer: Stream, of: Stream, key: string): Promise<boolean> {
  const { pages, refused } = await readByIds(send, { ...of, name: payer.name }, [key])
  const request = { stream: payer.name, path: of.partitions[0]?.path ?? '', params: {}, cost: 0 }
  const found = pages.flatMap((page) => recordsOf(request, page))
  return refused.length > 0 || found.some((record) => keyOf(of, record) === key && !isDeleted(of, record))
}

function isDeleted(stream: Stream, record: unknown): boolean {
  return saysDeleted(stream, (record as Readonly<Record<string, unknown>>)[stream.deletedWhen?.field ?? ''])
}
