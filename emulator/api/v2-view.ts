import type { Catalog, FieldEntity } from '../company/catalog.ts'
import { entities } from '../company/entities.ts'
import { isRow, type Json, type Row } from '../json.ts'
import { badRequest } from '../http/answer.ts'
import type { ApiRequest } from '../http/router.ts'
import { optionalValue } from './optional-fields.ts'
import { list } from './parameters.ts'
import type { V2Resource } from './v2-resources.ts'

const MOST_CUSTOM_FIELDS = 15

function labelled(catalog: Catalog, entity: FieldEntity, code: string, value: Json): Json {
  const options = catalog.find(entity, code)?.options
  if (!options || value === null) return value
  const withLabel = (id: Json): Json => ({ id, label: options.find((one) => one.id === id)?.label ?? null })
  return Array.isArray(value) ? (value as readonly Json[]).map(withLabel) : withLabel(value)
}

function chosenCustomFields(request: ApiRequest, resource: V2Resource, row: Row): Row {
  const entity = entities[resource.entity].fields
  const values = row['custom_fields']
  if (!entity || !isRow(values)) return row
  const wanted = list(request.query, 'custom_fields')
  const withLabels = request.query.get('include_option_labels') === 'true'
  if (wanted.length === 0 && !withLabels) return row
  const kept = Object.entries(values).filter(([code]) => wanted.length === 0 || wanted.includes(code))
  const shown = kept.map(([code, value]) => [
    code,
    withLabels ? labelled(request.company.catalog, entity, code, value) : value,
  ])
  return { ...row, custom_fields: Object.fromEntries(shown) as Row }
}

function includedFields(resource: V2Resource, request: ApiRequest): string[] {
  const asked = list(request.query, 'include_fields')
  const unknown = asked.find((name) => !resource.include.includes(name))
  if (unknown !== undefined) throw badRequest(`Parameter 'include_fields' does not allow '${unknown}'`)
  return asked
}

/** How this request sees a record: its JSON by slot. Only plain views are kept, the others count other records. */
export function viewOf(resource: V2Resource, request: ApiRequest): (slot: number) => Buffer {
  const held = request.company.collections[resource.entity]
  const included = includedFields(resource, request)
  if (list(request.query, 'custom_fields').length > MOST_CUSTOM_FIELDS) {
    throw badRequest(`Parameter 'custom_fields' must contain at most ${MOST_CUSTOM_FIELDS} items`)
  }
  const hidden = resource.include.filter((name) => !included.includes(name))
  const render = (row: Row): string => {
    const shown = { ...row }
    for (const name of hidden) delete shown[name]
    for (const name of included) shown[name] ??= optionalValue(request.company, resource.entity, row, name)
    return JSON.stringify(chosenCustomFields(request, resource, shown))
  }
  const counting = included.some((name) => name !== 'attendees')
  if (counting || request.query.has('include_option_labels'))
    return (slot) => Buffer.from(render(held.rowAt(slot)))
  const { deletedDealStatus, deletedOption } = request.switches
  const shape = [included.join(), request.query.get('custom_fields'), deletedDealStatus, deletedOption]
  const variant = shape.join(' ')
  return (slot) => held.fragment(slot, variant, render)
}
