import type { Json, Row } from '../json.ts'
import { COMPANY_ID } from '../seed/world.ts'
import { isDeleted, type EntityName } from './entities.ts'
import type { Collections } from './shapes.ts'
import { tallyOf } from './tally.ts'

type Mention = (row: Row, all: Collections) => Row

const flatAddress = (value: Json | undefined): Json =>
  typeof value === 'object' && value !== null && 'value' in value ? (value.value ?? null) : null

/** How v1 answers write the records that they name beside their own (openapi v1, related_objects). */
const mentions = {
  users: (row) => ({
    id: row['id'] ?? null,
    name: row['name'] ?? null,
    email: row['email'] ?? null,
    has_pic: 0,
    pic_hash: null,
    active_flag: !isDeleted(row),
  }),
  persons: (row) => ({
    id: row['id'] ?? null,
    active_flag: !isDeleted(row),
    name: row['name'] ?? null,
    email: row['emails'] ?? [],
    phone: row['phones'] ?? [],
    owner_id: row['owner_id'] ?? null,
  }),
  organizations: (row, all) => ({
    id: row['id'] ?? null,
    name: row['name'] ?? null,
    people_count: tallyOf(all.persons, 'persons', { key: 'org_id', what: 'all' }, row['id'] ?? null),
    owner_id: row['owner_id'] ?? null,
    address: flatAddress(row['address']),
    active_flag: !isDeleted(row),
    cc_email: 'pohjala@pipedrivemail.com',
  }),
  deals: (row) => ({
    id: row['id'] ?? null,
    title: row['title'] ?? null,
    status: row['status'] ?? null,
    value: row['value'] ?? null,
    currency: row['currency'] ?? null,
    stage_id: row['stage_id'] ?? null,
    pipeline_id: row['pipeline_id'] ?? null,
  }),
} satisfies Readonly<Partial<Record<EntityName, Mention>>>

export type Mentioned = keyof typeof mentions

/** Null when the record is gone. */
export function mention(all: Collections, name: Mentioned, id: Json | undefined): Row | null {
  const slot = typeof id === 'number' ? all[name].slotOf(id) : undefined
  return slot === undefined ? null : mentions[name](all[name].coreAt(slot), all)
}

/** As it stands in the place of an id: with the id as its `value`. */
export function mentionAsValue(all: Collections, name: Mentioned, id: Json | undefined): Row | null {
  const row = mention(all, name, id)
  if (!row) return null
  const { id: value = null, ...rest } = row
  if (name === 'users') return { ...row, value }
  return { ...rest, ...(name === 'persons' ? { company_id: COMPANY_ID } : {}), value }
}
