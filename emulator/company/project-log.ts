import { isRow, type Row } from '../json.ts'
import type { Deed, Surroundings } from './consequences.ts'

const keys = [
  'title',
  'description',
  'status',
  'board_id',
  'phase_id',
  'owner_id',
  'start_date',
  'end_date',
] as const

/** What of a project is logged: these keys and the company's own fields. */
const loggedOf = (row: Row): Row => ({
  ...Object.fromEntries(keys.map((key) => [key, row[key] ?? null])),
  ...(isRow(row['custom_fields']) ? row['custom_fields'] : {}),
})

/** One entry tells all that a change did (openapi v2, projects changelog). */
export function logProjectChange({ name, before, after }: Deed, { tables }: Surroundings): void {
  if (name !== 'projects' || !before || !after) return
  const [was, is] = [loggedOf(before), loggedOf(after)]
  const valueIn = (row: Row, key: string): string => JSON.stringify(row[key] ?? null)
  const changed = Object.keys({ ...was, ...is }).filter((key) => valueIn(was, key) !== valueIn(is, key))
  if (changed.length === 0) return
  const of = (row: Row): Row => Object.fromEntries(changed.map((key) => [key, row[key] ?? null]))
  tables.project_changes.create({
    project_id: after['id'] ?? null,
    old_values: of(was),
    new_values: of(is),
  })
}
