import { sql, type Kysely } from 'kysely'

/** What the change gate has told so far, whose a token was, and when the fields of an entity were read. */
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

  await db.schema
    .createTable('catalog_read')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('entity', 'text', (column) => column.notNull())
    .addColumn('read_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('catalog_read_pkey', ['account', 'entity'])
    .execute()
}
