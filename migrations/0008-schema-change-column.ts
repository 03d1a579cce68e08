import type { Kysely } from 'kysely'

/** The column that a change of shape made; null where it made a table. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('schema_changes').addColumn('column_name', 'text').execute()
}
