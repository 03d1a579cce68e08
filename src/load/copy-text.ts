import type { Cell } from '../transform/cells.ts'
import type { Row } from '../transform/records.ts'

const SPECIAL = /[\\\n\r\t]/
const SPECIAL_ALL = /[\\\n\r\t]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Text in COPY's text format: backslash, tab and line ends are escaped, nothing else is special. */
function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIAL_ALL, (char) => ESCAPES[char] ?? char) : text
}

function arrayLiteral(items: readonly (string | number)[]): string {
  const quoted = items.map((item) =>
    typeof item === 'number' ? String(item) : `"${item.replaceAll(/["\\]/g, '\\$&')}"`,
  )
  return `{${quoted.join(',')}}`
}

function encodeCell(cell: Cell): string {
  if (cell === null) return '\\N'
  if (typeof cell === 'string') return escapeText(cell)
  if (typeof cell === 'number') return String(cell)
  if (typeof cell === 'boolean') return cell ? 't' : 'f'
  return escapeText(arrayLiteral(cell))
}

/** One line of COPY's text format, its end included (PostgreSQL manual, "COPY", text format). */
export function encodeRow(row: Row): string {
  return `${row.map(encodeCell).join('\t')}\n`
}

/** Lines gathered into chunks of about this many characters: fewer, larger writes to the socket. */
const CHUNK = 64 * 1024

/** Joins, not `+=`: a string that grows cell by cell leaves a tree of its parts behind for the garbage collector. */
export function* encodeRows(rows: Iterable<Row>): Generator<string> {
  let lines: string[] = []
  let length = 0
  for (const row of rows) {
    const line = encodeRow(row)
    lines.push(line)
    length += line.length
    if (length >= CHUNK) {
      yield lines.join('')
      lines = []
      length = 0
    }
  }
  if (length > 0) yield lines.join('')
}
