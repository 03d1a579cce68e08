import type { Json, Row } from '../json.ts'

const OPEN = Buffer.from('{"success":true,"data":[')

/** A list answer put together from records that are JSON already, separated by commas. */
export function pageBody(records: readonly Buffer[], additional: Json, more: Row = {}): readonly Buffer[] {
  const rest = JSON.stringify({ additional_data: additional, ...more }).slice(1)
  return [OPEN, ...records, Buffer.from(`],${rest}`)]
}
