import { childrenOf } from '../company/child-index.ts'
import { DELETED, type Collection } from '../company/collection.ts'
import { isDeleted } from '../company/entities.ts'
import { badRequest, json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Id, Json, Row } from '../json.ts'
import { choiceOf, moreOf, relatedTo } from './child-answers.ts'
import { childResources, type ChildResource } from './child-resources.ts'
import { cursorPage, orderOf, type Order } from './cursor-page.ts'
import { pageEndOf } from './page-token.ts'
import { list, typed } from './parameters.ts'
import { indexOfSome } from './selection.ts'
import { offsetPage, pagination } from './v1-list.ts'

const missing = {
  leads: refusals.leadNotFound,
  users: refusals.userNotFound,
} as const

function isThere({ of }: ChildResource, { company }: ApiRequest, id: Json): id is Id {
  if (typeof id !== 'number' && typeof id !== 'string') return false
  const held = company.collections[of]
  const slot = held.slotOf(id)
  return slot !== undefined && !isDeleted(held.coreAt(slot))
}

function askedIds({ parameter }: ChildResource, { query, params }: ApiRequest): readonly Json[] {
  if (!parameter) return [typed(params['id'] ?? '')]
  const { name, most } = parameter
  const texts = list(query, name)
  if (texts.length === 0) throw badRequest(`Parameter '${name}' is required`)
  if (texts.length > most) throw badRequest(`Parameter '${name}' must contain at most ${most} items`)
  if (!texts.every((text) => /^\d+$/.test(text))) throw badRequest(`Parameter '${name}' is not valid`)
  return [...new Set(texts.map(Number))]
}

/** The records that were asked for and are there; one that is not is refused, or left out of several. */
function parentsOf(resource: ChildResource, request: ApiRequest): readonly Id[] {
  const asked = askedIds(resource, request)
  const found = asked.filter((id) => isThere(resource, request, id))
  if (found.length < asked.length && resource.parameter?.unknown !== 'left-out')
    throw new Refusal((resource.of in missing ? missing[resource.of as 'leads'] : refusals.notFound)())
  return found
}

function slotsOf(resource: ChildResource, request: ApiRequest, held: Collection, parents: readonly Id[]) {
  const { entity, of } = resource
  const isChosen = choiceOf(entity, request)
  return parents
    .flatMap((id) => childrenOf(request.company.collections, entity, { entity: of, id }))
    .map((id) => held.slotOf(id) as number)
    .filter((slot) => request.switches.deletedInLists || !(held.headAt(slot).flags & DELETED))
    .filter((slot) => isChosen(held.coreAt(slot)))
}

function ordered({ sorts, newestBy }: ChildResource, request: ApiRequest): Order {
  if (sorts) return orderOf(sorts, request)
  const field = newestBy ?? 'id'
  const end = pageEndOf(request.query, request.switches, (read) => read.field === field)
  return { field, direction: newestBy === undefined ? 'asc' : 'desc', end }
}

interface Page {
  readonly slots: readonly number[]
  readonly beside: Row
}

function pageOf(
  resource: ChildResource,
  request: ApiRequest,
  held: Collection,
  slots: readonly number[],
): Page {
  const { paging, unpagedWhen, version } = resource
  const order = ordered(resource, request)
  const index = indexOfSome(held, slots, order.field)
  if (paging === 'cursor' && unpagedWhen?.(request.switches) !== true) {
    const page = cursorPage(held, index, order, request, () => true)
    return { slots: page.slots, beside: { additional_data: { next_cursor: page.next } } }
  }
  const inOrder = order.direction === 'asc' ? index.slots : index.slots.toReversed()
  if (paging !== 'offset') return { slots: inOrder, beside: version === 'v1' ? whole(resource) : {} }
  const { start, limit } = offsetPage(request.query, 500, request.switches)
  const more = inOrder.length > start + limit
  return {
    slots: inOrder.slice(start, start + limit),
    beside: { additional_data: { pagination: pagination(start, limit, more) } },
  }
}

/** A list of rows says that it is whole, one of bare ids does not (openapi v1, examples). */
const whole = ({ only }: ChildResource): Row =>
  only === undefined ? { additional_data: { pagination: pagination(0, 100, false) } } : {}

function answerOf(resource: ChildResource, row: Row): Json {
  if (resource.only !== undefined) return row[resource.only] ?? null
  return Object.fromEntries(Object.entries(row).filter(([key]) => !resource.hidden.includes(key)))
}

function listHandler(resource: ChildResource) {
  return (request: ApiRequest): Answer => {
    const { company, switches } = request
    const { entity, version } = resource
    const held = company.collections[entity]
    const parents = parentsOf(resource, request)
    const { slots, beside } = pageOf(resource, request, held, slotsOf(resource, request, held, parents))
    const rows = slots.map((slot) => ({
      ...held.rowAt(slot),
      ...moreOf(entity, held.coreAt(slot), request, parents[0] as Id),
    }))
    const isNull = rows.length === 0 && version === 'v1' && switches.emptyV1List === 'null'
    return json(200, {
      success: true,
      data: isNull ? null : rows.map((row) => answerOf(resource, row)),
      ...beside,
      ...relatedTo(entity, slots.map(held.coreAt), company.collections),
    })
  }
}

export const childRoutes: readonly Route[] = childResources.map((resource) => ({
  method: 'GET',
  version: resource.version,
  path: resource.path,
  cost: resource.cost,
  feature: resource.feature,
  handle: listHandler(resource),
}))
