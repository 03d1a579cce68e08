import type { Id, Row } from '../json.ts'
import type { Switches } from '../switches.ts'
import { entities, NoSuchRecord, type EntityName } from './entities.ts'
import type { Table } from './table.ts'

const holders = ['deals', 'persons', 'activities', 'notes', 'files', 'leads'] as const

/** Leads call an organization `organization_id` (openapi v1). */
const linkIn = (holder: EntityName, link: string): string =>
  holder === 'leads' && link === 'org_id' ? 'organization_id' : link

/**
 * `merge_with_id` survives and keeps its own values, gaps are filled from the absorbed record, which is deleted;
 * what hung on it moves over (documentation, merging two deals).
 */
export function mergeRecords(
  tables: Readonly<Record<EntityName, Table>>,
  switches: Switches,
  name: 'deals' | 'persons' | 'organizations',
  absorbed: Id,
  survivor: Id,
): Row {
  const lost = tables[name].get(absorbed)
  const kept = tables[name].get(survivor)
  if (!lost || !kept) throw new NoSuchRecord(name, lost ? survivor : absorbed)
  const gaps = Object.entries(lost).filter(([key, value]) => (kept[key] ?? null) === null && value !== null)
  for (const holder of holders) {
    const link = linkIn(holder, entities[name].linkKey)
    for (const row of tables[holder].list()) {
      const id = row['id']
      if (row[link] !== absorbed || (typeof id !== 'number' && typeof id !== 'string')) continue
      if (switches.mergeBumpsMoved) tables[holder].update(id, { [link]: survivor })
      else tables[holder].set(id, { [link]: survivor })
    }
  }
  const filled = Object.fromEntries(gaps)
  const merged = switches.mergeBumpsSurvivor
    ? tables[name].update(survivor, filled)
    : tables[name].set(survivor, filled)
  tables[name].delete(absorbed)
  return merged
}
