import { sql } from 'kysely'
import type { CatalogField } from '../transform/catalog.ts'
import { customColumns, type Column } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { existingTable } from './evolve.ts'

/** Ids of the options that have another label than before. */
function renamed(before: CatalogField, now: CatalogField): string[] {
  const labels = new Map(before.options.map(({ id, label }) => [id, label]))
  return now.options.filter(({ id, label }) => (labels.get(id) ?? label) !== label).map(({ id }) => id)
}

/** The present labels of the ids in a row: one, or an array in the order of the ids. */
function labelsOf({ schemas }: Session, entity: string, code: string, id: Column) {
  const options = sql.table(`${schemas.data}.field_options`)
  const ofField = sql`option.entity = ${entity} and option.field_code = ${code}`
  const held = sql.ref(`target.${id.name}`)
  if (id.type !== 'bigint[]')
    return sql`(select option.label from ${options} as option
      where ${ofField} and option.option_id = ${held}::text)`
  return sql`array(select option.label from unnest(${held}) with ordinality as held (id, place)
    join ${options} as option on ${ofField} and option.option_id = held.id::text order by place)`
}

/**
 * Puts the present labels into the rows that hold an option which was renamed; Pipedrive leaves the `update_time`
 * of those records as it was. To be called in the transaction that writes `now`, after it was written.
 */
export async function relabel(
  session: Session,
  entity: string,
  before: readonly CatalogField[],
  now: readonly CatalogField[],
): Promise<void> {
  const known = new Map(before.map((field) => [field.code, field]))
  const table = sql.table(`${session.schemas.data}.${entity}`)
  for (const field of now) {
    const ids = renamed(known.get(field.code) ?? field, field)
    const [label, id] = customColumns(field)
    if (ids.length === 0 || label === undefined || id === undefined) continue
    if ((await existingTable(session, entity))?.columns.has(id.name) !== true) continue
    await sql`update ${table} as target
      set ${sql.id(label.name)} = ${labelsOf(session, entity, field.code, id)}, _synced_at = now()
      where array[${sql.ref(`target.${id.name}`)}]::bigint[] && ${ids}::bigint[]`.execute(session.data)
  }
}
