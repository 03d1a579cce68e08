import { flowOfChange, flowOfNote } from '../company/change-log.ts'
import type { Source } from '../company/collection.ts'
import { dealChangeSource } from './changes.ts'
import { noteSource } from './notes.ts'
import type { World } from './world.ts'

/** What happened to deals: their changes, and the notes that were written on them (openapi v1). */
export function flowSource(world: World): Source {
  const [changes, notes] = [dealChangeSource(world), noteSource(world)]
  const onDeals = Array.from({ length: notes.count }, (_, i) => notes.row(i + 1)).flatMap(
    ({ id, deal_id: deal }) => (deal === null ? [] : [{ note: id as number, deal: deal as number }]),
  )
  const ofDeal = Map.groupBy(onDeals.keys(), (i) => onDeals[i]?.deal)
  const idOfNote = (i: number): number => changes.count + 1 + i
  return {
    count: changes.count + onDeals.length,
    id: (n) => n,
    head: (n) => changes.head(n),
    under: (kind, deal) => [
      ...(changes.under?.(kind, deal) ?? []),
      ...(ofDeal.get(deal) ?? []).map(idOfNote),
    ],
    row: (n) => ({
      id: n,
      ...(n <= changes.count
        ? flowOfChange(changes.row(n))
        : flowOfNote(notes.row(onDeals[n - changes.count - 1]?.note ?? 0))),
    }),
  }
}
