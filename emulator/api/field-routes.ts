import { fieldV2, type Field, type FieldEntity, type FieldOption } from '../company/catalog.ts'
import type { Json, Row } from '../json.ts'
import { badRequest, json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import { fieldBody, optionsBody } from './field-bodies.ts'
import { decodePageToken, encodePageToken } from './page-token.ts'
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
const some = (value: Json): Answer => json(200, { success: true, data: value, additional_data: null })
const optionRows = (options: readonly FieldOption[]): Json => options.map((option) => ({ ...option }))

function shown(field: Field, request: ApiRequest): Row {
  const row = fieldV2(field)
  for (const name of list(request.query, 'include_fields')) {
    const extra = visibility[name]
    if (extra === undefined) throw badRequest(`Parameter 'include_fields' does not allow '${name}'`)
    row[name] = extra
  }
  return row
}

/** The Fields lists have no documented order; here it is the order of creation. */
function listFields(entity: FieldEntity) {
  return (request: ApiRequest): Answer => {
    const fields = request.company.catalog.all(entity)
    const token = request.query.get('cursor')
    const end = token === null ? undefined : decodePageToken(token)
    if (token !== null && !end) throw badRequest("Parameter 'cursor' is not valid")
    const start = end ? fields.findIndex((field) => field.code === end.id) + 1 : 0
    const limit = limitOf(request.query, 500, request.switches)
    const page = fields.slice(start, start + limit)
    const last = page.at(-1)
    const more = start + limit < fields.length && last !== undefined
    const next = more
      ? encodePageToken({ field: 'field_code', fieldValue: last.code, sortDirection: 'asc', id: last.code })
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

function editOptions(
  entity: FieldEntity,
  edit: (request: ApiRequest, code: string, id: Json, label: string) => FieldOption | undefined,
) {
  return (request: ApiRequest): Answer => {
    const field = found(request.company.catalog.find(entity, codeOf(request)))
    const wanted = optionsBody(request.body)
    // The whole request fails if any option does not exist (openapi v2).
    for (const { id } of wanted) found(field.options?.find((option) => option.id === id))
    return some(
      optionRows(wanted.map(({ id, label }) => found(edit(request, field.code, id ?? null, label ?? '')))),
    )
  }
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
    at('POST', '', 5, ({ company, body }) => {
      const { name, type, labels } = fieldBody(body)
      return one(fieldV2(company.fields.add(entity, name, type, labels)))
    }),
    at('PATCH', byCode, 5, (request) => {
      const field = found(request.company.catalog.find(entity, codeOf(request)))
      const name = (request.body as Row | undefined)?.['field_name']
      const renamed =
        typeof name === 'string' ? request.company.fields.rename(entity, field.code, name) : field
      return one(fieldV2(found(renamed)))
    }),
    at('DELETE', byCode, 3, (request) =>
      one(fieldV2(found(request.company.fields.remove(entity, codeOf(request))))),
    ),
    at('POST', '/:code/options', 5, (request) => {
      const labels = optionsBody(request.body).map((option) => option.label ?? '')
      return some(optionRows(found(request.company.fields.addOptions(entity, codeOf(request), labels))))
    }),
    at(
      'PATCH',
      '/:code/options',
      5,
      editOptions(entity, ({ company }, code, id, label) =>
        company.fields.renameOption(entity, code, id, label),
      ),
    ),
    at(
      'DELETE',
      '/:code/options',
      3,
      editOptions(entity, ({ company }, code, id) => company.fields.removeOption(entity, code, id)),
    ),
  ]
}
