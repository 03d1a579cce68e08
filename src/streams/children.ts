import type { Parents, Partition, Stream } from './stream.ts'

/** A partition that is read parent by parent. */
export type ChildPartition = Partition & { readonly parents: Parents }

/** The partitions of a stream that are read parent by parent. */
export function childrenIn({ partitions }: Stream): readonly ChildPartition[] {
  return partitions.filter((partition): partition is ChildPartition => partition.parents !== undefined)
}
