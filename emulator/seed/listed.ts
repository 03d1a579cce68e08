import type { Source } from '../company/collection.ts'
import { entities, type EntityName } from '../company/entities.ts'
import type { Id, Row } from '../json.ts'
import { timeOf } from '../time.ts'
import type { World } from './world.ts'

/** Of kinds with few records: all of them are made at once. */
export function listed(name: EntityName, rowsOf: (world: World) => readonly Row[]) {
  const { key, addedKey, updatedKey } = entities[name]
  const time = (row: Row, at: string | null): number => (at === null ? NaN : timeOf(row[at]))
  return (world: World): Source => {
    const made = rowsOf(world)
    const row = (n: number): Row => made[n - 1] as Row
    return {
      count: made.length,
      id: (n) => row(n)[key] as Id,
      head: (n) => ({ added: time(row(n), addedKey), updated: time(row(n), updatedKey), flags: 0 }),
      row,
    }
  }
}

/** Numbered from 1 in the order they are listed. */
export const numbered = (rows: readonly Row[]): Row[] => rows.map((row, i) => ({ id: i + 1, ...row }))
