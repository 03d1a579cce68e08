import { sql, type Kysely } from 'kysely'

/** The control tables: how far each stream is, what runs did and spent, how the tables changed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`

  await db.schema
    .createTable('account')
    .addColumn('account', 'text', (column) => column.primaryKey())
    .addColumn('company_id', 'bigint', (column) => column.notNull())
    .addColumn('company_name', 'text', (column) => column.notNull())
    .addColumn('company_domain', 'text', (column) => column.notNull())
    .addColumn('data_schema', 'text', (column) => column.notNull().unique())
    .addColumn('first_seen_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .execute()

  await db.schema
    .createTable('stream_state')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('partition', 'text', (column) => column.notNull())
    .addColumn('bookmark', 'timestamptz')
    .addColumn('completed_at', 'timestamptz')
    .addColumn('updated_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addPrimaryKeyConstraint('stream_state_pkey', ['account', 'stream', 'partition'])
    .execute()

  await db.schema
    .createTable('sync_window')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('partition', 'text', (column) => column.notNull())
    .addColumn('since', 'timestamptz', (column) => column.notNull())
    .addColumn('until', 'timestamptz', (column) => column.notNull())
    .addColumn('bookmark', 'timestamptz')
    .addColumn('opened_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addColumn('closed_at', 'timestamptz')
    .addPrimaryKeyConstraint('sync_window_pkey', ['account', 'stream', 'partition', 'since', 'until'])
    .execute()

  await db.schema
    .createTable('run')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('command', 'text', (column) => column.notNull())
    .addColumn('started_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addColumn('finished_at', 'timestamptz')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('requests', 'integer', (column) => column.notNull())
    .addColumn('tokens', 'integer', (column) => column.notNull())
    .addColumn('error', 'text')
    .execute()

  await db.schema
    .createTable('run_stream')
    .addColumn('run_id', 'bigint', (column) => column.notNull().references('run.id').onDelete('cascade'))
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('inserted', 'integer', (column) => column.notNull())
    .addColumn('updated', 'integer', (column) => column.notNull())
    .addColumn('unchanged', 'integer', (column) => column.notNull())
    .addColumn('stale', 'integer', (column) => column.notNull())
    .addColumn('tombstoned', 'integer', (column) => column.notNull())
    .addColumn('pages', 'integer', (column) => column.notNull())
    .addColumn('requests', 'integer', (column) => column.notNull())
    .addColumn('tokens', 'integer', (column) => column.notNull())
    .addColumn('seconds', 'double precision', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('warning', 'text')
    .addPrimaryKeyConstraint('run_stream_pkey', ['run_id', 'stream'])
    .execute()

  await db.schema
    .createTable('token_ledger')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('day', 'date', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('run_id', 'bigint', (column) => column.notNull())
    .addColumn('requests', 'integer', (column) => column.notNull())
    .addColumn('tokens', 'integer', (column) => column.notNull())
    .addColumn('limit_seen', 'bigint')
    .addColumn('balance_seen', 'bigint')
    .addPrimaryKeyConstraint('token_ledger_pkey', ['account', 'day', 'stream', 'run_id'])
    .execute()

  await db.schema
    .createTable('schema_changes')
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('changed_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('table_name', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('ddl', 'text', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('drift')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('stream', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('seen', 'bigint', (column) => column.notNull())
    .addColumn('first_seen_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addColumn('last_seen_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
    .addPrimaryKeyConstraint('drift_pkey', ['account', 'stream', 'key', 'reason'])
    .execute()
}
