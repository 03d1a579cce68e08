import type { Partition, Stream } from '../streams/stream.ts'

/** Whether only a sweep reads a stream whole: of others each pass does, or each that finds them due. */
export function needsSweeps({ partitions, refreshHours }: Stream): boolean {
  const isPart = ({ filter, newestFirst, parents }: Partition): boolean =>
    filter !== undefined || newestFirst !== undefined || (parents !== undefined && parents.always !== true)
  return refreshHours === undefined && partitions.some(isPart)
}

function requests({ pageSize, parents }: Partition, rows: number): number {
  if (parents !== undefined) return Math.ceil(rows / (parents.ask?.most ?? 1))
  return pageSize === 0 ? 1 : Math.floor(rows / pageSize) + 1
}

/**
 * Tokens that reading a stream whole is taken to cost. `rowsOf`: how many rows a stream's table holds; those of several
 * partitions are taken to be in the dearest.
 */
export function sweepCost(
  { name, partitions, catalogs }: Stream,
  rowsOf: (stream: string) => number,
): number {
  const parts = partitions.map((partition) => ({
    cost: partition.cost,
    requests: requests(partition, rowsOf(partition.parents?.of.name ?? name)),
    isOfParents: partition.parents !== undefined,
  }))
  const fields = catalogs.flatMap(({ sources }) => sources.map(({ cost }) => cost))
  const ofParents = parts.filter(({ isOfParents }) => isOfParents)
  const lists = parts.filter(({ isOfParents }) => !isOfParents).toSorted((a, b) => b.cost - a.cost)
  const ofLists = lists.map(({ cost, requests: pages }, index) => cost * (index === 0 ? pages : 1))
  return sum([...fields, ...ofLists, ...ofParents.map(({ cost, requests: asked }) => cost * asked)])
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
