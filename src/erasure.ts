import type { Erasure } from './load/erase.ts'
import type { ErasableRecord } from './streams/erasable.ts'
import { streams } from './streams/index.ts'
import { layoutStream } from './transform/layout.ts'

/** Every table in which something of a record may stand, and the streams of its children. */
export function erasureOf(account: string, { stream, key }: ErasableRecord): Erasure {
  const tables = streams.flatMap((each) => {
    const layout = layoutStream(each, [])
    return [layout, ...layout.children].map((table) => ({ stream: each.name, layout: table }))
  })
  const families = streams.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ parents }) => parents?.of.name === stream.name)
      .map((partition) => ({ stream: name, partition: partition.name })),
  )
  return { account, stream: stream.name, key, tables, families }
}
