import type { Column, TableLayout } from '../transform/layout.ts'

/** What is there: column name -> its comment, and its type as PostgreSQL writes it; null when there is no table. */
export type ExistingTable = {
  readonly comment: string | null
  readonly columns: ReadonlyMap<string, string | null>
  readonly types: ReadonlyMap<string, string>
  /** Whether it has the settings of a wide table. */
  readonly wide: boolean
} | null

/** Types that PostgreSQL writes otherwise than we do. */
const WRITTEN: Readonly<Record<string, string>> = {
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
}

/** Whether a column is there with the type that we give it; one of another type is somebody else's. */
export function holds(existing: ExistingTable, { name, type }: Pick<Column, 'name' | 'type'>): boolean {
  return existing?.types.get(name) === (WRITTEN[type] ?? type)
}

/** The columns of a table that are there under their names: ours, and those that are somebody else's. */
export function columnsHeld(layout: Pick<TableLayout, 'columns'>, existing: ExistingTable) {
  const there = layout.columns.filter(({ name }) => existing?.columns.has(name) === true)
  return {
    ours: there.filter((column) => holds(existing, column)),
    others: there.filter((column) => !holds(existing, column)),
  }
}

export interface TableChange {
  readonly table: string
  /** The column that it makes. */
  readonly column?: string
  /** What the column is of. */
  readonly about?: string | null
  readonly reason: string
  readonly ddl: string
}

export const NEW_TABLE = 'new table'

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A table or view of the schema. */
export function qualified(schema: string, name: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

export function quoteLiteral(text: string | null): string {
  return text === null ? 'null' : `'${text.replaceAll("'", "''").replaceAll('\u0000', '\ufffd')}'`
}

/** The load stage's own column. */
export const SYNCED_AT = {
  name: '_synced_at',
  type: 'timestamptz',
  comment: 'When the row was last written; an unchanged row keeps it',
} as const satisfies Column

/** A table of more columns is wide. */
const WIDE = 200

/**
 * The row of a wide table is long for its many values, not for a long one. PostgreSQL would move them out of it one by
 * one, each for a pointer of 18 bytes, until 2 kB are left; so it begins where a page has no room for the row.
 */
export const WIDE_ROWS = 'toast_tuple_target=8160'

/** Columns that only grow are added, comments follow; nothing is ever dropped, renamed or retyped. */
export function planTable(schema: string, layout: TableLayout, existing: ExistingTable): TableChange[] {
  const name = qualified(schema, layout.table)
  const change = (reason: string, ddl: string): TableChange => ({ table: layout.table, reason, ddl })
  const changes: TableChange[] = []
  if (existing === null) {
    const columns = layout.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`)
    const synced = `${quoteIdentifier(SYNCED_AT.name)} ${SYNCED_AT.type} not null default now()`
    const key = layout.key.map(quoteIdentifier).join(', ')
    const body = [...columns, synced, `primary key (${key})`].join(',\n  ')
    changes.push(change(NEW_TABLE, `create table ${name} (\n  ${body}\n)`))
    changes.push(
      change(
        'comment',
        `comment on column ${name}.${quoteIdentifier(SYNCED_AT.name)} is ${quoteLiteral(SYNCED_AT.comment)}`,
      ),
    )
  }
  if (layout.columns.length > WIDE && existing?.wide !== true)
    changes.push(change('storage', `alter table ${name} set (${WIDE_ROWS})`))
  const known = existing?.columns ?? new Map<string, string | null>()
  if ((existing?.comment ?? null) !== layout.comment)
    changes.push(change('comment', `comment on table ${name} is ${quoteLiteral(layout.comment)}`))
  const { others } = columnsHeld(layout, existing)
  for (const column of layout.columns.filter((each) => !others.includes(each))) {
    const quoted = quoteIdentifier(column.name)
    if (existing !== null && !known.has(column.name))
      changes.push({
        ...change('new column', `alter table ${name} add column ${quoted} ${column.type}`),
        ...{ column: column.name, about: column.comment },
      })
    if ((known.get(column.name) ?? null) !== column.comment)
      changes.push(
        change('comment', `comment on column ${name}.${quoted} is ${quoteLiteral(column.comment)}`),
      )
  }
  return changes
}
