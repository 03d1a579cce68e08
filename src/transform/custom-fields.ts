import { ADDRESS_PARTS } from '../streams/address.ts'
import type { ColumnType } from '../streams/stream.ts'
import { UNFIT, decoderOf, type Cell } from './cells.ts'
import { copyInteger, type CopyJson } from './json-cells.ts'
import { copyOption, copyOptions } from './option-cells.ts'

/** One column of a custom field: the field's column name and `suffix`. */
export interface FieldColumn {
  readonly suffix: string
  readonly type: ColumnType
  /** v1 never sends it. */
  readonly notInV1?: true
}

/** Cells of the field's columns, in their order, and whether the whole value found its place in them. */
export interface DecodedField {
  readonly cells: readonly Cell[]
  readonly complete: boolean
}

export type DecodeField = (value: unknown) => DecodedField

/** A member of the value and its column: v2 has it inside the value, v1 beside it in the record as `<hash>_<key>`. */
export interface FieldPart extends FieldColumn {
  readonly key: string
}

/** A value whose members have a column each. A bare value, as v1 sends it, is the first of them. */
interface PartedType {
  readonly parts: readonly FieldPart[]
}

/** Option id -> current (or, for a removed option, last) label. */
type Options = ReadonlyMap<string, string>

/** A value that has to be decoded as a whole. */
export interface CodedType {
  readonly columns: readonly FieldColumn[]
  readonly decoder: (options: Options) => DecodeField
  /** Writes the form that v2 sends without making a value of it. */
  readonly copier: (options: Options) => CopyJson
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parted(type: ColumnType, more: readonly FieldPart[] = []): PartedType {
  return { parts: [{ key: 'value', suffix: '', type }, ...more] }
}

/** v2 sends the option's id as a number, v1 as a string. */
const enumeration: CodedType = {
  columns: [
    { suffix: '', type: 'text' },
    { suffix: '_id', type: 'bigint' },
  ],
  decoder: (options) => (value) => {
    const id = decoderOf('bigint')(value)
    if (id === UNFIT || id === null) return { cells: [null, null], complete: id === null }
    const label = options.get(String(value))
    return { cells: [label ?? null, id], complete: label !== undefined }
  },
  copier: copyOption,
}

/** v2 sends `[1,2]`, v1 `"1,2"`. */
const set: CodedType = {
  columns: [
    { suffix: '', type: 'text[]' },
    { suffix: '_ids', type: 'bigint[]' },
  ],
  decoder: (options) => (value) => {
    if (value === '') return { cells: [null, null], complete: true }
    const ids = decoderOf('bigint[]')(value)
    if (!Array.isArray(ids)) return { cells: [null, null], complete: false }
    const labels = ids.flatMap((id: string | number) => options.get(String(id)) ?? [])
    return { cells: [labels, ids], complete: labels.length === ids.length }
  },
  copier: copyOptions,
}

/** v2 sends the id; v1 may send the record it refers to, with the id as `id` or `value`. */
const reference: CodedType = {
  columns: [{ suffix: '_id', type: 'bigint' }],
  decoder: () => (value) => {
    const id = decoderOf('bigint')(isObject(value) ? (value['id'] ?? value['value']) : value)
    if (id === UNFIT) return { cells: [null], complete: false }
    return { cells: [id], complete: !isObject(value) }
  },
  copier: () => copyInteger,
}

const timezone: readonly FieldPart[] = [
  { key: 'timezone_name', suffix: '_timezone', type: 'text', notInV1: true },
  { key: 'timezone_id', suffix: '_timezone_id', type: 'bigint' },
]
const address = ADDRESS_PARTS.map((key): FieldPart => ({ key, suffix: `_${key}`, type: 'text' }))
const until = (type: ColumnType): FieldPart => ({ key: 'until', suffix: '_until', type })

const fieldTypes: Readonly<Record<string, PartedType | CodedType>> = {
  varchar: parted('text'),
  varchar_auto: parted('text'),
  text: parted('text'),
  phone: parted('text'),
  double: parted('numeric'),
  date: parted('date'),
  monetary: parted('numeric', [{ key: 'currency', suffix: '_currency', type: 'text' }]),
  daterange: parted('date', [until('date')]),
  time: parted('time', timezone),
  timerange: parted('time', [until('time'), ...timezone]),
  address: parted('text', address),
  enum: enumeration,
  set,
  user: reference,
  org: reference,
  people: reference,
}

/** A type nobody has described yet is kept whole. */
const unknownType = parted('jsonb')

export function isKnownType(type: string): boolean {
  return Object.hasOwn(fieldTypes, type)
}

/** How the values of a type of field are read. */
export function fieldType(type: string): PartedType | CodedType {
  return isKnownType(type) ? (fieldTypes[type] ?? unknownType) : unknownType
}

/** The columns of a field, in their order; the names are the field's column name and each suffix. */
export function fieldColumns(type: string): readonly FieldColumn[] {
  const described = fieldType(type)
  return 'parts' in described ? described.parts : described.columns
}
