import { ARCHIVED, DELETED, type Collection } from '../company/collection.ts'
import { entities, type EntityName } from '../company/entities.ts'
import type { Json, Row } from '../json.ts'
import { badRequest, json, Refusal, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Switches } from '../switches.ts'
import { DAY } from '../time.ts'
import { pageBody } from './envelope.ts'
import { datetimeV1, integer, limitOf, typed, type Query } from './parameters.ts'
import { indexBy, sortedBy, walk } from './selection.ts'
import { v1Shape } from './v1-shapes.ts'

/** One v1 offset list (openapi v1). */
export interface V1Resource {
  readonly path: string
  readonly entity: EntityName
  readonly cost: number
  readonly mostRows: number
  /** None when the list documents no sorting. */
  readonly sorts: readonly string[]
  readonly filters: readonly string[]
  readonly updatedSince: boolean
  /** Query parameters that take 0 or 1. */
  readonly flags?: readonly string[]
  /** Takes `start_date` and `end_date`, both inclusive. */
  readonly addedBetween?: boolean
  /** Takes `filter_id`, which is not emulated: better refused than ignored. */
  readonly filterId?: true
  readonly partition?: 'archived' | 'not-archived'
  /** Deleted records are listed, marked by their own flag. */
  readonly deletedListed: (switches: Switches) => boolean
  readonly missing: () => Answer
  /** Users come without paging, with the company instead (recorded 2026-05-15). */
  readonly unpaged?: Json
  readonly byId: boolean
}

type Passes = (slot: number) => boolean

function passing(resource: V1Resource, held: Collection, { query, switches }: ApiRequest): Passes {
  const since = resource.updatedSince ? (datetimeV1(query, 'updated_since') ?? -Infinity) : -Infinity
  const wanted = resource.filters.flatMap((key): [string, Json][] => {
    const text = query.get(key)
    return text === null ? [] : [[key, typed(text)]]
  })
  for (const key of resource.flags ?? []) {
    const text = query.get(key)
    if (text !== null) wanted.push([key, text === '1'])
  }
  const [from, to] = resource.addedBetween ? dates(query) : [-Infinity, Infinity]
  const archived = resource.partition === 'archived' ? ARCHIVED : 0
  const deletedToo = resource.deletedListed(switches)
  return (slot) => {
    const { added, flags, updated } = held.headAt(slot)
    if (added < from || added >= to) return false
    if (resource.partition && (flags & ARCHIVED) !== archived) return false
    if ((flags & DELETED && !deletedToo) || (since > -Infinity && !(updated >= since))) return false
    if (wanted.length === 0) return true
    const row = held.coreAt(slot)
    return wanted.every(([key, value]) => row[key] === value)
  }
}

function dates(query: Query): [number, number] {
  const end = datetimeV1(query, 'end_date')
  return [datetimeV1(query, 'start_date') ?? -Infinity, end === undefined ? Infinity : end + DAY]
}

interface SortKey {
  readonly field: string
  readonly direction: 'asc' | 'desc'
}

/** `sort=update_time DESC, id ASC`. A list that documents no sorting ignores the parameter, as v1 does unknown ones. */
function orderOf({ sorts }: V1Resource, query: Query): readonly SortKey[] {
  const asked = sorts.length === 0 ? null : query.get('sort')
  return (asked ?? 'id ASC').split(',').map((part): SortKey => {
    const [field = '', direction = 'ASC'] = part.trim().split(/\s+/)
    if (asked !== null && !sorts.includes(field)) throw badRequest(`Cannot sort by ${field}`)
    return { field, direction: direction.toUpperCase() === 'DESC' ? 'desc' : 'asc' }
  })
}

/** A sort by one key, as every sync does, reads an index; one by several sorts the list. */
function slotsInOrder(
  held: Collection,
  keys: readonly SortKey[],
): { slots: readonly number[]; from: 'asc' | 'desc' } {
  const [first, ...others] = keys
  if (!first) return { slots: [], from: 'asc' }
  const { slots } = indexBy(held, first.field)
  if (others.length === 0) return { slots, from: first.direction }
  return { slots: sortedBy(held, slots, keys), from: 'asc' }
}

export function offsetPage(query: Query, most: number, switches: Switches): { start: number; limit: number } {
  return { start: Math.max(0, integer(query, 'start') ?? 0), limit: limitOf(query, most, switches) }
}

/** Only a page with a successor has `next_start` (openapi v1; recorded 2026-05-15). */
export function pagination(start: number, limit: number, more: boolean): Row {
  return {
    start,
    limit,
    more_items_in_collection: more,
    ...(more ? { next_start: start + limit } : {}),
  }
}

export function emptyList(switches: Switches, additional?: Json): Answer {
  return json(200, {
    success: true,
    data: switches.emptyV1List === 'null' ? null : [],
    ...(additional === undefined ? {} : { additional_data: additional }),
  })
}

function listHandler(resource: V1Resource) {
  return (request: ApiRequest): Answer => {
    const { company, query, switches } = request
    const held = company.collections[resource.entity]
    if (query.has('filter_id') && resource.filterId)
      throw badRequest("Parameter 'filter_id' is not served by the emulator")
    const { slots, from } = slotsInOrder(held, orderOf(resource, query))
    const { start, limit } =
      resource.unpaged === undefined
        ? offsetPage(query, resource.mostRows, switches)
        : { start: 0, limit: Infinity }
    const at = from === 'asc' ? 0 : slots.length - 1
    const found = walk({ slots }, at, from, start + limit + 1, passing(resource, held, request))
    const more = found.length > start + limit
    const additional = resource.unpaged ?? { pagination: pagination(start, limit, more) }
    const page = found.slice(start, start + limit)
    if (page.length === 0) return emptyList(switches, additional)
    return { status: 200, body: pageBody(recordsOf(resource, request, page), additional) }
  }
}

function recordsOf(
  { entity }: V1Resource,
  { company, switches }: ApiRequest,
  page: readonly number[],
): Buffer[] {
  const held = company.collections[entity]
  if (entities[entity].times === 'v2') {
    const rows = page.map((slot) => v1Shape(company, entity, held.rowAt(slot)))
    return [Buffer.from(rows.map((row) => JSON.stringify(row)).join())]
  }
  if (entities[entity].namesOthers) return [Buffer.from(page.map(held.textAt).join())]
  return held.fragments(`v1 ${switches.deletedOption}`).pieces(page, held.textAt)
}

function oneHandler(resource: V1Resource) {
  return ({ company, params }: ApiRequest): Answer => {
    const id = typed(params['id'] ?? '')
    const held = company.collections[resource.entity]
    const slot = typeof id === 'number' || typeof id === 'string' ? held.slotOf(id) : undefined
    if (slot === undefined) throw new Refusal(resource.missing())
    const additional = resource.unpaged === undefined ? {} : { additional_data: resource.unpaged }
    return json(200, {
      success: true,
      data: v1Shape(company, resource.entity, held.rowAt(slot)),
      ...additional,
    })
  }
}

export function v1Routes(resource: V1Resource): Route[] {
  const common = { method: 'GET', version: 'v1' } as const
  const lists: Route = {
    ...common,
    feature: resource.entity,
    path: `/${resource.path}`,
    cost: resource.cost,
    handle: listHandler(resource),
  }
  const one: Route = {
    ...common,
    path: `/${resource.path}/:id`,
    cost: 2,
    feature: resource.entity,
    handle: oneHandler(resource),
  }
  return resource.byId ? [lists, one] : [lists]
}
