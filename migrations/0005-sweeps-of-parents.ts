import type { Kysely } from 'kysely'

/** Since when every parent is being read where that takes several runs, and whose children could not be read. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('stream_state').addColumn('sweep_since', 'timestamptz').execute()
  await db.schema.alterTable('parent_read').addColumn('failed_at', 'timestamptz').execute()
}
