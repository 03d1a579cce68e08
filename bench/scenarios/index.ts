import type { Scenario } from '../scenario.ts'
import { backfill } from './backfill.ts'
import { changed } from './changed.ts'
import { latency } from './latency.ts'
import { limit } from './limit.ts'
import { million } from './million.ts'
import { sharedLimit } from './shared-limit.ts'
import { startUp } from './start-up.ts'
import { unchanged } from './unchanged.ts'

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  backfill,
  million,
  latency,
  limit,
  sharedLimit,
  unchanged,
  changed,
  startUp,
]
