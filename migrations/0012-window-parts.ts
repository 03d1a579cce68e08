import type { Kysely } from 'kysely'

/** A range is read in parts, by several walkers at once: each window is a part of one, told by where it begins. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('sync_window')
    .addColumn('range_since', 'timestamptz', (column) => column.notNull().defaultTo('-infinity'))
    .addColumn('range_until', 'timestamptz', (column) => column.notNull().defaultTo('infinity'))
    .execute()
  // What has no parts yet is one.
  const windows = db as Kysely<Record<'sync_window', Record<string, string>>>
  await windows
    .updateTable('sync_window')
    .set((is) => ({ range_since: is.ref('since'), range_until: is.ref('until') }))
    .execute()
  await db.schema.alterTable('sync_window').dropConstraint('sync_window_pkey').execute()
  const key = ['account', 'stream', 'partition', 'range_since', 'range_until', 'since'] as const
  await db.schema
    .alterTable('sync_window')
    .addPrimaryKeyConstraint('sync_window_pkey', [...key])
    .execute()
}
