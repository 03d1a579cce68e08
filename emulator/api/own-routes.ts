import { fieldEntities, fieldV2, type Field, type FieldEntity } from '../company/catalog.ts'
import { entityNames, type EntityName } from '../company/entities.ts'
import { badRequest, json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import { isRow, type Json, type Row } from '../json.ts'
import { customReader } from './custom-readers.ts'
import { retyping } from './field-bodies.ts'
import { typed } from './parameters.ts'

function nameIn<Name extends string>(names: readonly Name[], { params }: ApiRequest): Name {
  const name = names.find((one) => one === params['name'])
  if (name === undefined) throw new Refusal(refusals.unknownPath())
  return name
}

function bodyOf({ body = {} }: ApiRequest): Row {
  if (!isRow(body)) throw badRequest('The body must be an object')
  return body
}

const one = (data: Row): Answer => json(200, { success: true, data })

/** What a retyped field makes of a value: itself where the new type takes it, else nothing. */
const take =
  (company: ApiRequest['company']) =>
  (field: Field, value: Json): Json =>
    customReader(field)(value, company) ?? null

function change(entity: FieldEntity, field: Field, request: ApiRequest): Field | undefined {
  const { company } = request
  const { type, labels } = retyping(bodyOf(request), field)
  return company.fields.retype(entity, field.code, type, labels, take(company))
}

/**
 * A field that is there gets the type of the body, which no call of Pipedrive's can change; one that was removed comes
 * back as it was; one that nobody knows is from now on a field of Pipedrive's own.
 */
function putField(request: ApiRequest): Answer {
  const entity = nameIn(fieldEntities, request)
  const code = request.params['code'] ?? ''
  const { fields, catalog } = request.company
  const known = catalog.find(entity, code)
  if (known?.custom === false) throw badRequest('A field of Pipedrive stays as it is')
  if (known) return one(fieldV2(change(entity, known, request) ?? known))
  const back = fields.bringBack(entity, code)
  if (back) return one(fieldV2(back))
  const { field_name: name, field_type: type } = bodyOf(request)
  if (typeof name !== 'string' || typeof type !== 'string')
    throw badRequest("A new field needs a 'field_name' and a 'field_type'")
  return one(fieldV2(fields.addNative(entity, code, name, type)))
}

/** Any keys of a record, unread: values that no field takes, and keys that no call of Pipedrive's can set. */
function patchRecord(request: ApiRequest): Answer {
  const name: EntityName = nameIn(entityNames, request)
  const id = typed(request.params['id'] ?? '')
  const table = request.company[name]
  if ((typeof id !== 'number' && typeof id !== 'string') || table.get(id) === undefined)
    throw new Refusal(refusals.notFound())
  return one(table.update(id, bodyOf(request)))
}

/** The same keys of several records at once. */
function patchRecords(request: ApiRequest): Answer {
  const table = request.company[nameIn(entityNames, request)]
  const { ids, patch } = bodyOf(request)
  if (!Array.isArray(ids) || !isRow(patch)) throw badRequest("The body needs 'ids' and a 'patch'")
  const known = (ids as readonly Json[]).map((id) => {
    if ((typeof id === 'number' || typeof id === 'string') && table.get(id) !== undefined) return id
    throw new Refusal(refusals.notFound())
  })
  for (const id of known) table.update(id, patch)
  return one({ changed: known.length })
}

/** What Pipedrive does by itself and has no call for. */
export const ownRoutes: readonly Route[] = [
  { method: 'PUT', version: 'emulator', path: '/fields/:name/:code', cost: 0, handle: putField },
  { method: 'PATCH', version: 'emulator', path: '/records/:name/:id', cost: 0, handle: patchRecord },
  { method: 'PATCH', version: 'emulator', path: '/records/:name', cost: 0, handle: patchRecords },
]
