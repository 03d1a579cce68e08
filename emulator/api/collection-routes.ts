import { DELETED } from '../company/collection.ts'
import type { EntityName } from '../company/entities.ts'
import { badRequest, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import { pageBody } from './envelope.ts'
import { decodePageToken, encodePageToken } from './page-token.ts'
import { datetimeV1, limitOf } from './parameters.ts'
import { startOf, walk } from './selection.ts'
import { v1Shape } from './v1-shapes.ts'

/** `/v1/{name}/collection`: out of support since 2026-08-01, for global admins only (openapi v1, 2026-01). */
function collectionPage(entity: EntityName) {
  return ({ company, query, switches }: ApiRequest): Answer => {
    if (!switches.admin) throw new Refusal(refusals.forbidden())
    const held = company.collections[entity]
    const since = datetimeV1(query, 'since') ?? -Infinity
    const until = datetimeV1(query, 'until') ?? Infinity
    const windowed = since > -Infinity || until < Infinity
    const deleted = query.get('status') === 'deleted'
    const limit = limitOf(query, 500, switches)
    const token = query.get('cursor')
    const end = token === null ? undefined : decodePageToken(token)
    if (token !== null && !end) throw badRequest('cursor is not valid')
    const index = held.index('id')
    const found = walk(index, startOf(index, 'asc', end), 'asc', limit + 1, (slot) => {
      const { flags, updated } = held.headAt(slot)
      if (((flags & DELETED) !== 0) !== deleted) return false
      return !windowed || (updated >= since && updated < until)
    })
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const id = last === undefined ? 0 : held.idAt(last)
    const next =
      found.length > limit ? encodePageToken({ field: 'id', fieldValue: id, sortDirection: 'asc', id }) : null
    const textAt = (slot: number): string => JSON.stringify(v1Shape(company, entity, held.rowAt(slot)))
    const records = [Buffer.from(page.map(textAt).join())]
    return { status: 200, body: pageBody(records, { next_cursor: next }) }
  }
}

export const collectionRoutes: readonly Route[] = (
  ['deals', 'persons', 'organizations', 'activities'] as const
).map((entity) => ({
  method: 'GET',
  version: 'v1',
  path: `/${entity}/collection`,
  cost: 10,
  handle: collectionPage(entity),
}))
