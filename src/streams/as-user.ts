import type { Stream } from './stream.ts'

/** Stands for the id of the token's user. */
export const TOKEN_USER = '{user}'

/** The stream as it is read with the token of this user. */
export function asUser(stream: Stream, userId: number): Stream {
  const said = (value: string): string => (value === TOKEN_USER ? String(userId) : value)
  const partitions = stream.partitions.map((partition) =>
    partition.adds === undefined
      ? partition
      : {
          ...partition,
          adds: Object.fromEntries(
            Object.entries(partition.adds).map(([name, value]) => [name, said(value)]),
          ),
        },
  )
  return { ...stream, partitions }
}
