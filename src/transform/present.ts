import { columnType, type ColumnSpecs, type Stream } from '../streams/stream.ts'
import type { CatalogField } from './catalog.ts'
import { fieldType } from './custom-fields.ts'
import { customColumns } from './layout.ts'

/** The columns that each table has. */
export type Held = ReadonlyMap<string, ReadonlySet<string>>

/** A stream and the fields that its records are read by. */
export interface Shape {
  readonly stream: Stream
  readonly catalog: readonly CatalogField[]
}

function columnsIn(specs: ColumnSpecs, held: ReadonlySet<string> | undefined): ColumnSpecs {
  return Object.fromEntries(Object.entries(specs).filter(([name]) => held?.has(name) === true))
}

/** A stream and its fields as far as the tables have columns for them: what has none is kept in `_extra`. */
export function presentIn({ stream, catalog }: Shape, held: Held): Shape {
  const columns = held.get(stream.name)
  const exploded = (stream.exploded ?? [])
    .filter(({ table }) => held.has(table))
    .map((child) => ({ ...child, columns: columnsIn(child.columns, held.get(child.table)) }))
  return {
    stream: { ...stream, columns: columnsIn(stream.columns, columns), exploded },
    catalog: catalog.map((field) => {
      const hasColumns = customColumns(field).every(({ name }) => columns?.has(name) === true)
      return hasColumns ? field : { ...field, columnName: null }
    }),
  }
}

/** The keys in `_extra` of the custom fields that were removed: no record says anything of them. */
export function keysOfRemoved(catalog: readonly CatalogField[]): readonly string[] {
  const custom = catalog.filter(({ isCustom }) => isCustom)
  const present = new Set(custom.filter(({ removed }) => !removed).map(({ code }) => code))
  const gone = custom.filter(({ code }) => !present.has(code))
  return [...new Set(gone.flatMap((field) => [...keysOf(field), `${field.code}.`]))]
}

/** The keys of a record that are a field's: v1 has the parts of a value beside it. */
export function keysOf(field: CatalogField): readonly string[] {
  const described = fieldType(field.type)
  const parts = 'parts' in described ? described.parts.slice(1) : []
  return [field.code, ...parts.map(({ key }) => `${field.code}_${key}`)]
}

/** Under which key leftovers have the key of their row with them: Pipedrive has none of that name. */
export const ROW_KEY = '_row'

/** The part of a stream that reads these fields and columns out of leftovers, and nothing else. */
export function partOf(shape: Shape, wanted: readonly (CatalogField | string)[]): Shape {
  const { name, description, key, columns } = shape.stream
  const names = new Set(wanted.filter((one) => typeof one === 'string'))
  const row = key.map((column) => [
    column,
    { type: columnType(columns[column] ?? 'bigint'), from: `${ROW_KEY}.${column}` },
  ])
  return {
    stream: {
      ...{ name, description, key, cursorField: null, catalogs: [], partitions: [] },
      columns: { ...columnsIn(columns, names), ...(Object.fromEntries(row) as ColumnSpecs) },
    },
    catalog: [...new Set(wanted.filter((one) => typeof one !== 'string'))].map((field) => ({
      ...field,
      removed: false,
    })),
  }
}
