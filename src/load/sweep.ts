import { sql } from 'kysely'
import type { Place } from './checkpoint.ts'
import type { Session } from './connection.ts'

/** Later on, what was read first is behind the times. */
const GOES_ON = sql`stream_state.sweep_since > now() - interval '30 days'`

/** A reading of the children of every parent. */
export interface ParentSweep {
  /** It was begun earlier, and cut short. */
  readonly resumed: boolean
  /** It was begun less than a day ago. */
  readonly isRecent: boolean
}

export const NO_SWEEP: ParentSweep = { resumed: false, isRecent: false }

/**
 * Begins to read the children of every parent, or goes on with a reading that was cut short less than 30 days after it
 * began.
 */
export async function openSweep({ control }: Session, place: Place): Promise<ParentSweep> {
  return control
    .insertInto('stream_state')
    .values({ ...place, sweep_since: sql<Date>`now()` })
    .onConflict((on) =>
      on.columns(['account', 'stream', 'partition']).doUpdateSet({
        sweep_since: sql<Date>`case when ${GOES_ON} then stream_state.sweep_since else now() end`,
      }),
    )
    .returning([
      sql<boolean>`sweep_since < now()`.as('resumed'),
      sql<boolean>`sweep_since > now() - interval '1 day'`.as('isRecent'),
    ])
    .executeTakeFirstOrThrow()
}

/** Remembers that every parent was asked: the next sweep begins anew. */
export async function closeSweep({ control }: Session, place: Place): Promise<void> {
  await control
    .updateTable('stream_state')
    .set({ sweep_since: null })
    .where((is) => is.and({ ...place }))
    .execute()
}
