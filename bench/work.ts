import type { ReadPlan } from '../src/extract/windows.ts'
import { selectStreams } from '../src/streams/index.ts'
import type { Stream } from '../src/streams/stream.ts'

/** What is read: by ours as a command would, by the floors page for page and row for row. */
export const STREAMS = selectStreams(['deals', 'persons'])

/** Everything, as `backfill` reads it without `--since` and `--until`. */
export const WHOLE: ReadPlan = { mode: 'range', since: null, until: null }

/** Those that are named, or all of what is read. */
export function streamsOf({ streams }: { readonly streams?: readonly string[] }): readonly Stream[] {
  return streams === undefined ? STREAMS : selectStreams(streams)
}
