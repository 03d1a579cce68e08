import { isDeleted, type WorkName } from '../company/entities.ts'
import { badRequest, json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Method, Route } from '../http/router.ts'
import { isRow, type Id, type Json, type Row } from '../json.ts'
import { customIn } from './custom-input.ts'
import { brokenLaw } from './laws.ts'
import { typed } from './parameters.ts'
import type { Readers } from './readers.ts'
import { v1Shape } from './v1-shapes.ts'
import { writable } from './writable.ts'

interface Writes {
  readonly entity: WorkName
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

/** What a body sets, in the form it is held; nothing is stored before all of it was read. */
function patchOf(entity: WorkName, request: ApiRequest, before?: Held): Row {
  const { body, company } = request
  if (!isRow(body)) throw badRequest('The body must be an object')
  const { always, atBirth = {} } = writable[entity]
  const readers: Readers = before ? always : { ...always, ...atBirth }
  const patch: Row = {}
  for (const [key, given] of Object.entries(body)) {
    if (!Object.hasOwn(readers, key)) continue
    const value = readers[key]?.(given, company)
    if (value === undefined) throw badRequest(`Parameter '${key}' is not valid`)
    patch[key] = value
  }
  const refusal = brokenLaw(entity, { before: before?.row, patch, company })
  if (refusal !== undefined) throw badRequest(refusal)
  const custom = customIn(entity, request, before?.custom ?? {})
  return Object.keys(custom).length === 0 ? patch : { ...patch, custom_fields: custom }
}

const missing = (entity: WorkName): Refusal =>
  new Refusal(
    entity === 'leads'
      ? refusals.leadNotFound()
      : entity === 'users'
        ? refusals.userNotFound()
        : refusals.notFound(),
  )

interface Held {
  readonly id: Id
  /** As the API answers it. */
  readonly row: Row
  readonly custom: Row
}

/** The record that the path names. */
function heldBy(entity: WorkName, { company, params }: ApiRequest): Held {
  const id = typed(params['id'] ?? '')
  const held = company.collections[entity]
  const slot = typeof id === 'number' || typeof id === 'string' ? held.slotOf(id) : undefined
  if (slot === undefined) throw missing(entity)
  const custom = held.rawAt(slot)['custom_fields']
  return { id: held.idAt(slot), row: held.rowAt(slot), custom: isRow(custom) ? custom : {} }
}

const answered = (status: number, data: Json): Answer => json(status, { success: true, data })

function createOne({ entity, required, create }: Writes) {
  return (request: ApiRequest): Answer => {
    const { is_deleted: deleted, ...patch } = patchOf(entity, request)
    for (const key of required) {
      if (patch[key] === undefined) throw badRequest(`Parameter '${key}' is required`)
    }
    const made = request.company[entity].create(patch)
    return answered(create?.status ?? 200, deletedWhen(deleted === true, entity, request, made))
  }
}

/** A deal can be deleted and brought back by an edit (openapi v2, PATCH deals). */
function deletedWhen(deleted: boolean, entity: WorkName, { company }: ApiRequest, row: Row): Row {
  const id = row['id'] as Id
  if (!deleted) return row
  company[entity].delete(id)
  return company[entity].get(id) ?? row
}

/** Archived deals and leads cannot be edited, only unarchived (changelog, archived deals and leads). */
function updateOne({ entity }: Writes) {
  return (request: ApiRequest): Answer => {
    const held = heldBy(entity, request)
    const { is_deleted: deleted, ...patch } = patchOf(entity, request, held)
    const gone = isDeleted(held.row) && entity !== 'users'
    if (gone && deleted !== false) throw missing(entity)
    if (held.row['is_archived'] === true && patch['is_archived'] !== false)
      throw badRequest('Archived records are read-only')
    if (gone) request.company[entity].restore(held.id)
    const updated = request.company[entity].update(held.id, patch)
    return answered(200, deletedWhen(deleted === true, entity, request, updated))
  }
}

function removeOne({ entity }: Writes) {
  return (request: ApiRequest): Answer => {
    const { id } = heldBy(entity, request)
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
    const { id, row } = heldBy(entity, request)
    const into = isRow(request.body) ? request.body['merge_with_id'] : undefined
    if (typeof into !== 'number') throw badRequest("Parameter 'merge_with_id' is required")
    if (into === id) throw badRequest("Parameter 'merge_with_id' must be another record")
    const survivor = request.company[entity].get(into)
    if (!survivor || isDeleted(row) || isDeleted(survivor)) throw missing(entity)
    if (row['is_archived'] === true || survivor['is_archived'] === true)
      throw badRequest('Archived records are read-only')
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
