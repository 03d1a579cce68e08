import { sql, type Kysely } from 'kysely'

/** What the change gate has told so far, and whose a token was. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('change_gate')
    .addColumn('account', 'text', (column) => column.primaryKey())
    .addColumn('since', 'timestamptz')
    .addColumn('asked_at', 'timestamptz', (column) => column.notNull())
    .addColumn('told', sql`text[]`, (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('known_token')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('user_id', 'bigint', (column) => column.notNull())
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('known_token_pkey', ['account', 'fingerprint'])
    .execute()
}
