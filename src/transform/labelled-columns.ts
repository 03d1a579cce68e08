import type { CatalogField } from './catalog.ts'
import { customColumns, fieldsByCode, type Column } from './layout.ts'
import { MAX_IDENTIFIER } from './naming.ts'

/** A column of a table, and what people call it today. */
export interface LabelledColumn {
  readonly column: Column
  readonly label: string
}

/** One column under its name, or those of one field under its label, each with a word of its own behind. */
interface Group {
  readonly label: string
  readonly columns: readonly { readonly name: string; readonly word: string }[]
}

/** Begins with the label, as much of it as 63 bytes have room for, in whole characters. */
function fit(label: string, ending: string): string {
  const most = MAX_IDENTIFIER - Buffer.byteLength(ending)
  let begun = ''
  for (const character of label) {
    if (Buffer.byteLength(begun + character) > most) break
    begun += character
  }
  return begun.trimEnd() + ending
}

/** What is not drawn itself, but what emoji and joined scripts are drawn by. */
const INVISIBLE =
  /(\p{RGI_Emoji}|(?<=[\p{Script=Arabic}\p{M}])[\u200c\u200d](?=\p{L}))|\p{Default_Ignorable_Code_Point}/gv

/** What cannot be seen would tell names apart that look the same. */
function visible(label: string): string {
  return label
    .replaceAll(INVISIBLE, '$1')
    .normalize('NFC')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

/** A removed field leaves its bare label to the others, and says why it is empty in newer records. */
function ending(field: CatalogField | undefined): string {
  return field?.removed === true ? ' (removed)' : ''
}

function nativeGroup({ name }: Column, field: CatalogField | undefined): Group {
  return { label: visible(field?.label ?? '') || name, columns: [{ name, word: ending(field) }] }
}

function customGroup(field: CatalogField): Group {
  const stem = field.columnName ?? ''
  const words = customColumns(field).map(({ name }) => ({
    name,
    word: name.slice(stem.length).replaceAll('_', ' ') + ending(field),
  }))
  return { label: visible(field.label) || stem, columns: words }
}

/** The names of a group, numbered where one of them is taken; people do not see that case matters to PostgreSQL. */
function nameGroup({ label, columns }: Group, taken: Set<string>): readonly (readonly [string, string])[] {
  for (let count = 1; ; count++) {
    const number = count === 1 ? '' : ` (${count})`
    const named = columns.map(({ name, word }) => [name, fit(label, word + number)] as const)
    const keys = named.map(([, shown]) => shown.toLowerCase())
    // Cut to 63 bytes, two of them may be one.
    if (new Set(keys).size < keys.length || keys.some((key) => taken.has(key))) continue
    for (const key of keys) taken.add(key)
    return named
  }
}

/**
 * The columns in their order, each under its field's label; one without a field keeps its name. Custom fields are named
 * behind the others and as they were first seen, so that a new one never takes the name of an older one.
 */
export function labelColumns(
  columns: readonly Column[],
  catalog: readonly CatalogField[],
): readonly LabelledColumn[] {
  const custom = catalog.filter(({ isCustom }) => isCustom).map(customGroup)
  const isOfCustom = new Set(custom.flatMap((group) => group.columns.map(({ name }) => name)))
  const byCode = fieldsByCode(catalog)
  const native = columns
    .filter(({ name }) => !isOfCustom.has(name))
    .map((column) => nativeGroup(column, byCode.get(column.name)))
  const taken = new Set<string>()
  const names = new Map([...native, ...custom].flatMap((group) => nameGroup(group, taken)))
  return columns.map((column) => ({ column, label: names.get(column.name) ?? column.name }))
}
