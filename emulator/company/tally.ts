import type { Collection } from './collection.ts'
import { isDeleted, type EntityName } from './entities.ts'
import type { Json, Row } from '../json.ts'

/** How many live records of a kind hold each value under a link key. */
export interface Tally {
  readonly key: string
  readonly what: 'all' | 'done' | 'undone' | 'open' | 'won' | 'lost' | 'closed'
}

type Counts = Map<string, Map<Json, number>>

const links = ['deal_id', 'person_id', 'org_id'] as const

function kindsOf(name: EntityName, row: Row): Tally['what'][] {
  if (name === 'activities') return ['all', row['done'] === true ? 'done' : 'undone']
  if (name !== 'deals') return ['all']
  return row['status'] === 'open' ? ['open'] : ['closed', row['status'] === 'won' ? 'won' : 'lost']
}

function adjust(counts: Counts, name: EntityName, row: Row | undefined, by: 1 | -1): void {
  if (!row || isDeleted(row)) return
  for (const key of links) {
    const value = row[key] ?? null
    if (value === null) continue
    for (const what of kindsOf(name, row)) {
      const held = counts.get(`${key} ${what}`) ?? new Map<Json, number>()
      counts.set(`${key} ${what}`, held)
      held.set(value, (held.get(value) ?? 0) + by)
    }
  }
}

const counted = new WeakMap<Collection, Counts>()

/** Counted once, then kept right with every change. */
function countsOf(held: Collection, name: EntityName): Counts {
  const known = counted.get(held)
  if (known) return known
  const counts: Counts = new Map()
  for (const slot of held.slots()) adjust(counts, name, held.coreAt(slot), 1)
  held.watch((before, after) => {
    adjust(counts, name, before, -1)
    adjust(counts, name, after, 1)
  })
  counted.set(held, counts)
  return counts
}

export const tallyOf = (held: Collection, name: EntityName, { key, what }: Tally, value: Json): number =>
  countsOf(held, name).get(`${key} ${what}`)?.get(value) ?? 0
