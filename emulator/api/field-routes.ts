import { fieldV2, type Field, type FieldEntity, type FieldOption } from '../company/catalog.ts'
import type { Json, Row } from '../json.ts'
import { badRequest, json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import { fieldEdit, hasOptions, newField, optionIds, optionLabels } from './field-bodies.ts'
import { encodePageToken, pageEndOf } from './page-token.ts'
import { limitOf, list } from './parameters.ts'

export const fieldPaths: Readonly<Record<string, FieldEntity>> = {
  dealFields: 'deals',
  personFields: 'persons',
  organizationFields: 'organizations',
  productFields: 'products',
  activityFields: 'activities',
}

const visibility: Readonly<Record<string, Json>> = {
  ui_visibility: { add_visible_flag: true, details_visible_flag: true },
  important_fields: { enabled: false, stage_ids: [] },
  required_fields: { enabled: false, stage_ids: [], statuses: {} },
}

const one = (field: Row): Answer => json(200, { success: true, data: field })
const some = (options: readonly FieldOption[]): Answer =>
  json(200, { success: true, data: options.map((option) => ({ ...option })), additional_data: null })

function shown(field: Field, request: ApiRequest): Row {
  const row = fieldV2(field)
  for (const name of list(request.query, 'include_fields')) {
    const extra = Object.hasOwn(visibility, name) ? visibility[name] : undefined
    if (extra === undefined) throw badRequest(`Parameter 'include_fields' does not allow '${name}'`)
    row[name] = extra
  }
  return row
}

/**
 * The Fields lists have no documented order; here it is the order of creation. A page goes on after the place of the
 * last field of the one before, also when that field is gone.
 */
function listFields(entity: FieldEntity) {
  return (request: ApiRequest): Answer => {
    const { catalog } = request.company
    // Every list has an `id`, so the token names the list.
    const sortedBy = `${entity}.field_code`
    const placeOf = ({ code }: Pick<Field, 'code'>): number => catalog.placeOf(entity, code) ?? 0
    const end = pageEndOf(
      request.query,
      request.switches,
      ({ field, id }) => field === sortedBy && catalog.placeOf(entity, String(id)) !== undefined,
    )
    const after = end === undefined ? -1 : placeOf({ code: String(end.id) })
    const left = catalog.all(entity).filter((field) => placeOf(field) > after)
    const limit = limitOf(request.query, 500, request.switches)
    const page = left.slice(0, limit)
    const last = page.at(-1)
    const next =
      left.length > limit && last !== undefined
        ? encodePageToken({ field: sortedBy, fieldValue: last.code, sortDirection: 'asc', id: last.code })
        : null
    return json(200, {
      success: true,
      data: page.map((field) => shown(field, request)),
      additional_data: { next_cursor: next },
    })
  }
}

const codeOf = (request: ApiRequest): string => request.params['code'] ?? ''

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Refusal(refusals.notFound())
  return value
}

/** Only the company's own fields can be changed; the built-in ones are as good as absent. */
function ownField(entity: FieldEntity, request: ApiRequest): Field {
  const field = found(request.company.catalog.find(entity, codeOf(request)))
  if (!field.custom) throw new Refusal(refusals.notFound())
  return field
}

function fieldWithOptions(entity: FieldEntity, request: ApiRequest): Field {
  const field = ownField(entity, request)
  if (!hasOptions(field.type)) throw badRequest(`A field of type ${field.type} has no options`)
  return field
}

/** The whole request fails if any option does not exist (openapi v2). */
function knownOptions(field: Field, body: Json | undefined): Json[] {
  const ids = optionIds(body)
  for (const id of ids) found(field.options?.find((option) => option.id === id))
  return ids
}

type Handle = (entity: FieldEntity) => Route['handle']

const addField: Handle =
  (entity) =>
  ({ company, body }) => {
    const { name, type, labels, description } = newField(body)
    const field = company.fields.add(entity, name, type, labels)
    return one(fieldV2(found(company.fields.edit(entity, field.code, { description }))))
  }

const editField: Handle = (entity) => (request) => {
  const { code } = ownField(entity, request)
  return one(fieldV2(found(request.company.fields.edit(entity, code, fieldEdit(request.body)))))
}

const removeField: Handle = (entity) => (request) => {
  const { code } = ownField(entity, request)
  return one(fieldV2(found(request.company.fields.remove(entity, code))))
}

const addOptions: Handle = (entity) => (request) => {
  const { code } = fieldWithOptions(entity, request)
  return some(found(request.company.fields.addOptions(entity, code, optionLabels(request.body))))
}

const renameOptions: Handle = (entity) => (request) => {
  const field = fieldWithOptions(entity, request)
  const labels = optionLabels(request.body)
  const { fields } = request.company
  return some(
    knownOptions(field, request.body).map((id, i) =>
      found(fields.renameOption(entity, field.code, id, labels[i] ?? '')),
    ),
  )
}

const removeOptions: Handle = (entity) => (request) => {
  const field = fieldWithOptions(entity, request)
  const { fields } = request.company
  return some(
    knownOptions(field, request.body).map((id) => found(fields.removeOption(entity, field.code, id))),
  )
}

export function fieldRoutes(path: string, entity: FieldEntity): Route[] {
  const at = (method: Route['method'], tail: string, cost: number, handle: Route['handle']): Route => ({
    method,
    version: 'v2',
    path: `/${path}${tail}`,
    cost,
    handle,
  })
  const byCode = '/:code'
  const read = [
    at('GET', '', 10, listFields(entity)),
    at('GET', byCode, 1, (request) =>
      one(shown(found(request.company.catalog.find(entity, codeOf(request))), request)),
    ),
  ]
  if (entity === 'activities') return read
  return [
    ...read,
    at('POST', '', 5, addField(entity)),
    at('PATCH', byCode, 5, editField(entity)),
    at('DELETE', byCode, 3, removeField(entity)),
    at('POST', '/:code/options', 5, addOptions(entity)),
    at('PATCH', '/:code/options', 5, renameOptions(entity)),
    at('DELETE', '/:code/options', 3, removeOptions(entity)),
  ]
}
