import { creatableTypes, type CreatableType } from '../company/catalog.ts'
import { isRow, type Json } from '../json.ts'
import { badRequest } from '../http/answer.ts'

export interface OptionBody {
  readonly id?: Json
  readonly label?: string
}

export function optionsBody(body: Json | undefined): OptionBody[] {
  if (!Array.isArray(body) || body.length === 0) throw badRequest('At least one option is required')
  return (body as readonly Json[]).map((option) => {
    if (!isRow(option)) throw badRequest('An option must be an object')
    const { id, label } = option
    return { ...(id === undefined ? {} : { id }), ...(typeof label === 'string' ? { label } : {}) }
  })
}

export function fieldBody(body: Json | undefined): { name: string; type: CreatableType; labels?: string[] } {
  const given = isRow(body) ? body : {}
  const name = given['field_name']
  const type = creatableTypes.find((one) => one === given['field_type'])
  if (typeof name !== 'string' || name === '') throw badRequest("Parameter 'field_name' is required")
  if (!type) throw badRequest("Parameter 'field_type' is not valid")
  const options = given['options']
  if (options === undefined) return { name, type }
  return { name, type, labels: optionsBody(options).map((option) => option.label ?? '') }
}
