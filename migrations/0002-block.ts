import type { Kysely } from 'kysely'

/** A block of Cloudflare's may be met before it is known whose token it is. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('block')
    .addColumn('account', 'text', (column) => column.primaryKey())
    .addColumn('blocked_until', 'timestamptz', (column) => column.notNull())
    .execute()
}
