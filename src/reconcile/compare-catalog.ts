import type { FetchedField } from '../streams/field.ts'
import { nativeColumns } from '../streams/index.ts'
import { fieldId, mergeCatalog, type CatalogField } from '../transform/catalog.ts'
import type { Difference, Kind } from './findings.ts'

/** A field that is not here as it is there. */
export interface AmissField extends Difference {
  /** The same for two readings of a field that has not changed between them. */
  readonly fingerprint: string
}

/** The key of a row of `fields` as a comparison names it. */
function keyOf(entity: string, { code, type }: CatalogField): string {
  return `[${[entity, code, type].map((part) => JSON.stringify(part)).join(', ')}]`
}

/** A field as it is compared: by the columns of `fields`, and by the table of its options. */
function cellsOf({ label, description, isCustom, columnName, options }: CatalogField) {
  return {
    label,
    description,
    is_custom: isCustom,
    // The name of a custom field's column is of its first day, and nobody can tell it from today's.
    column_name: isCustom ? null : columnName,
    field_options: options
      .filter(({ removed }) => !removed)
      .map(({ id, label: of, color }) => [id, of, color]),
  }
}

function differing(there: CatalogField, here: CatalogField): readonly string[] {
  const [theirs, ours] = [cellsOf(there), new Map(Object.entries(cellsOf(here)))]
  return Object.entries(theirs).flatMap(([name, cell]) =>
    JSON.stringify(cell) === JSON.stringify(ours.get(name)) ? [] : [name],
  )
}

function kindOf(
  there: CatalogField | undefined,
  here: CatalogField | undefined,
  columns: readonly string[],
): Kind | null {
  if (there === undefined) return here?.removed === true ? null : 'surplus'
  if (here === undefined) return 'missing'
  if (here.removed) return 'marked'
  return columns.length === 0 ? null : 'different'
}

function byId(fields: readonly CatalogField[]): ReadonlyMap<string, CatalogField> {
  return new Map(fields.map((field) => [fieldId(field), field]))
}

/** Sets the fields of one entity as Pipedrive shows them against the catalog as it is kept. */
export function compareCatalog(
  entity: string,
  fetched: readonly FetchedField[],
  kept: readonly CatalogField[],
): readonly AmissField[] {
  // As a warehouse that knows none of them would keep them.
  const shown = mergeCatalog(nativeColumns(entity), [], fetched)
  const [there, here] = [byId(shown), byId(kept)]
  return [...new Map([...there, ...here])].flatMap(([id, field]) => {
    const [theirs, ours] = [there.get(id), here.get(id)]
    const columns = theirs === undefined || ours === undefined || ours.removed ? [] : differing(theirs, ours)
    const kind = kindOf(theirs, ours, columns)
    if (kind === null) return []
    const fingerprint = JSON.stringify([kind, theirs === undefined ? null : cellsOf(theirs)])
    return [{ key: keyOf(entity, field), kind, columns, fingerprint }]
  })
}
