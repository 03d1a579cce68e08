import { sql, type SqlBool } from 'kysely'
import { firstColumn, stemOf, type CatalogField } from '../transform/catalog.ts'
import type { Session } from './connection.ts'
import { column, upsert } from './upsert.ts'

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** The fields of one entity as the catalog has pinned them, options in their order. */
export async function readCatalog({ catalog }: Session, entity: string): Promise<readonly CatalogField[]> {
  const fields = await catalog
    .selectFrom('fields')
    .selectAll()
    .where('entity', '=', entity)
    .orderBy('first_seen_at')
    .orderBy('field_code')
    .execute()
  const options = await catalog
    .selectFrom('field_options')
    .selectAll()
    .where('entity', '=', entity)
    .orderBy('position')
    .execute()
  const byField = Map.groupBy(options, (option) => option.field_code)
  return fields.map((field) => ({
    code: field.field_code,
    label: field.label,
    type: field.field_type,
    description: field.description,
    isCustom: field.is_custom,
    columnName: stemOf(field.column_name, { type: field.field_type, isCustom: field.is_custom }),
    removed: field.removed_at !== null,
    ...(field.removed_at === null ? {} : { removedOn: dayOf(field.removed_at) }),
    options: (byField.get(field.field_code) ?? []).map((option) => ({
      id: option.option_id,
      label: option.label,
      color: option.color,
      removed: option.removed_at !== null,
    })),
  }))
}

/** When a row that is now marked as removed went: kept from the first time it was missed. */
function removedAt(table: string) {
  return sql`case when excluded.removed_at is null then null
    else coalesce(${column(table, 'removed_at')}, excluded.removed_at) end`
}

function changed(kept: string, columns: readonly string[]) {
  const row = (table: string) => sql.join(columns.map((name) => column(table, name)))
  return sql<SqlBool>`(${row(kept)}, ${column(kept, 'removed_at')} is null)
    is distinct from (${row('excluded')}, excluded.removed_at is null)`
}

/** A custom field keeps the column of its first day; a native one has that of the registry, today's. */
const pinnedColumn = sql`case when fields.is_custom then fields.column_name else excluded.column_name end`

export interface CatalogCounts {
  readonly inserted: number
  readonly updated: number
}

function count(rows: readonly { inserted: boolean }[]): CatalogCounts {
  const inserted = rows.filter((row) => row.inserted).length
  return { inserted, updated: rows.length - inserted }
}

/** Writes what changed of the catalog of one entity; to be called within a transaction. */
export async function writeCatalog(
  session: Session,
  entity: string,
  fields: readonly CatalogField[],
): Promise<CatalogCounts> {
  const written = await upsertFields(session, entity, fields)
    .returning(sql<boolean>`(fields.xmax = 0)`.as('inserted'))
    .execute()
  await upsertOptions(session, entity, fields).execute()
  return count(written)
}

const FIELDS_KEY = ['entity', 'field_code', 'field_type'] as const

function upsertFields(session: Session, entity: string, fields: readonly CatalogField[]) {
  return upsert(session, {
    schema: session.schemas.data,
    table: 'fields',
    key: FIELDS_KEY,
    columns: [...FIELDS_KEY, 'label', 'column_name', 'is_custom', 'description', 'removed_at'],
    rows: sql`(select ${entity}::text as entity, field_code, field_type, label, column_name, is_custom, description,
        case when removed then now() end as removed_at
      from unnest(${fields.map(({ code }) => code)}::text[], ${fields.map(({ type }) => type)}::text[],
        ${fields.map(({ label }) => label)}::text[], ${fields.map(firstColumn)}::text[],
        ${fields.map(({ isCustom }) => isCustom)}::boolean[], ${fields.map(({ description }) => description)}::text[],
        ${fields.map(({ removed }) => removed)}::boolean[])
        as field (field_code, field_type, label, column_name, is_custom, description, removed))`,
    set: {
      label: column('excluded', 'label'),
      description: column('excluded', 'description'),
      column_name: pinnedColumn,
      removed_at: removedAt('fields'),
    },
    changes: sql<SqlBool>`(${changed('fields', ['label', 'description'])}
      or fields.column_name is distinct from ${pinnedColumn})`,
  })
}

const OPTIONS_KEY = ['entity', 'field_code', 'option_id'] as const

function upsertOptions(session: Session, entity: string, fields: readonly CatalogField[]) {
  // Fields of one code share their options.
  const ofCode = new Map(fields.toReversed().map((field) => [field.code, field]))
  const options = [...ofCode.values()].flatMap(({ code, options: all }) =>
    all.map((option, position) => ({ code, position, ...option })),
  )
  return upsert(session, {
    schema: session.schemas.data,
    table: 'field_options',
    key: OPTIONS_KEY,
    columns: [...OPTIONS_KEY, 'label', 'color', 'position', 'removed_at'],
    rows: sql`(select ${entity}::text as entity, field_code, option_id, label, color, position,
        case when removed then now() end as removed_at
      from unnest(${options.map(({ code }) => code)}::text[], ${options.map(({ id }) => id)}::text[],
        ${options.map(({ label }) => label)}::text[], ${options.map(({ color }) => color)}::text[],
        ${options.map(({ position }) => position)}::integer[], ${options.map(({ removed }) => removed)}::boolean[])
        as option (field_code, option_id, label, color, position, removed))`,
    set: {
      label: column('excluded', 'label'),
      color: column('excluded', 'color'),
      position: column('excluded', 'position'),
      removed_at: removedAt('field_options'),
    },
    changes: changed('field_options', ['label', 'color', 'position']),
  })
}
