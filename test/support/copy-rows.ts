import { CopyText } from '../../src/transform/copy-text.ts'
import { Batch } from '../../src/transform/batch.ts'
import type { Cell } from '../../src/transform/cells.ts'
import type { Column, StreamLayout } from '../../src/transform/layout.ts'
import type { Drift } from '../../src/transform/leftovers.ts'
import type { Transform } from '../../src/transform/records.ts'

export type Row = readonly Cell[]

const INFINITY = 'a number past the largest'

/** A page of these records as the API sends it; Infinity is how `1e400` is read. */
export function pageOf(records: readonly unknown[]): Uint8Array {
  const json = JSON.stringify(records, (_key, value: unknown) => (value === Infinity ? INFINITY : value))
  return Buffer.from(json.replaceAll(`"${INFINITY}"`, '1e400'))
}

/** Rows as the load stage is given them. */
export function copyRows(rows: readonly Row[]): Uint8Array[] {
  const text = new CopyText()
  for (const row of rows) {
    for (const cell of row) text.cell(cell)
    text.endRow()
  }
  return [text.bytes.subarray(0, text.length)]
}

const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

function unescape(field: string): string {
  return field.replaceAll(/\\(.)/gs, (_all, letter: string) => UNESCAPED[letter] ?? letter)
}

/** The elements of an array literal, quoted or bare. */
function elements(literal: string): string[] {
  const found = literal.slice(1, -1).matchAll(/"((?:\\.|[^"\\])*)"|([^,"]+)/gs)
  return [...found].map(([, quoted, bare]) => bare ?? (quoted ?? '').replaceAll(/\\(.)/gs, '$1'))
}

function cellOf(field: string, { type }: Column): Cell {
  if (field === '\\N') return null
  const text = unescape(field)
  if (type === 'boolean') return text === 't'
  if (type === 'bigint[]') return elements(text).map(Number)
  if (type.endsWith('[]')) return elements(text)
  const isNumber = type === 'bigint' || type === 'numeric'
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : text
}

/** The cells of rows in COPY's text format; numbers as numbers. */
export function readCopy(pieces: Iterable<Uint8Array>, columns: readonly Column[]): Cell[][] {
  const text = Buffer.concat([...pieces]).toString()
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => {
    const fields = line.split('\t')
    if (fields.length !== columns.length)
      throw new Error(`A row of ${fields.length} cells for ${columns.length} columns: ${line}`)
    return fields.map((field, index) => cellOf(field, columns[index] as Column))
  })
}

export interface ReadPage {
  readonly rows: readonly Row[]
  /** Rows of each exploded table. */
  readonly children: readonly (readonly Row[])[]
  readonly cursors: readonly (number | null)[]
  readonly drift: readonly Drift[]
}

/** What a transform makes of one page of records. */
export function transformPage(
  transform: Transform,
  layout: StreamLayout,
  page: Uint8Array | readonly unknown[],
): ReadPage {
  const batch = new Batch(1 + layout.children.length)
  const cursors = transform(page instanceof Uint8Array ? page : pageOf(page), batch)
  return {
    rows: readCopy(batch.rows(0), layout.columns),
    children: layout.children.map((child, index) => readCopy(batch.rows(index + 1), child.columns)),
    cursors,
    drift: batch.drift,
  }
}
