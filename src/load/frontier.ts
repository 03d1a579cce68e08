import type { Session } from './connection.ts'
import type { Stream } from '../streams/stream.ts'

/**
 * The time up to which changes have been read: the latest bookmark; of lists that are always read whole, the end of the
 * last reading. What was updated later has not been synced yet. Null where nothing tells, or records have no such time.
 */
export async function readFrontier(
  { control }: Session,
  account: string,
  { name: stream, cursorField, partitions }: Stream,
): Promise<Date | null> {
  if (cursorField === null) return null
  const { bookmark, completed } = await control
    .selectFrom('stream_state')
    .select(({ fn }) => [fn.max('bookmark').as('bookmark'), fn.max('completed_at').as('completed')])
    .where((is) => is.and({ account, stream }))
    .executeTakeFirstOrThrow()
  return partitions.some(({ filter, newestFirst }) => filter !== undefined || newestFirst !== undefined)
    ? bookmark
    : completed
}
