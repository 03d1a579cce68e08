import { SyncError } from '../errors.ts'
import type { Exploded, Stream } from '../streams/stream.ts'
import type { CatalogField } from './catalog.ts'
import { decoderOf, storableJson, type Cell } from './cells.ts'
import {
  customDecoders,
  isObject,
  nativeDecoders,
  type JsonObject,
  type KeyDecoder,
  type Leftovers,
} from './key-decoders.ts'
import { DELETED_AT, EXTRA, type ChildLayout, type StreamLayout, type TableLayout } from './layout.ts'

export type Row = readonly Cell[]

/** A difference between what Pipedrive sent and what the columns hold, counted by key. */
export interface Drift {
  readonly key: string
  readonly reason: 'unknown' | 'unfit'
  readonly count: number
}

/** One record as rows: its own, and those of each exploded table in the order of the layout's children. */
export interface RecordRows {
  readonly key: Cell
  /** Epoch milliseconds of the cursor field; null where the record has none. */
  readonly cursor: number | null
  readonly row: Row
  readonly children: readonly (readonly Row[])[]
}

/** The records of one page in the order in which they arrived. */
export interface PageRows {
  readonly records: readonly RecordRows[]
  readonly drift: readonly Drift[]
}

/** Turns the records of one page into rows. Throws `E_RECORD` when a record has no key. */
export type Transform = (records: readonly unknown[]) => PageRows

class Page implements Leftovers {
  readonly #drift = new Map<string, { key: string; reason: Drift['reason']; count: number }>()
  #extra: Record<string, unknown> | null = null

  keep(key: string, value: unknown, reason: Drift['reason']): void {
    this.#extra ??= Object.create(null) as Record<string, unknown>
    this.#extra[key] = value
    const id = `${reason} ${key}`
    const entry = this.#drift.get(id) ?? { key, reason, count: 0 }
    entry.count++
    this.#drift.set(id, entry)
  }

  /** What was kept since the last call, as the cell of `_extra`. */
  takeExtra(): Cell {
    const extra = this.#extra
    this.#extra = null
    return extra === null ? null : storableJson(extra)
  }

  drift(): readonly Drift[] {
    return [...this.#drift.values()]
  }
}

function columnIndex(layout: TableLayout, name: string): number {
  return layout.columns.findIndex((column) => column.name === name)
}

/** Decodes one object into `row`, which is empty but for what the object does not hold; `_extra` is filled last. */
function rowDecoder(layout: TableLayout, decoders: ReadonlyMap<string, KeyDecoder>) {
  const extra = columnIndex(layout, EXTRA)
  return (record: JsonObject, row: Cell[], page: Page): Cell[] => {
    for (const key in record) {
      const value = record[key]
      if (value === null || value === undefined) continue
      const decode = decoders.get(key)
      if (decode === undefined) page.keep(key, value, 'unknown')
      else decode(value, row, page, record)
    }
    row[extra] = page.takeExtra()
    return row
  }
}

function emptyRow({ columns }: TableLayout): Cell[] {
  return new Array<Cell>(columns.length).fill(null)
}

type Explode = (value: unknown, parentKey: Cell, page: Page) => Row[]

const NO_ROWS: Row[] = []

/** An element that repeats its parent's key says nothing new; one with another key does. */
function repeatedKey(name: string): KeyDecoder {
  return (value, row, leftovers) => {
    if (value !== row[0]) leftovers.keep(name, value, 'unknown')
  }
}

function exploder(spec: Exploded, layout: ChildLayout): Explode {
  const decoders = nativeDecoders(spec.columns, layout.columns)
  const decode = rowDecoder(layout, decoders.set(spec.parent, repeatedKey(spec.parent)))
  return (value, parentKey, page) => {
    if (!Array.isArray(value) || value.length === 0) return NO_ROWS
    return value.map((item: unknown, position) => {
      const row = emptyRow(layout)
      row[0] = parentKey
      row[1] = position
      return decode(isObject(item) ? item : { value: item }, row, page)
    })
  }
}

/** The one key whose array a record's rows are made of. */
function arrayKey({ from, orFrom = from }: Exploded, record: JsonObject): string {
  return Array.isArray(record[from]) ? from : orFrom
}

/** What is not exploded is kept whole in the parent's `_extra`. */
function explodedKeys(spec: Exploded): [string, KeyDecoder][] {
  return [...new Set([spec.from, spec.orFrom ?? spec.from])].map((key) => [
    key,
    (value, _row, leftovers, record) => {
      if (!Array.isArray(value) || key !== arrayKey(spec, record)) leftovers.keep(key, value, 'unfit')
    },
  ])
}

/** Compiles the decoders of a stream once; the result is called for every page. */
export function compileTransform(
  stream: Stream,
  layout: StreamLayout,
  catalog: readonly CatalogField[],
): Transform {
  const exploded = stream.exploded ?? []
  const decode = rowDecoder(
    layout,
    new Map([
      ...customDecoders(catalog, layout.columns),
      ...exploded.flatMap((spec) => explodedKeys(spec)),
      ...nativeDecoders(stream.columns, layout.columns),
    ]),
  )
  const explode = layout.children.map((child, index) => {
    const spec = exploded[index] as Exploded
    const rows = exploder(spec, child)
    return (record: JsonObject, id: Cell, page: Page) => rows(record[arrayKey(spec, record)], id, page)
  })
  const key = columnIndex(layout, stream.key)
  const deletedAt = columnIndex(layout, DELETED_AT)
  const cursor = stream.cursorField === null ? -1 : columnIndex(layout, stream.cursorField)

  const decodeRecord = (record: unknown, page: Page): RecordRows => {
    if (!isObject(record)) throw missingKey(stream)
    const row = decode(record, emptyRow(layout), page)
    const id = row[key] ?? null
    if (id === null) throw missingKey(stream)
    const moment = row[cursor] ?? null
    // `now` is PostgreSQL's word for the time of the transaction.
    if (isDeleted(stream, record)) row[deletedAt] = moment ?? 'now'
    return {
      key: id,
      cursor: typeof moment === 'string' ? Date.parse(moment) : null,
      row,
      children: explode.map((each) => each(record, id, page)),
    }
  }

  return (records) => {
    const page = new Page()
    const rows = records.map((record) => decodeRecord(record, page))
    return { records: rows, drift: page.drift() }
  }
}

function isDeleted(stream: Stream, record: JsonObject): boolean {
  const { deletedWhen } = stream
  if (deletedWhen === undefined) return false
  return decoderOf('boolean')(record[deletedWhen.field] ?? null) === deletedWhen.is
}

function missingKey(stream: Stream): SyncError {
  return new SyncError({
    code: 'E_RECORD',
    recovery: 'skip-stream',
    message: `A record of ${stream.name} came without its key "${stream.key}". Its page was not loaded; try again later, and report it if it stays.`,
  })
}
