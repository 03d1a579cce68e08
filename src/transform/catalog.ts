import type { FetchedField, FetchedOption } from '../streams/field.ts'
import { storableText } from './cells.ts'
import { fieldColumns, isKnownType } from './custom-fields.ts'
import { nameField, nameRetyped } from './naming.ts'

export interface CatalogOption extends FetchedOption {
  readonly removed: boolean
}

/** A field as the catalog keeps it: name and type of its columns are those of its first day. */
export interface CatalogField extends Omit<FetchedField, 'options'> {
  /** What its columns' names begin with; null for a native field without a column, and past the most a table can hold. */
  readonly columnName: string | null
  readonly removed: boolean
  /** The day (UTC) on which it was found to be removed. */
  readonly removedOn?: string
  readonly options: readonly CatalogOption[]
}

type Typed = Pick<CatalogField, 'type' | 'isCustom'>

/** What the first column of a field has behind the stem of its name: `_id` where a field is a reference. */
function firstSuffix({ type, isCustom }: Typed): string {
  return isCustom ? (fieldColumns(type)[0]?.suffix ?? '') : ''
}

/** The first column that a field really has in its table. */
export function firstColumn(field: Typed & Pick<CatalogField, 'columnName'>): string | null {
  return field.columnName === null ? null : field.columnName + firstSuffix(field)
}

/** The stem of the columns of a field whose first column is this one. */
export function stemOf(column: string | null, field: Typed): string | null {
  if (column === null) return null
  const suffix = firstSuffix(field)
  return column.endsWith(suffix) ? column.slice(0, column.length - suffix.length) : column
}

/** PostgreSQL holds 1,600 columns in a table, less after columns were dropped; the rest stays in `_extra`. */
export const MOST_COLUMNS = 1400

function columnNames(field: Pick<CatalogField, 'columnName' | 'type'>): string[] {
  const { columnName, type } = field
  return columnName === null ? [] : fieldColumns(type).map((column) => columnName + column.suffix)
}

function storableOrNull(text: string | null): string | null {
  return text === null ? null : storableText(text)
}

/** What the API says twice is written once: PostgreSQL refuses to upsert one key twice in one statement. */
function firstOfEach<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  const first = new Map<string, Item>()
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item)
  return [...first.values()]
}

/** A field becomes comments, catalog rows and cells: its texts hold what PostgreSQL's text holds. */
function storable(field: FetchedField): FetchedField {
  const { code, label, type, description } = field
  const options = field.options.map(({ id, label, color }) => ({
    id: storableText(id),
    label: storableText(label),
    color: storableOrNull(color),
  }))
  return {
    ...field,
    code: storableText(code),
    label: storableText(label),
    type: storableText(type),
    description: storableOrNull(description),
    options: firstOfEach(options, ({ id }) => id),
  }
}

function mergeOptions(
  before: readonly CatalogOption[],
  now: readonly FetchedOption[],
): readonly CatalogOption[] {
  const present = new Set(now.map((option) => option.id))
  const gone = before.filter((option) => !present.has(option.id))
  return [
    ...now.map((option) => ({ ...option, removed: false })),
    ...gone.map((option) => ({ ...option, removed: true })),
  ]
}

/** What tells a field from others: one that changes its type is another field of the same code. */
export function fieldId({ code, type }: Pick<CatalogField, 'code' | 'type'>): string {
  return `${type} ${code}`
}

/**
 * The catalog after a look at Pipedrive: a new custom field is given its column name, a known one keeps it whatever its
 * label is now, one that is gone keeps its last state and is marked as removed. Those that are there come first.
 */
export function mergeCatalog(
  native: readonly string[],
  before: readonly CatalogField[],
  fetched: readonly FetchedField[],
): readonly CatalogField[] {
  const known = new Map(before.map((field) => [fieldId(field), field]))
  const ofCode = new Map(before.map((field) => [field.code, field]))
  const taken = new Set([
    ...native,
    ...before.filter((field) => field.isCustom).flatMap((field) => columnNames(field)),
  ])
  const present = firstOfEach(fetched.map(storable), ({ code }) => code).map((field): CatalogField => {
    const pinned = known.get(fieldId(field))
    const earlier = ofCode.get(field.code)
    const options = mergeOptions(earlier?.options ?? [], field.options)
    if (!field.isCustom)
      return { ...field, options, columnName: nativeColumn(field.code, native), removed: false }
    const columnName = pinned === undefined ? firstName(field, before, taken) : pinned.columnName
    return { ...field, options, columnName, removed: false }
  })
  const isPresent = new Set(present.map(fieldId))
  const gone = before.filter((field) => !isPresent.has(fieldId(field)))
  return [...present, ...gone.map((field) => ({ ...field, removed: true }))]
}

function nativeColumn(code: string, native: readonly string[]): string | null {
  return native.includes(code) ? code : null
}

/** Names a field on its first day and adds its columns to `taken`; null where the table has no room for them. */
function firstName(
  { code, label, type }: FetchedField,
  known: readonly CatalogField[],
  taken: Set<string>,
): string | null {
  const suffixes = fieldColumns(type).map((column) => column.suffix)
  if (taken.size + suffixes.length > MOST_COLUMNS) return null
  const names = known.flatMap((field) => (field.code === code ? (field.columnName ?? []) : []))
  const [first] = names.toSorted((one, other) => one.length - other.length)
  const name =
    first === undefined ? nameField(label, suffixes, taken) : nameRetyped(first, type, suffixes, taken)
  for (const suffix of suffixes) taken.add(name + suffix)
  return name
}

/** The codes of the fields that are there and of a type nobody has described: they are worth a look. */
export function unknownTypes(catalog: readonly CatalogField[]): readonly string[] {
  return catalog
    .filter(({ isCustom, removed, type }) => isCustom && !removed && !isKnownType(type))
    .map(({ code }) => code)
}
