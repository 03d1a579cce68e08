import { selectStreams } from '../../src/streams/index.ts'
import type { Stream } from '../../src/streams/stream.ts'

/** What people work with: what every run reads, without the children, which have tests of their own. */
export const WORK: readonly Stream[] = selectStreams([]).filter(
  ({ partitions, refreshHours }) =>
    refreshHours === undefined && partitions.every(({ parents }) => parents === undefined),
)
