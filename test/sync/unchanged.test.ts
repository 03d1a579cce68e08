import { expect, test, vi } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { BACKFILL, PASS, SWEEP, openWorld, streamNamed } from '../support/world.ts'

const OURS = `select from pg_stat_activity where datname = current_database() and application_name ~ '^pipedrive-warehouse'`

/** Rows of this database's own catalog that were written so far; the planner's statistics are autovacuum's. */
async function catalogRows(db: TestDatabase): Promise<number> {
  // What a session has done is counted when it ends (PostgreSQL documentation, cumulative statistics).
  await vi.waitFor(async () => expect(await db.query(OURS)).toEqual([]), 10_000)
  const [row] = await db.query<{ rows: number }>(
    `select sum(n_tup_ins + n_tup_upd + n_tup_del)::integer as rows
     from pg_stat_sys_tables join pg_class on pg_class.oid = relid
     where schemaname = 'pg_catalog' and not relisshared and pg_class.relname <> 'pg_statistic'`,
  )
  return row!.rows
}

test.each([
  ['backfill', BACKFILL],
  ['pass', PASS],
  ['sweep', SWEEP],
])(
  'a %s that finds what is there already writes nothing to the catalog of PostgreSQL',
  async (_what, plan) => {
    await using world = await openWorld()
    const { db } = world
    const streams = ['deals', 'persons', 'pipelines'].map(streamNamed)
    await world.run({ streams, plan: BACKFILL })
    await world.run({ streams, plan })
    const before = await catalogRows(db)
    expect(before).toBeGreaterThan(0)
    const { status, streams: reports } = await world.run({ streams, plan })
    expect(status).toBe('done')
    for (const { unchanged, inserted, updated } of reports)
      expect({ isRead: unchanged > 0, written: inserted + updated }).toEqual({ isRead: true, written: 0 })
    expect(await catalogRows(db)).toBe(before)
  },
)
