import type { ChildName } from '../company/children.ts'
import { seenFrom } from '../company/child-shapes.ts'
import { mention, type Mentioned } from '../company/mentions.ts'
import type { Collections } from '../company/shapes.ts'
import type { ApiRequest } from '../http/router.ts'
import { isRow, type Id, type Json, type Row } from '../json.ts'
import { participantPerson } from './participant-person.ts'
import { list } from './parameters.ts'

/** What a row says beside what the company lists of it, by the row as held and the parent that was asked for. */
type More = (held: Row, request: ApiRequest, parent: Id) => Row

const more: Readonly<Partial<Record<ChildName, More>>> = {
  deal_participants: (held, request) => ({ person: participantPerson(request, held['person_id']) }),
  organization_relationships: (held, { company }, parent) => seenFrom(parent, held, company.collections),
}

export const moreOf = (entity: ChildName, ...asked: Parameters<More>): Row => more[entity]?.(...asked) ?? {}

type Passes = (row: Row) => boolean

function isCustom({ data }: Row): boolean {
  const key = isRow(data) ? data['field_key'] : undefined
  return typeof key === 'string' && /^[0-9a-f]{40}$/.test(key)
}

/** Changes of the company's own fields only when asked for; `items` names what is wanted (openapi v1, deals flow). */
function flowPasses({ query }: ApiRequest): Passes {
  const [all, wanted] = [query.get('all_changes') === '1', list(query, 'items')]
  return (row) =>
    (all || !isCustom(row)) && (wanted.length === 0 || wanted.some((item) => item === row['object']))
}

/** Which children of an asked parent a request wants, by their rows as held; all of them where there is no choice. */
export const choiceOf = (entity: ChildName, request: ApiRequest): Passes =>
  entity === 'deal_flow' ? flowPasses(request) : () => true

type Ids = Readonly<Partial<Record<Mentioned, readonly (Json | undefined)[]>>>

function heldBy(all: Collections, name: Mentioned, id: Json | undefined): Row {
  const slot = typeof id === 'number' ? all[name].slotOf(id) : undefined
  return slot === undefined ? {} : all[name].coreAt(slot)
}

const related: Readonly<Partial<Record<ChildName, (held: Row, all: Collections) => Ids>>> = {
  deal_participants(held, all) {
    const person = heldBy(all, 'persons', held['person_id'])
    return {
      users: [held['added_by_user_id'], person['owner_id']],
      persons: [held['person_id']],
      organizations: [person['org_id']],
    }
  },
  deal_flow({ deal_id: id, data }, all) {
    const deal = heldBy(all, 'deals', id)
    return {
      users: [isRow(data) ? data['user_id'] : null, deal['owner_id']],
      persons: [deal['person_id']],
      organizations: [deal['org_id']],
      deals: [id],
    }
  },
  organization_relationships: (held) => ({ organizations: [held['org_id'], held['rel_linked_org_id']] }),
}

const oldNames: Readonly<Record<Mentioned, string>> = {
  users: 'user',
  persons: 'person',
  organizations: 'organization',
  deals: 'deal',
}

/** `related_objects`: the records that the rows name, by kind and id (openapi v1). */
export function relatedTo(entity: ChildName, rows: readonly Row[], all: Collections): Row {
  const idsOf = related[entity]
  if (!idsOf) return {}
  const objects: Record<string, Row> = {}
  const named = rows.flatMap((row) => Object.entries(idsOf(row, all)) as [Mentioned, Ids[Mentioned]][])
  for (const [name, ids] of named)
    for (const id of ids ?? []) {
      const object = mention(all, name, id)
      if (object) (objects[oldNames[name]] ??= {})[JSON.stringify(id)] = object
    }
  return { related_objects: objects }
}
