import { sql, type Kysely } from 'kysely'

/** The statements that make `fields` and `field_options`; safe to repeat. */
export function catalogDdl<Tables>(db: Kysely<Tables>) {
  const now = sql`now()`
  return [
    db.schema
      .createTable('fields')
      .ifNotExists()
      .addColumn('entity', 'text', (column) => column.notNull())
      .addColumn('field_code', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('field_type', 'text', (column) => column.notNull())
      .addColumn('column_name', 'text')
      .addColumn('is_custom', 'boolean', (column) => column.notNull())
      .addColumn('description', 'text')
      .addColumn('first_seen_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
      .addColumn('removed_at', 'timestamptz')
      .addPrimaryKeyConstraint('fields_pkey', ['entity', 'field_code']),
    db.schema
      .createTable('field_options')
      .ifNotExists()
      .addColumn('entity', 'text', (column) => column.notNull())
      .addColumn('field_code', 'text', (column) => column.notNull())
      .addColumn('option_id', 'text', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .addColumn('color', 'text')
      .addColumn('position', 'integer', (column) => column.notNull())
      .addColumn('first_seen_at', 'timestamptz', (column) => column.notNull().defaultTo(now))
      .addColumn('removed_at', 'timestamptz')
      .addPrimaryKeyConstraint('field_options_pkey', ['entity', 'field_code', 'option_id']),
    db.schema
      .alterTable('fields')
      .addColumn('labels_owed', 'boolean', (column) => column.ifNotExists().notNull().defaultTo(false)),
  ]
}
