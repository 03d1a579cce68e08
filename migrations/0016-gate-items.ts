import type { Kysely } from 'kysely'

/** A gate knows only of the kinds of records that it was asked about: what was asked until now is not known any more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('change_gate')
    .addColumn('items', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await db.schema.alterTable('change_gate').dropConstraint('change_gate_pkey').execute()
  await db.schema
    .alterTable('change_gate')
    .addPrimaryKeyConstraint('change_gate_pkey', ['account', 'items'])
    .execute()
}
