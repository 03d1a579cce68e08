import type { Field } from '../company/catalog.ts'
import { entities, type EntityName } from '../company/entities.ts'
import { subfieldParts } from '../company/subfields.ts'
import { badRequest } from '../http/answer.ts'
import type { ApiRequest } from '../http/router.ts'
import { isRow, type Json, type Row } from '../json.ts'
import { customReader } from './custom-readers.ts'

/** A part that is given alone, `<hash>_currency`, belongs to the value that is held. */
function composite(field: Field, body: Row, held: Json): Json | undefined {
  const parts = Object.keys(subfieldParts[field.type] ?? {})
  const given = parts.flatMap((part): [string, Json][] => {
    const value = body[`${field.code}_${part}`]
    return value === undefined ? [] : [[part, value]]
  })
  const value = body[field.code]
  if (value === null) return null
  if (value !== undefined) return { value, ...Object.fromEntries(given) }
  return given.length === 0 ? undefined : { ...(isRow(held) ? held : {}), ...Object.fromEntries(given) }
}

const numberIn = (text: string): Json => (/^\d+$/.test(text) ? Number(text) : text)

function v2Value(field: Field, body: Row, held: Json): Json | undefined {
  if (field.type in subfieldParts) return composite(field, body, held)
  const value = body[field.code]
  if (typeof value !== 'string') return value
  if (field.type === 'enum') return numberIn(value)
  return field.type === 'set' ? value.split(',').map(numberIn) : value
}

/** Custom values of a v1 body, where they are flat keys at the root, in the form of v2. */
function customFromV1(fields: readonly Field[], body: Row, held: Row): Row {
  const values: Row = {}
  for (const field of fields) {
    const value = v2Value(field, body, held[field.code] ?? null)
    if (value !== undefined) values[field.code] = value
  }
  return values
}

/** The custom values a body sets, in the form they are held. */
export function customIn(entity: EntityName, { body, company }: ApiRequest, held: Row): Row {
  const kind = entities[entity].fields
  if (!kind || !isRow(body)) return {}
  const fields = company.catalog.custom(kind)
  const given = entity === 'leads' ? customFromV1(fields, body, held) : (body['custom_fields'] ?? {})
  if (!isRow(given)) throw badRequest("Parameter 'custom_fields' must be an object")
  const read = Object.entries(given).map(([code, value]): [string, Json] => {
    const field = fields.find((one) => one.code === code)
    if (!field) throw badRequest(`Unknown custom field ${code}`)
    const made = customReader(field)(value, company)
    if (made === undefined) throw badRequest(`Custom field ${code} does not take this value`)
    return [code, made]
  })
  return Object.fromEntries(read)
}
