import { sql, type Kysely } from 'kysely'

/** Tables in whose files something of an erased record may still stand, until they have been vacuumed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('erased')
    .addColumn('to_vacuum', sql`text[]`, (column) => column.notNull().defaultTo(sql`'{}'`))
    .execute()
}
