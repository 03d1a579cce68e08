import { sql } from 'kysely'
import { firstColumn, stemOf, type CatalogField } from '../transform/catalog.ts'
import type { Session } from './connection.ts'

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
  return sql<Date | null>`case when excluded.removed_at is null then null
    else coalesce(${sql.ref(`${table}.removed_at`)}, excluded.removed_at) end`
}

function changed(kept: string, columns: readonly string[]) {
  const row = (table: string) => sql.join(columns.map((name) => sql.ref(`${table}.${name}`)))
  return sql<boolean>`(${row(kept)}, ${sql.ref(`${kept}.removed_at`)} is null)
    is distinct from (${row('excluded')}, excluded.removed_at is null)`
}

/** A custom field keeps the column of its first day; a native one has that of the registry, today's. */
const pinnedColumn = sql<
  string | null
>`case when fields.is_custom then fields.column_name else excluded.column_name end`

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
  { catalog }: Session,
  entity: string,
  fields: readonly CatalogField[],
): Promise<CatalogCounts> {
  if (fields.length === 0) return { inserted: 0, updated: 0 }
  const written = await catalog
    .insertInto('fields')
    .values(
      fields.map((field) => ({
        entity,
        field_code: field.code,
        label: field.label,
        field_type: field.type,
        column_name: firstColumn(field),
        is_custom: field.isCustom,
        description: field.description,
        removed_at: field.removed ? sql`now()` : null,
      })),
    )
    .onConflict((on) =>
      on
        .columns(['entity', 'field_code', 'field_type'])
        .doUpdateSet({
          label: sql`excluded.label`,
          description: sql`excluded.description`,
          column_name: pinnedColumn,
          removed_at: removedAt('fields'),
        })
        .where((is) =>
          is.or([
            changed('fields', ['label', 'description']),
            sql<boolean>`fields.column_name is distinct from ${pinnedColumn}`,
          ]),
        ),
    )
    .returning(sql<boolean>`(fields.xmax = 0)`.as('inserted'))
    .execute()
  await writeOptions(catalog, entity, fields)
  return count(written)
}

async function writeOptions(
  catalog: Session['catalog'],
  entity: string,
  fields: readonly CatalogField[],
): Promise<void> {
  // Fields of one code share their options.
  const ofCode = new Map(fields.toReversed().map((field) => [field.code, field]))
  const options = [...ofCode.values()].flatMap((field) =>
    field.options.map((option, position) => ({
      entity,
      field_code: field.code,
      option_id: option.id,
      label: option.label,
      color: option.color,
      position,
      removed_at: option.removed ? sql<Date>`now()` : null,
    })),
  )
  // One statement takes at most 65,535 parameters; a field may have 10,000 options.
  for (let from = 0; from < options.length; from += 5000)
    await catalog
      .insertInto('field_options')
      .values(options.slice(from, from + 5000))
      .onConflict((on) =>
        on
          .columns(['entity', 'field_code', 'option_id'])
          .doUpdateSet({
            label: sql`excluded.label`,
            color: sql`excluded.color`,
            position: sql`excluded.position`,
            removed_at: removedAt('field_options'),
          })
          .where(changed('field_options', ['label', 'color', 'position'])),
      )
      .execute()
}
