import { isRow, type Json, type Row } from '../json.ts'
import type { ChildName } from './children.ts'
import type { Deed, Surroundings } from './consequences.ts'
import { entities, type EntityName } from './entities.ts'

interface Log {
  readonly child: ChildName
  readonly keys: readonly string[]
}

/** The logs that are kept, and the built-in keys whose changes stand in them beside the company's own fields. */
const logs: Readonly<Partial<Record<EntityName, Log>>> = {
  deals: { child: 'deal_changes', keys: ['title', 'value', 'status', 'stage_id', 'owner_id'] },
  persons: { child: 'person_changes', keys: ['name', 'owner_id', 'org_id'] },
  organizations: { child: 'organization_changes', keys: ['name', 'owner_id'] },
}

/** Every value is text or null (openapi v1, changelog). */
export const loggedValue = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value)

type Value = readonly [key: string, before: string | null, after: string | null]

function changedIn(keys: Iterable<string>, before: Row, after: Row): Value[] {
  return [...keys]
    .map((key): Value => [key, loggedValue(before[key]), loggedValue(after[key])])
    .filter(([, was, is]) => was !== is)
}

const customOf = (row: Row): Row => (isRow(row['custom_fields']) ? row['custom_fields'] : {})

function changesOf({ keys }: Log, before: Row, after: Row): Value[] {
  const [was, is] = [customOf(before), customOf(after)]
  return [...changedIn(keys, before, after), ...changedIn(Object.keys({ ...was, ...is }), was, is)]
}

/** A deal's change as its flow tells it (openapi v1, deals flow). */
export function flowOfChange(change: Row): Row {
  const { id = null, deal_id: deal = null, time = null } = change
  return {
    deal_id: deal,
    object: 'dealChange',
    timestamp: time,
    data: {
      id,
      item_id: deal,
      user_id: change['actor_user_id'] ?? null,
      field_key: change['field_key'] ?? null,
      old_value: change['old_value'] ?? null,
      new_value: change['new_value'] ?? null,
      is_bulk_update_flag: null,
      log_time: time,
      change_source: change['change_source'] ?? null,
      change_source_user_agent: change['change_source_user_agent'] ?? null,
      additional_data: [],
    },
  }
}

/** A note as the flow of its deal tells it. */
export const flowOfNote = (note: Row): Row => ({
  deal_id: note['deal_id'] ?? null,
  object: 'note',
  timestamp: note['add_time'] ?? null,
  data: note,
})

export function logChanges({ name, before, after }: Deed, { tables }: Surroundings): void {
  if (name === 'notes' && after && !before && typeof after['deal_id'] === 'number')
    tables.deal_flow.create(flowOfNote(after))
  const log = logs[name]
  if (!log || !before || !after) return
  for (const [key, was, is] of changesOf(log, before, after)) {
    const change = tables[log.child].create({
      [entities[name].linkKey]: after['id'] ?? null,
      field_key: key,
      old_value: was,
      new_value: is,
    })
    if (name === 'deals') tables.deal_flow.create(flowOfChange(change))
  }
}
