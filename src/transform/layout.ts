import type { ColumnSpecs, ColumnType, Exploded, Stream } from '../streams/stream.ts'
import type { CatalogField } from './catalog.ts'
import { fieldColumns } from './custom-fields.ts'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly comment: string | null
}

/** A table of the warehouse as the load stage needs it; `_synced_at` is the load stage's own. */
export interface TableLayout {
  readonly table: string
  readonly comment: string
  readonly key: readonly string[]
  /** The column that guards a merge against older versions. */
  readonly cursor: string | null
  readonly columns: readonly Column[]
}

export interface ChildLayout extends TableLayout {
  /** The column that holds the parent's key. */
  readonly parent: string
}

export interface StreamLayout extends TableLayout {
  readonly children: readonly ChildLayout[]
}

export const DELETED_AT = '_deleted_at'
export const EXTRA = '_extra'

const DELETED_AT_COLUMN: Column = {
  name: DELETED_AT,
  type: 'timestamptz',
  comment: 'When Pipedrive deleted the record, or when it was found to be gone; null while it is there',
}
const EXTRA_COLUMN: Column = {
  name: EXTRA,
  type: 'jsonb',
  comment: 'What Pipedrive sent that has no column or does not fit its column, under its own keys',
}

export function columnType(spec: ColumnSpecs[string]): ColumnType {
  return typeof spec === 'string' ? spec : spec.type
}

function describe(field: CatalogField): string {
  return `${field.label} (${field.code}, ${field.type})`
}

function nativeColumns(specs: ColumnSpecs, catalog: ReadonlyMap<string, CatalogField>): Column[] {
  return Object.entries(specs).map(([name, spec]) => {
    const field = catalog.get(name)
    return { name, type: columnType(spec), comment: field === undefined ? null : describe(field) }
  })
}

export function customColumns(field: CatalogField): Column[] {
  const { columnName } = field
  if (!field.isCustom || columnName === null) return []
  return fieldColumns(field.type).map(({ suffix, type }) => ({
    name: columnName + suffix,
    type,
    comment: describe(field),
  }))
}

function childLayout(stream: Stream, child: Exploded): ChildLayout {
  const [key = ''] = stream.key
  return {
    table: child.table,
    comment: child.description,
    parent: child.parent,
    key: [child.parent, 'position'],
    cursor: null,
    columns: [
      {
        name: child.parent,
        type: columnType(stream.columns[key] ?? 'bigint'),
        comment: `${stream.name}.${key}`,
      },
      { name: 'position', type: 'bigint', comment: `Place in ${child.from}, from 0` },
      ...nativeColumns(child.columns, new Map()),
      EXTRA_COLUMN,
    ],
  }
}

/** The tables of a stream, given the fields that its catalog knows. */
export function layoutStream(stream: Stream, catalog: readonly CatalogField[]): StreamLayout {
  const byCode = new Map(catalog.map((field) => [field.code, field]))
  return {
    table: stream.name,
    comment: stream.description,
    key: stream.key,
    cursor: stream.cursorField,
    columns: [
      ...nativeColumns(stream.columns, byCode),
      ...catalog.flatMap((field) => customColumns(field)),
      DELETED_AT_COLUMN,
      EXTRA_COLUMN,
    ],
    children: (stream.exploded ?? []).map((child) => childLayout(stream, child)),
  }
}
