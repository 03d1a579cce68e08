import { sql, type Kysely } from 'kysely'
import { qualified } from './table-plan.ts'

/** A field that changes its type is another field of the same code. */
const FIELDS_KEY: ('entity' | 'field_code' | 'field_type')[] = ['entity', 'field_code', 'field_type']

const COMMENTS = {
  fields: 'Fields of Pipedrive and the columns that hold them; those that are gone have a removed_at',
  field_options: 'Options of fields, with their labels of today; those that are gone have a removed_at',
} as const

/** Makes `fields` and `field_options` in a schema, or brings them up to date. */
export async function makeCatalogTables<Tables>(db: Kysely<Tables>, schema: string): Promise<void> {
  const now = sql`now()`
  const build = db.withSchema(schema).schema
  await build
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
    .addColumn('labels_owed', 'boolean', (column) => column.notNull().defaultTo(false))
    .addPrimaryKeyConstraint('fields_pkey', FIELDS_KEY)
    .execute()
  await build
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
    .addPrimaryKeyConstraint('field_options_pkey', ['entity', 'field_code', 'option_id'])
    .execute()
  await upgradeFields(qualified(schema, 'fields')).execute(db)
  for (const [table, text] of Object.entries(COMMENTS))
    await commentOn(qualified(schema, table), text).execute(db)
}

/** Not written again where it stands: others may be waiting for the table. */
function commentOn(name: string, text: string) {
  return sql`do $do$ begin
  if obj_description(${sql.lit(name)}::regclass, 'pg_class') is distinct from ${sql.lit(text)} then
    comment on table ${sql.raw(name)} is ${sql.lit(text)};
  end if;
end $do$`
}

/** What an earlier version left. Looked for first: `alter table` waits for readers where it changes nothing, too. */
function upgradeFields(name: string) {
  const table = sql.raw(name)
  const relation = sql`${sql.lit(name)}::regclass`
  const key = sql.join(FIELDS_KEY.map((column) => sql.id(column)))
  return sql`do $do$ begin
  if not exists (select from pg_attribute where attrelid = ${relation} and attname = 'labels_owed') then
    alter table ${table} add column labels_owed boolean not null default false;
  end if;
  if (select cardinality(conkey) from pg_constraint where conrelid = ${relation} and conname = 'fields_pkey')
      < ${sql.lit(FIELDS_KEY.length)} then
    alter table ${table} drop constraint fields_pkey, add constraint fields_pkey primary key (${key});
  end if;
end $do$`
}
