import { ADDRESS_PARTS } from '../streams/address.ts'
import type { ColumnType } from '../streams/stream.ts'
import {
  decodeOption,
  decodeOptions,
  decodeReference,
  decodeReferences,
  type DecodeField,
  type Options,
} from './coded-values.ts'
import { copyInteger, copyIntegers, type CopyJson } from './json-cells.ts'
import { copyOption, copyOptions } from './option-cells.ts'

/** One column of a custom field: the field's column name and `suffix`. */
export interface FieldColumn {
  readonly suffix: string
  readonly type: ColumnType
  /** v1 never sends it. */
  readonly notInV1?: true
}

/** A member of the value and its column: v2 has it inside the value, v1 beside it in the record as `<hash>_<key>`. */
export interface FieldPart extends FieldColumn {
  readonly key: string
  /** What webhooks call the member. */
  readonly alias?: string
}

/** A value whose members have a column each. A bare value, as v1 sends it, is the first of them. */
interface PartedType {
  readonly parts: readonly FieldPart[]
}

/** A value that has to be decoded as a whole. */
export interface CodedType {
  readonly columns: readonly FieldColumn[]
  readonly decoder: (options: Options) => DecodeField
  /** Writes the form that v2 sends without making a value of it. */
  readonly copier: (options: Options) => CopyJson
}

function parted(type: ColumnType, more: readonly FieldPart[] = []): PartedType {
  return { parts: [{ key: 'value', suffix: '', type }, ...more] }
}

/** From a value to another; webhooks call the first `from`. */
function range(type: ColumnType, more: readonly FieldPart[] = []): PartedType {
  const until: FieldPart = { key: 'until', suffix: '_until', type }
  return { parts: [{ key: 'value', alias: 'from', suffix: '', type }, until, ...more] }
}

const option: CodedType = {
  columns: [
    { suffix: '', type: 'text' },
    { suffix: '_id', type: 'bigint' },
  ],
  decoder: decodeOption,
  copier: copyOption,
}

const options: CodedType = {
  columns: [
    { suffix: '', type: 'text[]' },
    { suffix: '_ids', type: 'bigint[]' },
  ],
  decoder: decodeOptions,
  copier: copyOptions,
}

const reference: CodedType = {
  columns: [{ suffix: '_id', type: 'bigint' }],
  decoder: () => decodeReference('bigint'),
  copier: () => copyInteger,
}

const uuidReference: CodedType = {
  columns: [{ suffix: '_id', type: 'uuid' }],
  decoder: () => decodeReference('uuid'),
  copier: () => () => false,
}

const references: CodedType = {
  columns: [{ suffix: '_ids', type: 'bigint[]' }],
  decoder: () => decodeReferences,
  copier: () => copyIntegers,
}

const timezone: readonly FieldPart[] = [
  { key: 'timezone_name', suffix: '_timezone', type: 'text', notInV1: true },
  { key: 'timezone_id', suffix: '_timezone_id', type: 'bigint' },
]
const address = ADDRESS_PARTS.map((key): FieldPart => ({ key, suffix: `_${key}`, type: 'text' }))

/** The types that a person can make a field of (documentation, core-api-concepts-custom-fields). */
const creatable = {
  varchar: parted('text'),
  varchar_auto: parted('text'),
  text: parted('text'),
  phone: parted('text'),
  double: parted('numeric'),
  date: parted('date'),
  monetary: parted('numeric', [{ key: 'currency', suffix: '_currency', type: 'text' }]),
  daterange: range('date'),
  time: parted('time', timezone),
  timerange: range('time', timezone),
  address: parted('text', address),
  enum: option,
  set: options,
  user: reference,
  org: reference,
  people: reference,
} as const

/** The other types that a field may have: those of Pipedrive's own (openapi v2 and v1, `field_type`). */
const system = {
  int: parted('bigint'),
  boolean: parted('boolean'),
  varchar_options: parted('text'),
  status: parted('text'),
  billing_frequency: parted('text'),
  visible_to: parted('bigint'),
  deal: reference,
  lead: uuidReference,
  product: reference,
  project: reference,
  pipeline: reference,
  activity: reference,
  stage: reference,
  picture: reference,
  projects_board: reference,
  projects_phase: reference,
  deals: references,
  json: parted('jsonb'),
  price_list: parted('jsonb'),
} as const

const fieldTypes: Readonly<Record<string, PartedType | CodedType>> = { ...creatable, ...system }

/** A type nobody has described yet is kept whole. */
const unknownType = parted('jsonb')

export function isKnownType(type: string): boolean {
  return Object.hasOwn(fieldTypes, type)
}

/** How the values of a type of field are read. */
export function fieldType(type: string): PartedType | CodedType {
  return isKnownType(type) ? (fieldTypes[type] ?? unknownType) : unknownType
}

/** Whether the columns of a type are the labels of options and their ids. */
export function holdsLabels(type: string): boolean {
  const described = fieldType(type)
  return described === option || described === options
}

/** The columns of a field, in their order; the names are the field's column name and each suffix. */
export function fieldColumns(type: string): readonly FieldColumn[] {
  const described = fieldType(type)
  return 'parts' in described ? described.parts : described.columns
}
