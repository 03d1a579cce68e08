import { ADDRESS_PARTS, type ColumnType } from '../streams/stream.ts'
import { UNFIT, decoderOf, type Cell } from './cells.ts'

/** A field of the catalog as the decoder needs it. */
export interface FieldShape {
  readonly type: string
  /** Option id -> current (or, for a removed option, last) label. */
  readonly options: ReadonlyMap<string, string>
}

/** One column of a custom field: the field's column name and `suffix`. */
export interface FieldColumn {
  readonly suffix: string
  readonly type: ColumnType
}

/** Cells of the field's columns, in their order, and whether the whole value found its place in them. */
export interface DecodedField {
  readonly cells: readonly Cell[]
  readonly complete: boolean
}

type DecodeField = (value: unknown) => DecodedField

interface FieldType {
  readonly columns: readonly FieldColumn[]
  /** Names of the parts beside `value`; v1 has them flat in the record as `<hash>_<part>`. */
  readonly parts: readonly string[]
  readonly decoder: (options: ReadonlyMap<string, string>) => DecodeField
}

interface Part extends FieldColumn {
  readonly key: string
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function scalar(type: ColumnType): FieldType {
  const decode = decoderOf(type)
  const decoder: DecodeField = (value) => {
    const cell = decode(value)
    return cell === UNFIT ? { cells: [null], complete: false } : { cells: [cell], complete: true }
  }
  return { columns: [{ suffix: '', type }], parts: [], decoder: () => decoder }
}

/** A value of several parts: `{"value": …, "until": …}`; a bare value stands for its first part. */
function composite(parts: readonly Part[]): FieldType {
  const decodes = parts.map((part) => decoderOf(part.type))
  const known = new Set(parts.map((part) => part.key))
  const decoder: DecodeField = (value) => {
    const object = isObject(value) ? value : { value }
    let complete = Object.keys(object).every((key) => known.has(key) || object[key] === null)
    const cells = parts.map((part, index) => {
      const raw = object[part.key]
      const cell = raw === null || raw === undefined ? null : decodes[index]?.(raw)
      if (cell !== UNFIT && cell !== undefined) return cell
      complete = false
      return null
    })
    return { cells, complete }
  }
  const columns = parts.map(({ suffix, type }) => ({ suffix, type }))
  return { columns, parts: parts.slice(1).map((part) => part.key), decoder: () => decoder }
}

/** v2 sends the option's id as a number, v1 as a string. */
const enumeration: FieldType = {
  columns: [
    { suffix: '', type: 'text' },
    { suffix: '_id', type: 'bigint' },
  ],
  parts: [],
  decoder: (options) => (value) => {
    const id = decoderOf('bigint')(value)
    if (id === UNFIT || id === null) return { cells: [null, null], complete: id === null }
    const label = options.get(String(value))
    return { cells: [label ?? null, id], complete: label !== undefined }
  },
}

/** v2 sends `[1,2]`, v1 `"1,2"`. */
const set: FieldType = {
  columns: [
    { suffix: '', type: 'text[]' },
    { suffix: '_ids', type: 'bigint[]' },
  ],
  parts: [],
  decoder: (options) => (value) => {
    if (value === '') return { cells: [null, null], complete: true }
    const ids = decoderOf('bigint[]')(typeof value === 'string' ? value.split(',') : value)
    if (!Array.isArray(ids)) return { cells: [null, null], complete: false }
    const labels = ids.flatMap((id: string | number) => options.get(String(id)) ?? [])
    return { cells: [labels, ids], complete: labels.length === ids.length }
  },
}

/** v2 sends the id; v1 may send the record it refers to, with the id as `id` or `value`. */
const reference: FieldType = {
  columns: [{ suffix: '_id', type: 'bigint' }],
  parts: [],
  decoder: () => (value) => {
    const id = decoderOf('bigint')(isObject(value) ? (value['id'] ?? value['value']) : value)
    if (id === UNFIT) return { cells: [null], complete: false }
    return { cells: [id], complete: !isObject(value) }
  },
}

const timezone: readonly Part[] = [
  { key: 'timezone_name', suffix: '_timezone', type: 'text' },
  { key: 'timezone_id', suffix: '_timezone_id', type: 'bigint' },
]

const fieldTypes: Readonly<Record<string, FieldType>> = {
  varchar: scalar('text'),
  varchar_auto: scalar('text'),
  text: scalar('text'),
  phone: scalar('text'),
  double: scalar('numeric'),
  date: scalar('date'),
  monetary: composite([
    { key: 'value', suffix: '', type: 'numeric' },
    { key: 'currency', suffix: '_currency', type: 'text' },
  ]),
  daterange: composite([
    { key: 'value', suffix: '', type: 'date' },
    { key: 'until', suffix: '_until', type: 'date' },
  ]),
  time: composite([{ key: 'value', suffix: '', type: 'time' }, ...timezone]),
  timerange: composite([
    { key: 'value', suffix: '', type: 'time' },
    { key: 'until', suffix: '_until', type: 'time' },
    ...timezone,
  ]),
  address: composite([
    { key: 'value', suffix: '', type: 'text' },
    ...ADDRESS_PARTS.map((part) => ({ key: part, suffix: `_${part}`, type: 'text' }) as const),
  ]),
  enum: enumeration,
  set,
  user: reference,
  org: reference,
  people: reference,
}

/** A type nobody has described yet is kept whole. */
const unknownType = scalar('jsonb')

export function isKnownType(type: string): boolean {
  return Object.hasOwn(fieldTypes, type)
}

function typeOf(type: string): FieldType {
  return isKnownType(type) ? (fieldTypes[type] ?? unknownType) : unknownType
}

export function fieldColumns(type: string): readonly FieldColumn[] {
  return typeOf(type).columns
}

/** Keys that hold the parts of a field in v1's flat form, without the leading `<hash>_`. */
export function flatParts(type: string): readonly string[] {
  return typeOf(type).parts
}

/** Decodes v2's nested form; `flatValue` brings v1's flat form into it. */
export function fieldDecoder(field: FieldShape): DecodeField {
  return typeOf(field.type).decoder(field.options)
}

/** The nested form of a field that stands flat in a v1 record; undefined when the record has nothing of it. */
export function flatValue(
  code: string,
  parts: readonly string[],
  record: Readonly<Record<string, unknown>>,
): unknown {
  const value = record[code]
  const present = parts.filter((part) => record[`${code}_${part}`] !== undefined)
  if (present.length === 0) return value
  const nested = isObject(value) ? value : { value }
  return { ...nested, ...Object.fromEntries(present.map((part) => [part, record[`${code}_${part}`]])) }
}
