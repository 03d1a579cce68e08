import { sql, type Kysely } from 'kysely'

/** What the change gate has pointed at and no run has read yet, and since when that fails. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('change_hints')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('suspects', sql`text[]`, (column) => column.notNull())
    .addColumn('failing_since', 'timestamptz')
    .addColumn('tried_at', 'timestamptz')
    .addPrimaryKeyConstraint('change_hints_pkey', ['account', 'stream'])
    .execute()
}
