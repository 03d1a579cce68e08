import type { ColumnSpec, ColumnSpecs, ColumnType } from '../streams/stream.ts'
import type { CatalogField } from './catalog.ts'
import { UNFIT, decoderOf } from './cells.ts'
import type { CopyText } from './copy-text.ts'
import type { DecodedField } from './coded-values.ts'
import { fieldType, type CodedType, type FieldPart } from './custom-fields.ts'
import { copierOf } from './json-cells.ts'
import type { JsonScanner } from '../json/scanner.ts'
import { RecordKeys } from './record-keys.ts'

/** Writes the cells of a field from its place in the page; false when not all of the value has found its place in them. */
export type WriteField = (scanner: JsonScanner, start: number, end: number, out: CopyText) => boolean

/** One key of a record and the columns, side by side, that hold its value. */
export interface RecordField {
  readonly name: string
  /** The key of the object around it, with which what does not fit is kept. */
  readonly under: string | null
  /** Where its place is noted. */
  readonly slot: number
  /** Whether it is left out of a row that is full. */
  readonly isCustom: boolean
  /** Of its columns. */
  readonly types: readonly ColumnType[]
  readonly write: WriteField
}

/** The keys of a kind of record, and its fields in the order of their columns. */
export class RecordShape {
  readonly keys = new RecordKeys()
  readonly fields: RecordField[] = []
  /** Slots that take the place noted in another where they have none. */
  readonly fallbacks: (readonly [slot: number, other: number])[] = []
  #slots = 0

  /** How many places a record has to note. */
  get slots(): number {
    return this.#slots
  }

  newSlot(): number {
    return this.#slots++
  }

  /** Where the place of a key's value is noted: columns may share one. */
  slotOf(name: string, under: string | null = null): number {
    const keys = under === null ? this.keys : this.keys.inside(under, under)
    const known = keys.slotOf(name)
    if (known !== null) return known
    const slot = this.newSlot()
    if (!keys.addWhole(name, slot)) keys.add(name, slot)
    return slot
  }
}

function writeCells(out: CopyText, { cells, complete }: DecodedField): boolean {
  for (const cell of cells) out.cell(cell)
  return complete
}

/** Copies the common form of the type, and decodes every other. */
function writeColumn(type: ColumnType): WriteField {
  const copy = copierOf(type)
  const decode = decoderOf(type)
  return (scanner, start, end, out) => {
    if (copy?.(scanner.bytes, start, end, out) === true) return true
    const cell = decode(scanner.value(start, end))
    out.cell(cell === UNFIT ? null : cell)
    return cell !== UNFIT
  }
}

/** Where the value of a column stands in its record. */
export function placeOf(specs: ColumnSpecs, column: string): string {
  const spec = specs[column]
  return typeof spec === 'object' && spec.from !== undefined ? spec.from : column
}

/** Whether the value is the one that is asked for. */
function writeWhether(is: boolean | string): WriteField {
  const decode = decoderOf(typeof is === 'boolean' ? 'boolean' : 'text')
  return (scanner, start, end, out) => {
    const said = decode(scanner.value(start, end))
    out.cell(said === UNFIT || said === null ? null : said === is)
    return said !== UNFIT
  }
}

/** `a`, or `b` of the object `a`. */
function stepsOf(path: string): { readonly name: string; readonly under: string | null } {
  const [key = path, member] = path.split('.')
  return member === undefined ? { name: key, under: null } : { name: member, under: key }
}

function addNativeField(shape: RecordShape, column: string, spec: ColumnSpec): number {
  const { name, under } = stepsOf(spec.from ?? column)
  const slot = shape.slotOf(name, under)
  if (spec.orFrom !== undefined) shape.fallbacks.push([slot, shape.slotOf(spec.orFrom)])
  const write = spec.is === undefined ? writeColumn(spec.type) : writeWhether(spec.is)
  shape.fields.push({ name, under, slot, isCustom: false, types: [spec.type], write })
  return slot
}

/** The fields that the registry declares; gives the slot of each column. */
export function addNativeFields(shape: RecordShape, specs: ColumnSpecs): ReadonlyMap<string, number> {
  const slots = new Map<string, number>()
  for (const [column, spec] of Object.entries(specs))
    slots.set(column, addNativeField(shape, column, typeof spec === 'string' ? { type: spec } : spec))
  return slots
}

/**
 * The members of a value: v2 has several of them inside it, webhooks every one, beside the `type` of the field. What is
 * kept whole has none.
 */
function membersOf(code: string, parts: readonly FieldPart[], typeSlot: number): RecordKeys | null {
  if (parts.every(({ type }) => type === 'jsonb')) return null
  const members = new RecordKeys(code)
  members.add('type', typeSlot)
  return members
}

/** A value of one part or several: v1 has them beside one another. */
function addParts(shape: RecordShape, code: string, parts: readonly FieldPart[], typeSlot: number): void {
  const inner = membersOf(code, parts, typeSlot)
  for (const [index, { key, alias = key, type }] of parts.entries()) {
    const slot = shape.newSlot()
    for (const name of [key, alias]) inner?.add(name, slot)
    shape.keys.add(index === 0 ? code : `${code}_${key}`, slot, index === 0 ? inner : null)
    if (index === 0) shape.keys.inside('custom_fields', null).add(code, slot, inner)
    const place = parts.length === 1 ? { name: code, under: null } : { name: key, under: code }
    shape.fields.push({ ...place, slot, isCustom: true, types: [type], write: writeColumn(type) })
  }
}

function addCoded(shape: RecordShape, { code, options: known }: CatalogField, coded: CodedType): void {
  const options = new Map(known.map((option) => [option.id, option.label]))
  const copy = coded.copier(options)
  const decode = coded.decoder(options)
  const write: WriteField = (scanner, start, end, out) =>
    copy(scanner.bytes, start, end, out) || writeCells(out, decode(scanner.value(start, end)))
  const slot = shape.newSlot()
  shape.keys.add(code, slot)
  shape.keys.inside('custom_fields', null).add(code, slot)
  shape.fields.push({
    name: code,
    under: null,
    slot,
    isCustom: true,
    types: coded.columns.map((column) => column.type),
    write,
  })
}

/**
 * Custom fields: v2 nests them under `custom_fields`, v1 has them flat in the record. One that nobody knows yet is
 * kept under its own key, not that of the object around it.
 */
export function addCustomFields(shape: RecordShape, catalog: readonly CatalogField[]): void {
  shape.keys.inside('custom_fields', null)
  // Nobody reads it: the catalog says what type a field has.
  const typeSlot = shape.newSlot()
  for (const field of catalog) {
    if (!field.isCustom || field.columnName === null || field.removed) continue
    const described = fieldType(field.type)
    if ('parts' in described) addParts(shape, field.code, described.parts, typeSlot)
    else addCoded(shape, field, described)
  }
}
