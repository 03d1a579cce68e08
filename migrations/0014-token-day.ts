import type { Kysely } from 'kysely'

/** When the day turns for which the company has its tokens, and what its balance was; and what tokens were spent for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('token_day')
    .addColumn('account', 'text', (column) => column.primaryKey())
    .addColumn('turns_at', 'timestamptz')
    .addColumn('limit_seen', 'bigint')
    .addColumn('balance_seen', 'bigint')
    .addColumn('seen_at', 'timestamptz')
    .execute()
  await db.schema.alterTable('token_ledger').addColumn('kind', 'text').execute()
}
