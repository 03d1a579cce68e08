import type { Field } from '../company/catalog.ts'
import { subfieldParts } from '../company/subfields.ts'
import type { Json, Row } from '../json.ts'

function composite(field: Field, body: Row, value: Json): Json {
  const parts = Object.keys(subfieldParts[field.type] ?? {})
  const given = parts.flatMap((part): [string, Json][] => {
    const text = body[`${field.code}_${part}`]
    return text === undefined ? [] : [[part, text]]
  })
  return { value, ...Object.fromEntries(given) }
}

function heldValue(field: Field, body: Row, value: Json): Json {
  if (value === null) return null
  if (field.type === 'enum') return Number(value)
  if (field.type === 'set' && typeof value === 'string') return value.split(',').map(Number)
  return field.type in subfieldParts ? composite(field, body, value) : value
}

/** Custom values of a v1 body, where they are flat keys at the root, in the form they are held. */
export function customFromV1(fields: readonly Field[], body: Row): Row {
  const values: Row = {}
  for (const field of fields) {
    const value = body[field.code]
    if (value !== undefined) values[field.code] = heldValue(field, body, value)
  }
  return values
}
