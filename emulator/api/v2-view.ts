import type { Catalog, FieldEntity } from '../company/catalog.ts'
import { entities } from '../company/entities.ts'
import { isRow, type Json, type Row } from '../json.ts'
import { badRequest } from '../http/answer.ts'
import type { ApiRequest } from '../http/router.ts'
import { countsRevision, optionalValue } from './optional-fields.ts'
import { list } from './parameters.ts'
import type { V2Resource } from './v2-resources.ts'

const MOST_CUSTOM_FIELDS = 15

/** How a request sees records; requests with the same name see them alike until one changes. */
export interface View {
  readonly name: string
  readonly textAt: (slot: number) => string
}

function labelled(catalog: Catalog, entity: FieldEntity, code: string, value: Json): Json {
  const options = catalog.find(entity, code)?.options
  if (!options || value === null) return value
  const withLabel = (id: Json): Json => ({ id, label: options.find((one) => one.id === id)?.label ?? null })
  return Array.isArray(value) ? (value as readonly Json[]).map(withLabel) : withLabel(value)
}

interface CustomChoice {
  readonly codes: readonly string[]
  readonly labels: boolean
}

function customChoice({ query }: ApiRequest): CustomChoice {
  const codes = list(query, 'custom_fields')
  if (codes.length > MOST_CUSTOM_FIELDS)
    throw badRequest(`Parameter 'custom_fields' must contain at most ${MOST_CUSTOM_FIELDS} items`)
  return { codes, labels: query.get('include_option_labels') === 'true' }
}

function withChosen(
  request: ApiRequest,
  resource: V2Resource,
  { codes, labels }: CustomChoice,
  row: Row,
): Row {
  const entity = entities[resource.entity].fields
  const values = row['custom_fields']
  if (!entity || !isRow(values)) return row
  const kept = Object.entries(values).filter(([code]) => codes.length === 0 || codes.includes(code))
  const { catalog } = request.company
  const shown = kept.map(([code, value]) => [code, labels ? labelled(catalog, entity, code, value) : value])
  return { ...row, custom_fields: Object.fromEntries(shown) as Row }
}

function includedFields(resource: V2Resource, request: ApiRequest): string[] {
  const asked = list(request.query, 'include_fields')
  const unknown = asked.find((name) => !resource.include.includes(name))
  if (unknown !== undefined) throw badRequest(`Parameter 'include_fields' does not allow '${unknown}'`)
  return asked
}

function baseTextAt(resource: V2Resource, request: ApiRequest): View['textAt'] {
  const held = request.company.collections[resource.entity]
  const choice = customChoice(request)
  const whole = choice.codes.length === 0 && !choice.labels
  if (whole && resource.carried.length === 0) return held.textAt
  return (slot) => {
    const row = { ...held.rowAt(slot) }
    for (const name of resource.carried) delete row[name]
    return JSON.stringify(whole ? row : withChosen(request, resource, choice, row))
  }
}

export function viewOf(resource: V2Resource, request: ApiRequest): View {
  const { company, query, switches } = request
  const included = includedFields(resource, request)
  const base = baseTextAt(resource, request)
  const shape = ['v2', included.join(), query.get('custom_fields'), query.get('include_option_labels')]
  const name = [...shape, JSON.stringify(switches)].join(' ')
  if (included.length === 0) return { name, textAt: base }
  const held = company.collections[resource.entity]
  return {
    name: `${name} ${countsRevision(company, resource.entity, included)}`,
    textAt(slot) {
      const row = held.coreAt(slot)
      const extra: Row = {}
      for (const one of included) extra[one] = row[one] ?? optionalValue(company, resource.entity, row, one)
      return `${base(slot).slice(0, -1)},${JSON.stringify(extra).slice(1)}`
    },
  }
}
