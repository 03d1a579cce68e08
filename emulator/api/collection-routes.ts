import { ARCHIVED, DELETED, type Collection } from '../company/collection.ts'
import { badRequest, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Row } from '../json.ts'
import type { Switches } from '../switches.ts'
import { SECOND } from '../time.ts'
import { pageBody } from './envelope.ts'
import { encodePageToken, pageEndOf } from './page-token.ts'
import { datetimeV1, limitOf, typed, type Query } from './parameters.ts'
import { startOf, walk } from './selection.ts'
import { collections, collectionShape, type CollectionName } from './collection-shapes.ts'

/** Whether a record has what a parameter asks for. */
type Filter = (row: Row, asked: string) => boolean

const is =
  (key: string): Filter =>
  (row, asked) =>
    row[key] === typed(asked)

const startsWith: Filter = ({ name }, asked) =>
  typeof name === 'string' && name.toLowerCase().startsWith(asked.toLowerCase())

const isDone: Filter = ({ done }, asked) => done === (asked === 'true' || asked === '1')

const contacts = { owner_id: is('owner_id'), first_char: startsWith }

/** By parameter (openapi v1, 2026-01); `status` of deals is told apart from these, for it finds deleted ones. */
const filters: Readonly<Record<CollectionName, Readonly<Record<string, Filter>>>> = {
  deals: { user_id: is('owner_id'), stage_id: is('stage_id') },
  persons: contacts,
  organizations: contacts,
  activities: {
    user_id: is('owner_id'),
    done: isDone,
    type: ({ type }, asked) => typeof type === 'string' && asked.split(',').includes(type),
  },
}

type Passes = (slot: number) => boolean

function isInWindow(held: Collection, query: Query, switches: Switches): Passes {
  const later = switches.collectionSince === 'after' ? SECOND : 0
  const since = (datetimeV1(query, 'since') ?? -Infinity) + later
  const until = datetimeV1(query, 'until') ?? Infinity
  if (since === -Infinity && until === Infinity) return () => true
  return (slot) => held.headAt(slot).updated >= since && held.headAt(slot).updated < until
}

/** Archived deals are shown, or not. */
function isShown(held: Collection, { archivedInCollection }: Switches): Passes {
  return (slot) => archivedInCollection || (held.headAt(slot).flags & ARCHIVED) === 0
}

function hasStatus(
  entity: CollectionName,
  held: Collection,
  query: Query,
  { deletedInLists }: Switches,
): Passes {
  const status = entity === 'deals' ? query.get('status') : null
  if (status !== null && !['open', 'won', 'lost', 'deleted'].includes(status))
    throw badRequest('status is not valid')
  const wantsDeleted = status === 'deleted'
  const isWanted = (slot: number): boolean =>
    status === null || wantsDeleted || held.coreAt(slot)['status'] === status
  if (entity !== 'deals' && deletedInLists) return () => true
  return (slot) => ((held.headAt(slot).flags & DELETED) !== 0) === wantsDeleted && isWanted(slot)
}

function isAskedFor(entity: CollectionName, held: Collection, query: Query): Passes {
  const asked = Object.entries(filters[entity]).flatMap(([name, filter]): [Filter, string][] => {
    const text = query.get(name)
    return text === null ? [] : [[filter, text]]
  })
  if (asked.length === 0) return () => true
  return (slot) => asked.every(([filter, text]) => filter(held.coreAt(slot), text))
}

/** `/v1/{name}/collection`: out of support since 2026-08-01, for global admins only (openapi v1, 2026-01). */
function collectionPage(entity: CollectionName) {
  return ({ company, query, switches }: ApiRequest): Answer => {
    if (!switches.admin) throw new Refusal(refusals.forbidden())
    const held = company.collections[entity]
    const tests = [
      isShown(held, switches),
      hasStatus(entity, held, query, switches),
      isInWindow(held, query, switches),
      isAskedFor(entity, held, query),
    ]
    const limit = limitOf(query, 500, switches)
    const end = pageEndOf(query, switches, ({ field }) => field === 'id')
    const index = held.index('id')
    const found = walk(index, startOf(index, 'asc', end), 'asc', limit + 1, (slot) =>
      tests.every((test) => test(slot)),
    )
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const id = last === undefined ? 0 : held.idAt(last)
    const next =
      found.length > limit ? encodePageToken({ field: 'id', fieldValue: id, sortDirection: 'asc', id }) : null
    const rowAt = (slot: number): Row => collectionShape(company, switches, entity, held.rowAt(slot))
    const records = [Buffer.from(page.map((slot) => JSON.stringify(rowAt(slot))).join())]
    return { status: 200, body: pageBody(records, { next_cursor: next }) }
  }
}

export const collectionRoutes: readonly Route[] = collections.map((entity) => ({
  method: 'GET',
  version: 'v1',
  path: `/${entity}/collection`,
  cost: 10,
  handle: collectionPage(entity),
}))
