import { sql } from 'kysely'
import type { ColumnType } from '../streams/stream.ts'
import { fieldColumns } from '../transform/custom-fields.ts'
import { DELETED_AT } from '../transform/layout.ts'
import { tableExists, type Session } from './connection.ts'
import { existingTable } from './evolve.ts'
import { holds } from './table-plan.ts'

/** A field as people read it. */
export interface ListedField {
  readonly entity: string
  readonly label: string
  /** The first of its columns; null where it has none. */
  readonly column_name: string | null
  readonly field_type: string
  readonly is_custom: boolean
  /** Labels that can be chosen now, in Pipedrive's order. */
  readonly options: readonly string[]
  /** The share of live records that have a value, 0 to 1; null where there is no column or no record. */
  readonly filled: number | null
  readonly first_seen_at: Date
  readonly removed_at: Date | null
  readonly field_code: string
}

/** The field catalog of these entities, or of all: native fields first, then by label. */
export async function listFields(
  session: Session,
  entities: readonly string[],
): Promise<readonly ListedField[]> {
  const { catalog, schemas } = session
  if (!(await tableExists(session, schemas.data, 'fields'))) return []
  const fields = await catalog
    .selectFrom('fields')
    .select(['entity', 'label', 'column_name', 'field_type', 'is_custom'])
    .select((field) =>
      field
        .selectFrom('field_options')
        .select(sql<string[]>`coalesce(array_agg(label order by position), '{}')`.as('labels'))
        .whereRef('field_options.entity', '=', 'fields.entity')
        .whereRef('field_options.field_code', '=', 'fields.field_code')
        .where('field_options.removed_at', 'is', null)
        .$asScalar()
        .$notNull()
        .as('options'),
    )
    .select(['first_seen_at', 'removed_at', 'field_code'])
    .$if(entities.length > 0, (query) => query.where('entity', 'in', entities))
    .orderBy('entity')
    .orderBy('is_custom')
    .orderBy('label')
    .orderBy('field_code')
    .execute()
  const shares = new Map<string, ReadonlyMap<string, number>>()
  for (const [entity, listed] of Map.groupBy(fields, (field) => field.entity))
    shares.set(entity, await sharesFilled(session, entity, listed))
  return fields.map(({ first_seen_at, removed_at, field_code, ...field }) => ({
    ...field,
    filled: shares.get(field.entity)?.get(field.column_name ?? '') ?? null,
    ...{ first_seen_at, removed_at, field_code },
  }))
}

/** Of each column that the table has, and that is ours, the share of its live rows that are not null. */
async function sharesFilled(
  session: Session,
  table: string,
  fields: readonly Pick<ListedField, 'column_name' | 'field_type' | 'is_custom'>[],
): Promise<ReadonlyMap<string, number>> {
  const existing = await existingTable(session, table)
  const isHeld = (name: string, type: ColumnType | undefined): boolean =>
    type === undefined ? existing?.columns.has(name) === true : holds(existing, { name, type })
  const names = fields.flatMap(({ column_name: name, field_type, is_custom }) =>
    name !== null && isHeld(name, is_custom ? fieldColumns(field_type)[0]?.type : undefined) ? name : [],
  )
  const columns = [...new Set(names)]
  if (columns.length === 0) return new Map()
  const counts = sql.join(columns.map((name) => sql`count(${sql.ref(name)})`))
  const { rows } = await sql<{ live: string; filled: string[] }>`
    select count(*) as live, array[${counts}] as filled
    from ${sql.table(`${session.schemas.data}.${table}`)} where ${sql.ref(DELETED_AT)} is null`.execute(
    session.data,
  )
  const [{ live, filled } = { live: '0', filled: [] }] = rows
  return new Map(
    Number(live) === 0 ? [] : columns.map((name, place) => [name, Number(filled[place]) / Number(live)]),
  )
}
