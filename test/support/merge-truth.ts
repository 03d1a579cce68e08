import { toldMerge, type Merge } from '../../emulator/company/merges.ts'
import type { Emulator, Row } from '../../emulator/index.ts'

/** The word for each kind of record in `/v1/recents` (openapi v1). */
const items = { persons: 'person', organizations: 'organization', deals: 'deal' } as const

const MONTH = 31 * 24 * 3_600_000

function survivorOf({ company }: Emulator, { entity, survivor }: Merge): Row | undefined {
  return company.get(entity, survivor)
}

/** Every merge as `/v1/recents` would tell it, whether it does or not. */
export function mergeRecords(emulator: Emulator): readonly Row[] {
  return emulator.company.merges.all.map((merge) => ({
    item: items[merge.entity],
    id: merge.survivor,
    data: {
      merge_what_id: merge.absorbed,
      update_time: survivorOf(emulator, merge)?.['update_time'] ?? null,
    },
  }))
}

/** Whether `/v1/recents` tells it at present. */
export function isTold(emulator: Emulator, record: Row): boolean {
  const { company, switches } = emulator
  const absorbed = (record['data'] as Row)['merge_what_id']
  const same = company.merges.all.filter(
    (merge) => items[merge.entity] === record['item'] && merge.absorbed === absorbed,
  )
  const [merge] = same
  // One that was restored may be merged a second time: either survivor tells it then.
  if (merge === undefined || same.length > 1) return false
  const { entity, survivor } = merge
  const held = company.collections[entity]
  const slot = held.slotOf(survivor)
  const row = survivorOf(emulator, merge)
  if (slot === undefined || row === undefined) return false
  const isNull = row['is_deleted'] === true && switches.recentsDeleted === 'null' && entity !== 'deals'
  const { updated } = held.headAt(slot)
  const told = toldMerge(company.merges, switches, entity, survivor, updated)
  return told === merge && !isNull && updated >= company.now() - MONTH
}
