import type { Params, Partition } from '../streams/stream.ts'
import { apiTimestamp, floorToSecond, v1Timestamp } from './timestamps.ts'
import type { Window } from './windows.ts'

/** How much wider a window is asked for where it is not documented whether its bounds are in. */
const MARGIN_MS = 1000

/** What asks for records of a window alone: of all where it is open, or where nothing can be filtered. */
export function filterParams(
  { filter, looseFilter }: Partition,
  { since, until }: Pick<Window, 'since' | 'until'>,
): Params {
  if (filter === undefined) return {}
  const [write, margin] = looseFilter === true ? [v1Timestamp, MARGIN_MS] : [apiTimestamp, 0]
  return {
    ...(since === null ? {} : { [filter.since]: write(floorToSecond(since) - margin) }),
    ...(until === null || filter.until === undefined ? {} : { [filter.until]: write(until + margin) }),
  }
}
