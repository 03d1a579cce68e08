import { streams } from '../src/streams/index.ts'
import type { Parents, Stream } from '../src/streams/stream.ts'

/** A way to read children: as the registry has it, or without what saves requests. */
export interface Way {
  readonly name: 'ours' | 'uncounted' | 'single' | 'neither'
  readonly change: (parents: Parents) => Parents
}

function uncounted(parents: Parents): Parents {
  if (parents.counter === undefined) return parents
  const { counter: _counter, ...rest } = parents
  return rest
}

function single(parents: Parents): Parents {
  const { ask } = parents
  return ask === undefined || ask.most === 1 ? parents : { ...parents, ask: { ...ask, most: 1 } }
}

export const WAYS: readonly Way[] = [
  { name: 'ours', change: (parents) => parents },
  { name: 'uncounted', change: uncounted },
  { name: 'single', change: single },
  { name: 'neither', change: (parents) => uncounted(single(parents)) },
]

function parentsOf({ partitions }: Stream): readonly Parents[] {
  return partitions.flatMap(({ parents }) => parents ?? [])
}

const children = streams.filter((stream) => parentsOf(stream).length > 0)

export function ofThem(stream: Stream): readonly Stream[] {
  return [...new Set(parentsOf(stream).map(({ of }) => of))]
}

/** The children that another way reads in other requests than ours. */
export function childrenIn({ name, change }: Way): readonly Stream[] {
  const differs = (stream: Stream): boolean =>
    parentsOf(stream).some((parents) => change(parents) !== parents)
  return children
    .filter((stream) => name === 'ours' || differs(stream))
    .map((stream) => ({
      ...stream,
      partitions: stream.partitions.map((partition) =>
        partition.parents === undefined ? partition : { ...partition, parents: change(partition.parents) },
      ),
    }))
}
