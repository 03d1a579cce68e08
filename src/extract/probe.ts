import { SyncError } from '../errors.ts'
import { childrenIn, type ChildPartition } from '../streams/children.ts'
import type { Partition, Stream } from '../streams/stream.ts'
import { partitionOf, type AskedParent } from './child-pages.ts'
import { recordsOf } from './envelope.ts'
import { readPages } from './paging.ts'
import { describeRequest, type ApiResponse, type Send } from './request.ts'
import { COMPLETE } from './windows.ts'

/** The least that shows whether a stream can be read: one record of each path that a run asks, field catalogs first. */
export function probesOf({ catalogs, partitions }: Stream): readonly Partition[] {
  const sources = catalogs.flatMap((catalog) => catalog.sources)
  const asked = [
    ...sources.map((source) => ({ ...source, name: 'fields' })),
    ...partitions.filter(({ parents }) => parents === undefined),
  ]
  const byPath = Map.groupBy(asked, ({ path }) => path)
  return [...byPath.values()].flatMap(([first]) => (first === undefined ? [] : { ...first, pageSize: 1 }))
}

/** The same of what is read for each of some parents: to be asked for one of them. */
export function childProbesOf(stream: Stream): readonly ChildPartition[] {
  return childrenIn(stream).map((child) => ({ ...child, pageSize: 1 }))
}

/** What shows a record of a stream: the first of its lists. */
export function listProbeOf({ partitions }: Stream): Partition | undefined {
  return partitions.slice(0, 1).map((first) => ({ ...first, pageSize: 1 }))[0]
}

/**
 * Tokens that the probes of these streams cost: a path that several of them need is asked once. A parent that is not
 * `held` has to be asked for before its children.
 */
export function costOfProbes(
  streams: readonly Stream[],
  held: ReadonlyMap<string, AskedParent> = new Map(),
): number {
  const children = streams.flatMap(childProbesOf)
  const asking = children.filter(({ path }) => !held.has(path))
  const lists = asking.flatMap(({ parents }) => listProbeOf(parents.of) ?? [])
  const asked = [...streams.flatMap(probesOf), ...children, ...lists]
  const costs = new Map(asked.map(({ path, cost }) => [path, cost]))
  return [...costs.values()].reduce((total, cost) => total + cost, 0)
}

/** Asks each request once; whoever asks for it again shares the answer, or the failure. */
export function askOnce(next: Send): Send {
  const answers = new Map<string, Promise<ApiResponse>>()
  return (request) => {
    const name = describeRequest(request)
    const answer = answers.get(name) ?? next(request)
    answers.set(name, answer)
    return answer
  }
}

/** Reads one page as a run would, and throws what a run would. Returns its first record, undefined where there is none. */
export async function probe(send: Send, stream: Stream, partition: Partition): Promise<unknown> {
  const { path, cost, params = {} } = partition
  for await (const page of readPages(send, stream, partition, COMPLETE))
    return recordsOf({ stream: stream.name, path, cost, params }, page)[0]
  return undefined
}

/** Asks for the children of one parent. That it has none is an answer too. */
export async function probeChildren(
  send: Send,
  stream: Stream,
  child: ChildPartition,
  parent: AskedParent,
): Promise<void> {
  try {
    await probe(send, stream, partitionOf(child, [parent]))
  } catch (error) {
    const isNone = error instanceof SyncError && error.code === 'E_NOT_FOUND'
    if (!isNone || child.parents.noneIsNotFound !== true) throw error
  }
}
