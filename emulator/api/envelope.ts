import type { Json, Row } from '../json.ts'

const OPEN = Buffer.from('{"success":true,"data":[')
const COMMA = Buffer.from(',')

/** A list answer put together from records that are JSON already. */
export function pageBody(records: readonly Buffer[], additional: Json, more: Row = {}): Buffer {
  const parts: Buffer[] = [OPEN]
  records.forEach((record, i) => {
    if (i > 0) parts.push(COMMA)
    parts.push(record)
  })
  const rest = JSON.stringify({ additional_data: additional, ...more }).slice(1)
  parts.push(Buffer.from(`],${rest}`))
  return Buffer.concat(parts)
}
