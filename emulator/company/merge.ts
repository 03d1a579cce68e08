import { isRow, type Id, type Json, type Row } from '../json.ts'
import type { Switches } from '../switches.ts'
import { entities, isDeleted, NoSuchRecord, type EntityName } from './entities.ts'
import { moveChildren } from './merge-children.ts'
import type { Mergeable, Merges } from './merges.ts'
import type { Collections } from './shapes.ts'
import type { Table } from './table.ts'

const holders = [
  'deals',
  'persons',
  'activities',
  'notes',
  'files',
  'leads',
  'mail_threads',
  'mail_messages',
] as const

/** Leads call an organization `organization_id` (openapi v1). */
const linkIn = (holder: EntityName, link: string): string =>
  holder === 'leads' && link === 'org_id' ? 'organization_id' : link

/** What became of a deal is its own story and fills no gap of another. */
const isOwnStory = (key: string): boolean =>
  /_(time|date)$/.test(key) || key === 'status' || key === 'lost_reason'

const isGap = (value: unknown): boolean => (value ?? null) === null

function gapsOf(kept: Row, lost: Row): Row {
  const gaps = Object.entries(lost).filter(([key, value]) => isGap(kept[key]) && !isGap(value))
  return Object.fromEntries(gaps)
}

function filling(kept: Row, lost: Row): Row {
  const own = Object.entries(gapsOf(kept, lost)).filter(([key]) => !isOwnStory(key))
  const [keptCustom, lostCustom] = [kept['custom_fields'], lost['custom_fields']]
  const custom = isRow(keptCustom) && isRow(lostCustom) ? gapsOf(keptCustom, lostCustom) : {}
  return { ...Object.fromEntries(own), custom_fields: custom }
}

export interface MergeParts {
  readonly tables: Readonly<Record<EntityName, Table>>
  readonly collections: Collections
  readonly switches: Switches
  readonly merges: Merges
}

const isOf =
  (person: Id) =>
  (one: Json): one is Row =>
    isRow(one) && one['person_id'] === person

/** Who takes part under the absorbed person's id takes part under the survivor's, once. */
function renamed(people: Json | undefined, from: Id, to: Id): Json | undefined {
  const list = Array.isArray(people) ? (people as readonly Json[]) : []
  if (!list.some(isOf(from))) return undefined
  const moved = list.map((one): Json => (isOf(from)(one) ? { ...one, person_id: to } : one))
  const same = moved.filter(isOf(to))
  const kept = same.find((one) => one['primary'] === true) ?? same[0]
  return moved.filter((one) => one === kept || !isOf(to)(one))
}

/** What changes in a record that names the absorbed one; nothing in any other. */
function repointed(holder: EntityName, row: Row, link: string, from: Id, to: Id): Row {
  const key = linkIn(holder, link)
  const patch: Row = row[key] === from ? { [key]: to } : {}
  if (link !== 'person_id') return patch
  for (const people of ['participants', 'attendees']) {
    const list = renamed(row[people], from, to)
    if (list !== undefined) patch[people] = list
  }
  return patch
}

function moveHangers({ tables, collections, switches }: MergeParts, link: string, from: Id, to: Id): void {
  for (const holder of holders) {
    const held = collections[holder]
    for (const slot of [...held.slots()]) {
      const row = held.coreAt(slot)
      const patch = repointed(holder, row, link, from, to)
      if (Object.keys(patch).length === 0) continue
      if (switches.mergeBumpsMoved && !isDeleted(row)) tables[holder].update(held.idAt(slot), patch)
      else tables[holder].set(held.idAt(slot), patch)
    }
  }
}

function updatedAt({ collections }: MergeParts, name: Mergeable, id: Id): number {
  const held = collections[name]
  return held.headAt(held.slotOf(id) as number).updated
}

/**
 * `merge_with_id` survives and keeps its own values, gaps are filled from the absorbed record, which is deleted;
 * what hung on it moves over (documentation, merging two deals).
 */
export function mergeRecords(parts: MergeParts, name: Mergeable, absorbed: Id, survivor: Id): Row {
  const table = parts.tables[name]
  const lost = table.get(absorbed)
  const kept = table.get(survivor)
  if (!lost || !kept) throw new NoSuchRecord(name, lost ? survivor : absorbed)
  moveHangers(parts, entities[name].linkKey, absorbed, survivor)
  moveChildren(parts, name, absorbed, survivor)
  const filled = table.update(survivor, filling(kept, lost))
  const merged = parts.switches.mergeBumpsSurvivor
    ? filled
    : table.set(survivor, { update_time: kept['update_time'] ?? null })
  table.delete(absorbed)
  parts.merges.add({ entity: name, absorbed, survivor, updated: updatedAt(parts, name, survivor) })
  return merged
}
