import type { ColumnSpecs } from '../streams/stream.ts'
import type { CatalogField } from './catalog.ts'
import { UNFIT, decoderOf, type Cell } from './cells.ts'
import { fieldColumns, fieldDecoder, flatParts, flatValue } from './custom-fields.ts'
import { columnType, type Column } from './layout.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** Where a value goes that has no column or does not fit its column. */
export interface Leftovers {
  keep(key: string, value: unknown, reason: 'unknown' | 'unfit'): void
}

/** Puts the value of one key of a record into its cells of the row, and the rest into the leftovers. */
export type KeyDecoder = (value: unknown, row: Cell[], leftovers: Leftovers, record: JsonObject) => void

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function plain(key: string, column: Column, index: number): KeyDecoder {
  const decode = decoderOf(column.type)
  return (value, row, leftovers) => {
    const cell = decode(value)
    if (cell === UNFIT) leftovers.keep(key, value, 'unfit')
    else row[index] = cell
  }
}

/** A nested object whose members have columns; members without one stay under the object's key. */
function nested(key: string, members: ReadonlyMap<string, KeyDecoder>): KeyDecoder {
  return (value, row, leftovers) => {
    if (!isObject(value)) return leftovers.keep(key, value, 'unfit')
    const rest = Object.create(null) as Record<string, unknown>
    let reason: 'unknown' | 'unfit' | undefined
    const inner: Leftovers = {
      keep: (name, member, why) => {
        rest[name] = member
        reason = why
      },
    }
    for (const name in value) {
      const member = value[name]
      if (member === null || member === undefined) continue
      const decode = members.get(name)
      if (decode === undefined) inner.keep(name, member, 'unknown')
      else decode(member, row, inner, value)
    }
    if (reason !== undefined) leftovers.keep(key, rest, reason)
  }
}

/** Decoders of a record's own keys, from the columns that the registry declares. */
export function nativeDecoders(specs: ColumnSpecs, columns: readonly Column[]): Map<string, KeyDecoder> {
  const decoders = new Map<string, KeyDecoder>()
  const groups = new Map<string, Map<string, KeyDecoder>>()
  for (const [name, spec] of Object.entries(specs)) {
    const index = columns.findIndex((column) => column.name === name)
    const column: Column = { name, type: columnType(spec), comment: null }
    const [key = name, member] = (typeof spec === 'string' ? name : (spec.from ?? name)).split('.')
    if (member === undefined) {
      decoders.set(key, plain(key, column, index))
    } else {
      const group = groups.get(key) ?? new Map<string, KeyDecoder>()
      groups.set(key, group.set(member, plain(member, column, index)))
    }
  }
  for (const [key, members] of groups) decoders.set(key, nested(key, members))
  return decoders
}

function customDecoder(field: CatalogField, columns: readonly Column[]): KeyDecoder {
  const { columnName } = field
  if (columnName === null) return (value, _row, leftovers) => leftovers.keep(field.code, value, 'unknown')
  const options = new Map(field.options.map((option) => [option.id, option.label]))
  const decode = fieldDecoder({ type: field.type, options })
  const [first] = fieldColumns(field.type)
  const index = columns.findIndex((column) => column.name === columnName + (first?.suffix ?? ''))
  return (value, row, leftovers) => {
    const { cells, complete } = decode(value)
    for (let offset = 0; offset < cells.length; offset++) row[index + offset] = cells[offset] ?? null
    if (!complete) leftovers.keep(field.code, value, 'unfit')
  }
}

/** A field that stands flat in the record: its parts are taken with it, or alone when the field itself is unset. */
function flatDecoders(field: CatalogField, decode: KeyDecoder): [string, KeyDecoder][] {
  const parts = flatParts(field.type)
  const whole: KeyDecoder = (_value, row, leftovers, record) =>
    decode(flatValue(field.code, parts, record), row, leftovers, record)
  const isSet = (record: JsonObject): boolean =>
    record[field.code] !== null && record[field.code] !== undefined
  const part: KeyDecoder = (value, row, leftovers, record) => {
    if (!isSet(record)) whole(value, row, leftovers, record)
  }
  return [[field.code, whole], ...parts.map((name): [string, KeyDecoder] => [`${field.code}_${name}`, part])]
}

/**
 * Decoders of custom fields: v2 nests them under `custom_fields`, v1 has them flat in the record.
 * A nested field nobody knows yet keeps its own key, not that of the object around it.
 */
export function customDecoders(
  catalog: readonly CatalogField[],
  columns: readonly Column[],
): Map<string, KeyDecoder> {
  const custom = catalog.filter((field) => field.isCustom)
  const members = new Map(custom.map((field) => [field.code, customDecoder(field, columns)]))
  const decoders = new Map(
    custom.flatMap((field) => flatDecoders(field, members.get(field.code) ?? (() => undefined))),
  )
  return decoders.set('custom_fields', (value, row, leftovers, record) => {
    if (!isObject(value)) return leftovers.keep('custom_fields', value, 'unfit')
    for (const code in value) {
      const member = value[code]
      if (member === null || member === undefined) continue
      const decode = members.get(code)
      if (decode === undefined) leftovers.keep(code, member, 'unknown')
      else decode(member, row, leftovers, record)
    }
  })
}
