import { creatableTypes, type CreatableType, type Field } from '../company/catalog.ts'
import type { FieldEdit } from '../company/field-changes.ts'
import { isRow, type Json, type Row } from '../json.ts'
import { badRequest } from '../http/answer.ts'

const MOST_LETTERS = 255

function label(given: Json | undefined, name: string): string {
  if (typeof given !== 'string' || given.trim() === '' || given.length > MOST_LETTERS)
    throw badRequest(`Parameter '${name}' must be a text of 1 to ${MOST_LETTERS} letters`)
  return given
}

function objectsIn(body: Json | undefined): Row[] {
  const options = Array.isArray(body) ? (body as readonly Json[]).filter(isRow) : []
  if (!Array.isArray(body) || options.length === 0 || options.length < body.length)
    throw badRequest('Options must be a list of objects, at least one')
  return options
}

export const optionLabels = (body: Json | undefined): string[] =>
  objectsIn(body).map((option) => label(option['label'], 'label'))

/** Each option once, so that none is gone when its turn comes again. */
export function optionIds(body: Json | undefined): Json[] {
  const ids = objectsIn(body).map((option) => option['id'] ?? null)
  if (new Set(ids).size < ids.length) throw badRequest('An option is named twice')
  return ids
}

export const hasOptions = (type: string): boolean => type === 'enum' || type === 'set'

export interface NewField {
  readonly name: string
  readonly type: CreatableType
  readonly labels: readonly string[]
  readonly description: string | null
}

function description(given: Json | undefined): string | null {
  if ((given ?? null) === null) return null
  if (typeof given !== 'string') throw badRequest("Parameter 'description' must be a text")
  return given
}

function typeIn(given: Json | undefined): CreatableType {
  const type = creatableTypes.find((one) => one === given)
  if (!type) throw badRequest("Parameter 'field_type' is not valid")
  return type
}

export function newField(body: Json | undefined): NewField {
  const given = isRow(body) ? body : {}
  const name = label(given['field_name'], 'field_name')
  const type = typeIn(given['field_type'])
  if (!hasOptions(type) && given['options'] !== undefined)
    throw badRequest(`A field of type ${type} has no options`)
  const labels = hasOptions(type) ? optionLabels(given['options']) : []
  return { name, type, labels, description: description(given['description']) }
}

/** What an edit may change of a field; its code and type it keeps for life (openapi v2). */
export function fieldEdit(body: Json | undefined): FieldEdit {
  if (!isRow(body) || Object.keys(body).length === 0) throw badRequest('At least one key is required')
  return {
    ...('field_name' in body ? { name: label(body['field_name'], 'field_name') } : {}),
    ...('description' in body ? { description: description(body['description']) } : {}),
  }
}

/** The type that a field is to have, and the options where it needs them and has none. */
export function retyping(body: Row, { options }: Field): Pick<NewField, 'type' | 'labels'> {
  const type = typeIn(body['field_type'])
  const needsOptions = hasOptions(type) && options === null
  return { type, labels: needsOptions ? optionLabels(body['options']) : [] }
}
