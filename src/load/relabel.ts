import { sql } from 'kysely'
import type { CatalogField } from '../transform/catalog.ts'
import { holdsLabels } from '../transform/custom-fields.ts'
import { customColumns, EXTRA, type Column } from '../transform/layout.ts'
import type { Session } from './connection.ts'
import { existingTable } from './evolve.ts'
import { holds } from './table-plan.ts'

/** Whether rows of the field may hold ids whose label they do not show: it was changed, or nobody knew it before. */
function hasNewLabels(before: CatalogField | undefined, now: CatalogField): boolean {
  if (before === undefined) return false
  const labels = new Map(before.options.map(({ id, label }) => [id, label]))
  return now.options.some(({ id, label }) => labels.get(id) !== label)
}

/** Remembers the fields whose rows are to be relabelled; to be called in the transaction that writes `now`. */
export async function oweLabels(
  session: Session,
  entity: string,
  before: readonly CatalogField[],
  now: readonly CatalogField[],
): Promise<void> {
  const known = new Map(before.map((field) => [field.code, field]))
  const codes = now.filter((field) => hasNewLabels(known.get(field.code), field)).map(({ code }) => code)
  await owe(session, entity, codes)
}

async function owe({ catalog }: Session, entity: string, codes: readonly string[]): Promise<void> {
  if (codes.length === 0) return
  await catalog
    .updateTable('fields')
    .set({ labels_owed: true })
    .where('entity', '=', entity)
    .where('field_code', 'in', codes)
    .execute()
}

async function takeOwed({ catalog }: Session, entity: string): Promise<ReadonlySet<string>> {
  const rows = await catalog
    .updateTable('fields')
    .set({ labels_owed: false })
    .where((is) => is.and({ entity, labels_owed: true }))
    .returning('field_code')
    .execute()
  return new Set(rows.map(({ field_code }) => field_code))
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

/** Any object in a value, or in a list of them. */
const OBJECTS = sql.lit('$[*] ? (@.type() == "object")')

/**
 * Puts the present labels into the rows of one field that show others, and takes ids that have become known out of
 * `_extra`. The label column is compared, not what was renamed: a row may have been written with labels older still.
 */
async function relabelField(
  session: Session,
  entity: string,
  { code, removed }: CatalogField,
  label: Column,
  id: Column,
) {
  const isPresent = !removed
  const held = sql.ref(`target.${id.name}`)
  const shown = sql.ref(`target.${label.name}`)
  const extra = sql.ref(`target.${EXTRA}`)
  const labels = labelsOf(session, entity, code, id)
  const allKnown =
    id.type === 'bigint[]' ? sql`cardinality(${labels}) = cardinality(${held})` : sql`${labels} is not null`
  // More than ids may be left over, or what another field of the same code did not take.
  const isIds = isPresent ? sql`not jsonb_path_exists(${extra} -> ${code}::text, ${OBJECTS})` : sql`false`
  const isLeftOver = sql`(${extra} ? ${code}::text and ${isIds} and ${allKnown})`
  await sql`update ${sql.table(`${session.schemas.data}.${entity}`)} as target
    set ${sql.id(label.name)} = ${labels}, _synced_at = now(),
        ${sql.id(EXTRA)} = case when ${isLeftOver} then nullif(${extra} - ${code}::text, '{}') else ${extra} end
    where ${held} is not null and (${shown} is distinct from ${labels} or ${isLeftOver})`.execute(
    session.data,
  )
}

/**
 * Relabels the rows of the fields that are owed it; Pipedrive leaves the `update_time` of those records as it was.
 * To be called in the transaction that writes `fields`, under the lock of the stream: another run that is reading
 * it would write its older labels afterwards. Where the label has no column of ours, it stays owed until there is one.
 */
export async function relabel(
  session: Session,
  entity: string,
  fields: readonly CatalogField[],
): Promise<void> {
  const owed = await takeOwed(session, entity)
  if (owed.size === 0) return
  const table = await existingTable(session, entity)
  const waiting: string[] = []
  // A field that had options before it got another type is owed labels under its code, too.
  for (const field of fields.filter(({ code, type }) => owed.has(code) && holdsLabels(type))) {
    const [label, id] = customColumns(field)
    if (label === undefined || id === undefined || !holds(table, id)) continue
    if (holds(table, label)) await relabelField(session, entity, field, label, id)
    else waiting.push(field.code)
  }
  await owe(session, entity, waiting)
}
