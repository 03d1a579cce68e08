import type { TableLayout } from '../transform/layout.ts'

/** What is there: column name -> its comment; null when there is no table. */
export type ExistingTable = {
  readonly comment: string | null
  readonly columns: ReadonlyMap<string, string | null>
} | null

export interface TableChange {
  readonly table: string
  /** The column that it makes. */
  readonly column?: string
  readonly reason: string
  readonly ddl: string
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function quoteLiteral(text: string | null): string {
  return text === null ? 'null' : `'${text.replaceAll("'", "''").replaceAll('\u0000', '\ufffd')}'`
}

const SYNCED_AT = {
  definition: '"_synced_at" timestamptz not null default now()',
  comment: 'When the row was last written; an unchanged row keeps it',
} as const

/** Columns that only grow are added, comments follow; nothing is ever dropped, renamed or retyped. */
export function planTable(schema: string, layout: TableLayout, existing: ExistingTable): TableChange[] {
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(layout.table)}`
  const change = (reason: string, ddl: string): TableChange => ({ table: layout.table, reason, ddl })
  const changes: TableChange[] = []
  if (existing === null) {
    const columns = layout.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`)
    const key = layout.key.map(quoteIdentifier).join(', ')
    const body = [...columns, SYNCED_AT.definition, `primary key (${key})`].join(',\n  ')
    changes.push(change('new table', `create table ${name} (\n  ${body}\n)`))
    changes.push(
      change('comment', `comment on column ${name}."_synced_at" is ${quoteLiteral(SYNCED_AT.comment)}`),
    )
  }
  const known = existing?.columns ?? new Map<string, string | null>()
  if ((existing?.comment ?? null) !== layout.comment)
    changes.push(change('comment', `comment on table ${name} is ${quoteLiteral(layout.comment)}`))
  for (const column of layout.columns) {
    const quoted = quoteIdentifier(column.name)
    if (existing !== null && !known.has(column.name))
      changes.push({
        ...change('new column', `alter table ${name} add column ${quoted} ${column.type}`),
        column: column.name,
      })
    if ((known.get(column.name) ?? null) !== column.comment)
      changes.push(
        change('comment', `comment on column ${name}.${quoted} is ${quoteLiteral(column.comment)}`),
      )
  }
  return changes
}
