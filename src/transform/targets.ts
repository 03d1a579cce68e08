import { firstColumn, type CatalogField } from './catalog.ts'
import { keysOf, type Shape } from './present.ts'
import { placeOf } from './record-fields.ts'

/** What waits in `_extra` under a key. */
export interface LeftOver {
  readonly key: string
  /** Why: there was no column for it (`unknown`), or it did not fit the one that there was (`unfit`). */
  readonly reason: string
  /** Whether its field has changed its type since. */
  readonly retyped: boolean
}

/** The field or column that takes what is left over. */
export type Target = CatalogField | string

function isMade(field: CatalogField, made: ReadonlySet<string>): boolean {
  const column = firstColumn(field)
  return column !== null && made.has(column)
}

/**
 * The one of the fields of a code that takes what was read when there was no column for it. Where one of them had none
 * until now, it was read in the type of that one: the number of an option is no text.
 */
function fieldForUnknown(
  fields: readonly CatalogField[],
  made: ReadonlySet<string>,
): CatalogField | undefined {
  const had = fields.filter((field) => field.columnName === null || isMade(field, made))
  return had.find(({ removed }) => !removed) ?? had.at(-1) ?? current(fields)
}

/** What did not fit one type may fit another: it is tried once, when the field has that. */
function fieldForUnfit(
  fields: readonly CatalogField[],
  made: ReadonlySet<string>,
  retyped: boolean,
): CatalogField | undefined {
  const field = current(fields)
  return field !== undefined && (retyped || isMade(field, made)) ? field : undefined
}

function current(fields: readonly CatalogField[]): CatalogField | undefined {
  return fields.find(({ removed }) => !removed) ?? fields.at(-1)
}

/**
 * The keys of what is left over that go into columns of their own, each with what takes it: keys of a record, and those
 * of parts with what they are parts of, `value.amount`. `made`: columns that have just been added.
 */
export function targetsOf(
  { stream, catalog }: Shape,
  leftOver: readonly LeftOver[],
  made: ReadonlySet<string>,
): ReadonlyMap<string, Target> {
  const columns = Object.keys(stream.columns)
  const native = new Map(columns.map((column) => [placeOf(stream.columns, column), column]))
  const pairs = catalog
    .filter(({ isCustom }) => isCustom)
    .flatMap((field) => keysOf(field).map((key) => ({ key, field })))
  const custom = Map.groupBy(pairs, ({ key }) => key)
  const targetOf = (key: string, some: readonly LeftOver[]): Target | undefined => {
    const isUnknown = some.some(({ reason }) => reason === 'unknown')
    const fields = (custom.get(key) ?? []).map(({ field }) => field)
    const column = native.get(key)
    if (fields.length === 0)
      return column !== undefined && (isUnknown || made.has(column)) ? column : undefined
    const field = isUnknown
      ? fieldForUnknown(fields, made)
      : fieldForUnfit(
          fields,
          made,
          some.some(({ retyped }) => retyped),
        )
    return field?.columnName === null ? undefined : field
  }
  const found = [...Map.groupBy(leftOver, ({ key }) => key)].map(
    ([key, some]) => [key, targetOf(key, some)] as const,
  )
  return new Map(found.flatMap(([key, target]) => (target === undefined ? [] : [[key, target] as const])))
}
