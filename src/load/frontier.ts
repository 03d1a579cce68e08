import type { Stream, Partition } from '../streams/stream.ts'
import type { Session } from './connection.ts'

/**
 * The time up to which changes have been read of each partition: what was updated later has not been synced yet. Null
 * where records have no such time; a partition that has not been read as a whole yet is not in it.
 */
export type Frontiers = ReadonlyMap<string, Date | null>

interface State {
  readonly bookmark: Date | null
  readonly completed_at: Date | null
  readonly updated_at: Date
}

/** A list that is always read whole has no bookmark, nor has a partition that showed no record yet. */
function frontierOf({ filter, newestFirst }: Partition, { bookmark, completed_at, updated_at }: State) {
  return filter === undefined && newestFirst === undefined ? completed_at : (bookmark ?? updated_at)
}

/**
 * Each partition has its own: the latest of another may lie behind what this one has not been read for, the earliest
 * years before what it has. Of a stream that was read through another door as well, only the partitions given count.
 */
export async function readFrontiers(
  { control }: Session,
  account: string,
  { name: stream, cursorField, partitions }: Stream,
): Promise<Frontiers> {
  const rows = await control
    .selectFrom('stream_state')
    .select(['partition', 'bookmark', 'completed_at', 'updated_at'])
    .where((is) => is.and({ account, stream }))
    .execute()
  const states = new Map(rows.map((row) => [row.partition, row]))
  return new Map(
    partitions.flatMap((partition): [string, Date | null][] => {
      const state = states.get(partition.name)
      if (state === undefined) return []
      return [[partition.name, cursorField === null ? null : frontierOf(partition, state)]]
    }),
  )
}

/** The latest of some; null where there is none. */
export function latestOf(frontiers: Frontiers): Date | null {
  return [...frontiers.values()].reduce(
    (latest, each) => (latest === null || (each !== null && each > latest) ? each : latest),
    null,
  )
}
