import { flowOfChange, flowOfNote } from '../company/change-log.ts'
import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { dealChangeSource } from './changes.ts'
import { noteSource } from './notes.ts'
import type { World } from './world.ts'

/** What happened to deals: their changes, and the notes that were written on them (openapi v1). */
export function flowSource(world: World): Source {
  const [changes, notes] = [dealChangeSource(world), noteSource(world)]
  const onDeals = Array.from({ length: notes.count }, (_, i) => i + 1).filter(
    (n) => notes.row(n)['deal_id'] !== null,
  )
  const row = (n: number): Row => ({
    id: n,
    ...(n <= changes.count
      ? flowOfChange(changes.row(n))
      : flowOfNote(notes.row(onDeals[n - changes.count - 1] as number))),
  })
  return {
    count: changes.count + onDeals.length,
    id: (n) => n,
    head: (n) => changes.head(n),
    links: (n) => (n <= changes.count ? (changes.links?.(n) ?? row(n)) : row(n)),
    row,
  }
}
