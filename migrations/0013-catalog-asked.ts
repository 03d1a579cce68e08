import type { Kysely } from 'kysely'

/** When Pipedrive was asked for what the catalog of each entity holds, by the clock of the database. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('catalog_asked')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('entity', 'text', (column) => column.notNull())
    .addColumn('asked_at', 'timestamptz', (column) => column.notNull())
    .addPrimaryKeyConstraint('catalog_asked_pkey', ['account', 'entity'])
    .execute()
}
