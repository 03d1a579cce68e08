import type { DriftState } from '../src/load/drift.ts'
import { recordTable } from './text-table.ts'

const COLUMNS = ['stream', 'field', 'column', 'code', 'reason', 'count', 'last_seen'] as const
/** What fits on a screen beside the streams. */
const MOST_LINES = 20

/** What is kept as it came, field by field; nothing where there is none. */
export function driftText(drift: readonly DriftState[]): readonly string[] {
  if (drift.length === 0) return []
  const more = drift.length - MOST_LINES
  return [
    'Kept whole: in _extra, because its column does not take it (unfit) or there is none (unknown); in a column of its own as JSON, because nobody has described the type of its field (unknown type):',
    recordTable(COLUMNS, drift.slice(0, MOST_LINES)),
    ...(more > 0 ? [`… and ${more} more; status --json shows all.`] : []),
    '',
  ]
}
