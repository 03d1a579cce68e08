import { mentionsIn, mentionsInExploded, type Mention } from '../streams/mentions.ts'
import { columnType, type ColumnSpec, type ColumnSpecs } from '../streams/stream.ts'
import type { ColumnType, Exploded, Stream } from '../streams/stream.ts'
import type { CatalogField } from './catalog.ts'
import { fieldColumns } from './custom-fields.ts'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly comment: string | null
  /** What a null means, where it is not the value. */
  readonly nulls?: ColumnSpec['nulls']
  /** Keys in `_extra` that stay where a record does not say them: it says nothing any more of a field that was removed. */
  readonly keeps?: readonly string[]
}

/** A table of the warehouse as the load stage needs it; `_synced_at` is the load stage's own. */
export interface TableLayout {
  readonly table: string
  readonly comment: string
  readonly key: readonly string[]
  /** The column that guards a merge against older versions. */
  readonly cursor: string | null
  readonly columns: readonly Column[]
  /** Records of other streams that the rows name; none when absent. */
  readonly mentions?: readonly Mention[]
}

export interface ChildLayout extends TableLayout {
  /** The column that holds the parent's key. */
  readonly parent: string
  /** A parent without rows keeps those that it has. */
  readonly nulls?: Exploded['nulls']
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

/** Longer lists of options are left to `field_options`. */
const MOST_OPTIONS = 12

function optionsOf({ options }: CatalogField): string {
  const labels = options.filter(({ removed }) => !removed).map(({ label }) => label)
  if (labels.length === 0) return ''
  return labels.length > MOST_OPTIONS ? `: ${labels.length} options` : `: ${labels.join(' | ')}`
}

/** What a person who looks at the column wants to know of its field. */
function describe(field: CatalogField): string {
  const { label, code, type, removedOn } = field
  const gone = removedOn === undefined ? '' : `, not in Pipedrive since ${removedOn}`
  return `${label} (${code}, ${type}${gone})${optionsOf(field)}`
}

function onNull({ nulls }: Pick<Column, 'nulls'>): Pick<Column, 'nulls'> {
  return nulls === undefined ? {} : { nulls }
}

function nativeColumns(specs: ColumnSpecs, catalog: ReadonlyMap<string, CatalogField>): Column[] {
  return Object.entries(specs).map(([name, spec]) => {
    const field = catalog.get(name)
    const comment = field === undefined ? null : describe(field)
    return { name, type: columnType(spec), comment, ...onNull(typeof spec === 'string' ? {} : spec) }
  })
}

/** `isFlat`: the records have v1's form. */
export function customColumns(field: CatalogField, isFlat = false): Column[] {
  const { columnName } = field
  if (!field.isCustom || columnName === null) return []
  return fieldColumns(field.type).map(({ suffix, type, notInV1 }) => ({
    name: columnName + suffix,
    type,
    comment: describe(field),
    ...(isFlat && notInV1 === true ? { nulls: 'stay' } : {}),
  }))
}

function childLayout(stream: Stream, child: Exploded): ChildLayout {
  const [key = ''] = stream.key
  return {
    table: child.table,
    comment: child.description,
    parent: child.parent,
    ...(child.nulls === undefined ? {} : { nulls: child.nulls }),
    key: [child.parent, 'position'],
    cursor: null,
    mentions: mentionsInExploded(stream.whole ?? stream, child),
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

/** Of those of the same code, one that is there goes before one that is gone. */
export function fieldsByCode(catalog: readonly CatalogField[]): ReadonlyMap<string, CatalogField> {
  const goneFirst = catalog.toSorted((one, other) => Number(other.removed) - Number(one.removed))
  return new Map(goneFirst.map((field) => [field.code, field]))
}

/** The tables of a stream, given the fields that its catalog knows. */
export function layoutStream(stream: Stream, catalog: readonly CatalogField[]): StreamLayout {
  const byCode = fieldsByCode(catalog)
  const isDoor = stream.whole !== undefined
  return {
    table: stream.name,
    comment: stream.description,
    key: stream.key,
    cursor: stream.cursorField,
    mentions: mentionsIn(stream.whole ?? stream),
    columns: [
      ...nativeColumns(stream.columns, byCode),
      ...catalog.flatMap((field) => customColumns(field, isDoor)),
      DELETED_AT_COLUMN,
      { ...EXTRA_COLUMN, ...(isDoor ? { nulls: 'stay' } : {}) },
    ],
    children: (stream.exploded ?? []).map((child) => childLayout(stream, child)),
  }
}
