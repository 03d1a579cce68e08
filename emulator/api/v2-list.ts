import { ARCHIVED, DELETED, type Collection } from '../company/collection.ts'
import type { Json } from '../json.ts'
import { badRequest, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import { cursorPage, orderOf } from './cursor-page.ts'
import { pageBody } from './envelope.ts'
import { datetime, integer, list, typed, type Query } from './parameters.ts'
import { indexBy, type Times } from './selection.ts'
import type { V2Resource } from './v2-resources.ts'
import { viewOf } from './v2-view.ts'

const MOST_IDS = 100

type Passes = (slot: number) => boolean

/** These lists are documented without a window, and refuse one (seen live). */
function refuseUnknownWindows(resource: V2Resource, query: Query): void {
  for (const name of ['updated_since', 'updated_until'] as const) {
    if (query.has(name) && !resource.windows.includes(name)) {
      throw badRequest(`Parameter '${name}' is not allowed`)
    }
  }
}

/** Documented, and not emulated: better refused than ignored. */
function refuseUnserved(query: Query): void {
  if (query.has('filter_id')) throw badRequest("Parameter 'filter_id' is not served by the emulator")
  if (query.get('include_labels') === 'true')
    throw badRequest("Parameter 'include_labels' is not served by the emulator")
}

function timesOf(query: Query): Times {
  return {
    since: datetime(query, 'updated_since') ?? -Infinity,
    until: datetime(query, 'updated_until') ?? Infinity,
  }
}

function inWindow(held: Collection, { since, until }: Times): Passes {
  if (since === -Infinity && until === Infinity) return () => true
  return (slot) => held.headAt(slot).updated >= since && held.headAt(slot).updated < until
}

function inPartition(resource: V2Resource, held: Collection): Passes {
  if (!resource.partition) return () => true
  const wanted = resource.partition === 'archived' ? ARCHIVED : 0
  return (slot) => (held.headAt(slot).flags & ARCHIVED) === wanted
}

function isVisible(resource: V2Resource, { query, switches }: ApiRequest, held: Collection): Passes {
  const isDeleted = (slot: number): boolean => (held.headAt(slot).flags & DELETED) !== 0
  const live = resource.statuses
  if (!live) return (slot) => switches.deletedInLists || !isDeleted(slot)
  const asked = list(query, 'status')
  if (asked.some((one) => one !== 'deleted' && !live.includes(one)))
    throw badRequest("Parameter 'status' is not valid")
  const wanted = new Set(asked.length > 0 ? asked : live)
  const anyLive = live.every((one) => wanted.has(one))
  return (slot) =>
    isDeleted(slot) ? wanted.has('deleted') : anyLive || wanted.has(held.coreAt(slot)['status'] as string)
}

const isOrHolds = (held: Json, value: Json): boolean =>
  Array.isArray(held) ? (held as readonly Json[]).includes(value) : held === value

function matchesFilters(resource: V2Resource, held: Collection, query: Query): Passes {
  const wanted = Object.entries(resource.filters).flatMap(([name, key]): [string, Json][] => {
    const text = query.get(name)
    return text === null ? [] : [[key, text === 'null' ? null : typed(text)]]
  })
  if (wanted.length === 0) return () => true
  return (slot) => {
    const row = held.coreAt(slot)
    return wanted.every(([key, value]) => isOrHolds(row[key] ?? null, value))
  }
}

/** The persons of a deal (openapi v2, persons `deal_id`). */
function isOfDeal(resource: V2Resource, { company, query }: ApiRequest, held: Collection): Passes {
  const deal = resource.byDeal ? integer(query, 'deal_id') : undefined
  if (deal === undefined) return () => true
  const slot = company.collections.deals.slotOf(deal)
  const person = slot === undefined ? null : company.collections.deals.coreAt(slot)['person_id']
  return (each) => held.idAt(each) === person
}

function hasAskedId(resource: V2Resource, held: Collection, query: Query): Passes {
  const ids = resource.ids ? list(query, 'ids') : []
  if (ids.length === 0) return () => true
  if (ids.length > MOST_IDS) throw badRequest(`Parameter 'ids' must contain at most ${MOST_IDS} items`)
  const wanted = new Set(ids.map(typed))
  return (slot) => wanted.has(held.idAt(slot))
}

function listHandler(resource: V2Resource) {
  return (request: ApiRequest): Answer => {
    const { query, company } = request
    const held = company.collections[resource.entity]
    refuseUnknownWindows(resource, query)
    refuseUnserved(query)
    const times = timesOf(query)
    const tests = [
      inPartition(resource, held),
      inWindow(held, times),
      isVisible(resource, request, held),
      hasAskedId(resource, held, query),
      isOfDeal(resource, request, held),
      matchesFilters(resource, held, query),
    ]
    const order = orderOf(resource.sorts, request)
    const view = viewOf(resource, request)
    const passes = (slot: number): boolean => tests.every((test) => test(slot))
    const index = indexBy(held, order.field)
    const { slots, next } = cursorPage(held, index, order, request, passes, times)
    const records = held.fragments(view.name).pieces(slots, view.textAt)
    return { status: 200, body: pageBody(records, { next_cursor: next }) }
  }
}

function oneHandler(resource: V2Resource) {
  return (request: ApiRequest): Answer => {
    const { company, params, query, switches } = request
    refuseUnserved(query)
    const id = integer(new URLSearchParams(params), 'id') ?? NaN
    const held = company.collections[resource.entity]
    const slot = held.slotOf(id)
    const hidden =
      slot !== undefined && switches.deletedById === 'not-found' && (held.headAt(slot).flags & DELETED) !== 0
    if (slot === undefined || hidden) throw new Refusal(refusals.notFound())
    return { status: 200, body: `{"success":true,"data":${viewOf(resource, request).textAt(slot)}}` }
  }
}

export function v2Routes(resource: V2Resource): Route[] {
  const common = { method: 'GET', version: 'v2' } as const
  const lists: Route = {
    ...common,
    path: `/${resource.path}`,
    cost: resource.cost,
    handle: listHandler(resource),
  }
  const one: Route = { ...common, path: `/${resource.path}/:id`, cost: 1, handle: oneHandler(resource) }
  return resource.byId ? [lists, one] : [lists]
}
