import { sql, type Kysely } from 'kysely'

/** Records that were erased for good, by their keys: no run brings them back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('erased')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('erased_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint('erased_pkey', ['account', 'stream', 'key'])
    .execute()
}
