import { sql, type Kysely } from 'kysely'

/** Of which parents the children have been read, and how the parent was then. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('parent_read')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('partition', 'text', (column) => column.notNull())
    .addColumn('parent', 'text', (column) => column.notNull())
    .addColumn('version', 'timestamptz')
    .addColumn('counter', 'bigint')
    .addColumn('read_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addPrimaryKeyConstraint('parent_read_pkey', ['account', 'stream', 'partition', 'parent'])
    .execute()
}
