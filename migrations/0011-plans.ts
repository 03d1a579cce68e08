import type { Kysely } from 'kysely'

/** What runs were expected to take, and by which plan each of them went. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('run')
    .addColumn('kind', 'text')
    .addColumn('scope', 'text')
    .addColumn('plan_id', 'bigint')
    .execute()
  await db.schema
    .createTable('plan_stream')
    .addColumn('run_id', 'bigint', (column) => column.notNull().references('run.id').onDelete('cascade'))
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('requests', 'integer', (column) => column.notNull())
    .addColumn('tokens', 'integer', (column) => column.notNull())
    .addColumn('seconds', 'double precision', (column) => column.notNull())
    .addColumn('bound', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('plan_stream_pkey', ['run_id', 'stream'])
    .execute()
  // Each run asks of every stream when it was last read to its end.
  await db.schema
    .createIndex('run_stream_latest')
    .on('run_stream')
    .columns(['account', 'stream', 'run_id'])
    .execute()
}
