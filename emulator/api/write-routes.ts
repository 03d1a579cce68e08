import { blanks } from '../company/blanks.ts'
import { entities, isDeleted, type EntityName } from '../company/entities.ts'
import { badRequest, json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Method, Route } from '../http/router.ts'
import { isRow, type Id, type Json, type Row } from '../json.ts'
import { customFromV1 } from './custom-input.ts'
import { typed } from './parameters.ts'
import { v1Shape } from './v1-shapes.ts'

interface Writes {
  readonly entity: EntityName
  readonly version: 'v1' | 'v2'
  readonly required: readonly string[]
  readonly create?: { readonly cost: number; readonly status: number }
  readonly update?: { readonly cost: number; readonly method: Method }
  readonly remove?: { readonly cost: number }
}

const v2 = {
  version: 'v2',
  create: { cost: 5, status: 200 },
  update: { cost: 5, method: 'PATCH' },
  remove: { cost: 3 },
} as const

/** Methods, costs and statuses of the write operations (openapi v1, v2). */
const writes: readonly Writes[] = [
  { ...v2, entity: 'deals', required: ['title'] },
  { ...v2, entity: 'persons', required: ['name'] },
  { ...v2, entity: 'organizations', required: ['name'] },
  { ...v2, entity: 'activities', required: [] },
  { ...v2, entity: 'products', required: ['name'], create: { cost: 5, status: 201 } },
  { ...v2, entity: 'pipelines', required: ['name'] },
  { ...v2, entity: 'stages', required: ['name', 'pipeline_id'] },
  {
    entity: 'leads',
    version: 'v1',
    required: ['title'],
    create: { cost: 10, status: 201 },
    update: { cost: 10, method: 'PATCH' },
    remove: { cost: 6 },
  },
  {
    entity: 'notes',
    version: 'v1',
    required: ['content'],
    create: { cost: 10, status: 200 },
    update: { cost: 10, method: 'PUT' },
    remove: { cost: 6 },
  },
  { entity: 'files', version: 'v1', required: [], update: { cost: 10, method: 'PUT' }, remove: { cost: 6 } },
  { entity: 'users', version: 'v1', required: [], update: { cost: 10, method: 'PUT' } },
]

/** Set by Pipedrive alone. */
const readOnly = new Set(['id', 'add_time', 'update_time', 'is_deleted', 'custom_fields'])

function patchOf(entity: EntityName, { body, company }: ApiRequest): Row {
  if (!isRow(body)) throw badRequest('The body must be an object')
  const known = Object.entries(body).filter(([key]) => key in blanks[entity] && !readOnly.has(key))
  const fields = entities[entity].fields
  if (!fields) return Object.fromEntries(known)
  const custom =
    entity === 'leads' ? customFromV1(company.catalog.custom(fields), body) : (body['custom_fields'] ?? {})
  const unknown = isRow(custom)
    ? Object.keys(custom).find((code) => !company.catalog.find(fields, code))
    : undefined
  if (unknown !== undefined) throw badRequest(`Unknown custom field ${unknown}`)
  return { ...Object.fromEntries(known), custom_fields: custom }
}

const missing = (entity: EntityName): Refusal =>
  new Refusal(
    entity === 'leads'
      ? refusals.leadNotFound()
      : entity === 'users'
        ? refusals.userNotFound()
        : refusals.notFound(),
  )

/** The id in the path, of a record that is there. */
function idOf(entity: EntityName, { company, params }: ApiRequest): { id: Id; row: Row } {
  const id = typed(params['id'] ?? '')
  const row = typeof id === 'number' || typeof id === 'string' ? company[entity].get(id) : undefined
  if (!row || (typeof id !== 'number' && typeof id !== 'string')) throw missing(entity)
  return { id, row }
}

const answered = (status: number, data: Json): Answer => json(status, { success: true, data })

function createOne({ entity, required, create }: Writes) {
  return (request: ApiRequest): Answer => {
    const patch = patchOf(entity, request)
    for (const key of required) {
      if (patch[key] === undefined || patch[key] === '') throw badRequest(`Parameter '${key}' is required`)
    }
    return answered(create?.status ?? 200, request.company[entity].create(patch))
  }
}

/** A deal can be deleted and brought back by an edit (openapi v2, PATCH deals). */
const deletionIs = (entity: EntityName, { body }: ApiRequest, value: boolean): boolean =>
  entity === 'deals' && isRow(body) && body['is_deleted'] === value
const deletes = (entity: EntityName, request: ApiRequest): boolean => deletionIs(entity, request, true)
const restores = (entity: EntityName, request: ApiRequest): boolean => deletionIs(entity, request, false)

/** Archived deals and leads cannot be edited, only unarchived (changelog, archived deals and leads). */
function updateOne({ entity }: Writes) {
  return (request: ApiRequest): Answer => {
    const { id, row } = idOf(entity, request)
    const patch = patchOf(entity, request)
    if (isDeleted(row) && entity !== 'users') {
      if (!restores(entity, request)) throw missing(entity)
      request.company[entity].restore(id)
    }
    if (row['is_archived'] === true && patch['is_archived'] !== false)
      throw badRequest('Archived records are read-only')
    const updated = request.company[entity].update(id, patch)
    if (!deletes(entity, request)) return answered(200, updated)
    request.company[entity].delete(id)
    return answered(200, request.company[entity].get(id) ?? updated)
  }
}

function removeOne({ entity }: Writes) {
  return (request: ApiRequest): Answer => {
    const { id } = idOf(entity, request)
    if (!request.company[entity].delete(id)) throw new Refusal(refusals.alreadyDeleted(id))
    return answered(200, entity === 'notes' ? true : { id })
  }
}

function routesOf(writes: Writes): Route[] {
  const { entity, version, create, update, remove } = writes
  const one = `/${entity}/:id`
  return [
    ...(create
      ? [
          {
            method: 'POST',
            version,
            path: `/${entity}`,
            cost: create.cost,
            handle: createOne(writes),
          } as const,
        ]
      : []),
    ...(update
      ? [{ method: update.method, version, path: one, cost: update.cost, handle: updateOne(writes) } as const]
      : []),
    ...(remove
      ? [{ method: 'DELETE', version, path: one, cost: remove.cost, handle: removeOne(writes) } as const]
      : []),
  ]
}

function mergeInto(entity: 'deals' | 'persons' | 'organizations') {
  return (request: ApiRequest): Answer => {
    const { id } = idOf(entity, request)
    const into = isRow(request.body) ? request.body['merge_with_id'] : undefined
    if (typeof into !== 'number') throw badRequest("Parameter 'merge_with_id' is required")
    if (into === id) throw badRequest("Parameter 'merge_with_id' must be another record")
    if (!request.company[entity].get(into)) throw missing(entity)
    const merged = request.company.merge(entity, id, into)
    return answered(200, { ...v1Shape(request.company, entity, merged), merge_what_id: id })
  }
}

export const writeRoutes: readonly Route[] = [
  ...writes.flatMap(routesOf),
  ...(['deals', 'persons', 'organizations'] as const).map((entity): Route => ({
    method: 'PUT',
    version: 'v1',
    path: `/${entity}/:id/merge`,
    cost: 40,
    handle: mergeInto(entity),
  })),
]
