import type { Partition, Stream } from '../streams/stream.ts'
import { readPages } from './paging.ts'
import type { ApiResponse, Send } from './request.ts'
import { COMPLETE } from './windows.ts'

/**
 * The least that shows whether a stream can be read: one record of each path that a run asks, field catalogs first.
 * What is read for each of some parents is left out, since it takes a parent.
 */
export function probesOf({ catalogs, partitions }: Stream): readonly Partition[] {
  const sources = catalogs.flatMap((catalog) => catalog.sources)
  const asked = [
    ...sources.map((source) => ({ ...source, name: 'fields' })),
    ...partitions.filter(({ parents }) => parents === undefined),
  ]
  return [...new Map(asked.map((each) => [each.path, { ...each, pageSize: 1 }])).values()]
}

/** Tokens that the probes of these streams cost: a path that several of them need is asked once. */
export function costOfProbes(streams: readonly Stream[]): number {
  const costs = new Map(streams.flatMap(probesOf).map(({ path, cost }) => [path, cost]))
  return [...costs.values()].reduce((total, cost) => total + cost, 0)
}

/** Asks each path once; whoever asks for it again shares the answer, or the failure. */
export function askOnce(next: Send): Send {
  const answers = new Map<string, Promise<ApiResponse>>()
  return (request) => {
    const answer = answers.get(request.path) ?? next(request)
    answers.set(request.path, answer)
    return answer
  }
}

/** Reads one page as a run would, and throws what a run would. */
export async function probe(send: Send, stream: Stream, partition: Partition): Promise<void> {
  for await (const _page of readPages(send, stream, partition, COMPLETE)) return
}
