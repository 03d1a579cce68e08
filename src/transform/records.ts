import { SyncError } from '../errors.ts'
import { columnType, type Stream } from '../streams/stream.ts'
import type { Batch } from './batch.ts'
import type { Key } from './key-table.ts'
import type { CatalogField } from './catalog.ts'
import { decoderOf, type Cell } from './cells.ts'
import { explodedField, type ExplodedField } from './exploded.ts'
import { saysDeleted } from './deletion.ts'
import type { CopyText } from './copy-text.ts'
import { timestampAt } from './json-cells.ts'
import { CLOSE_LIST, OPEN_LIST, OPEN_OBJECT } from '../json/bytes.ts'
import { END, JsonScanner } from '../json/scanner.ts'
import { customColumns } from './layout.ts'
import { Leftovers } from './leftovers.ts'
import { RecordShape, addCustomFields, addNativeFields } from './record-fields.ts'
import { NOWHERE } from './record-keys.ts'
import { TableReader } from './table-reader.ts'

/**
 * Reads the records of one page, a JSON array in UTF-8, and adds their rows to the batch. Gives the cursor of each, and
 * of what it passes over, in the order in which they came: epoch milliseconds, null where there is none. It passes over
 * records whose cursor is at `until` or later, which another walk reads. Throws `E_RECORD` when a record has no
 * key and `E_ENVELOPE` where the page is not JSON; the batch is then of no use any more.
 */
export type Transform = (page: Uint8Array, batch: Batch, until?: number | null) => readonly (number | null)[]

/** A column of the key. */
interface KeyPart {
  readonly slot: number
  readonly decode: ReturnType<typeof decoderOf>
}

/** Reads the records of one stream. */
class RecordReader {
  readonly #scanner = new JsonScanner()
  readonly #leftovers = new Leftovers()
  readonly #stream: Stream
  readonly #slots: ReadonlyMap<string, number>
  readonly #deletedSlot: number
  readonly #cursorSlot: number
  readonly #onlyWith: readonly number[]
  readonly #key: readonly KeyPart[]
  readonly #exploded: readonly ExplodedField[]
  readonly #table: TableReader

  constructor(stream: Stream, catalog: readonly CatalogField[]) {
    const shape = new RecordShape()
    this.#stream = stream
    this.#slots = addNativeFields(shape, stream.columns)
    for (const key of stream.leftOut ?? []) shape.keys.leaveOut(key, shape.newSlot())
    this.#cursorSlot = this.#slotOf(stream.cursorField)
    this.#onlyWith = (stream.onlyWith ?? []).map((column) => this.#slotOf(column))
    this.#key = stream.key.map((column) => ({
      slot: this.#slotOf(column),
      decode: decoderOf(columnType(stream.columns[column] ?? 'bigint')),
    }))
    this.#deletedSlot = stream.deletedWhen === undefined ? NOWHERE : shape.slotOf(stream.deletedWhen.field)
    this.#exploded = (stream.exploded ?? []).map((spec) => explodedField(shape, spec, this.#slots))
    addCustomFields(shape, catalog)
    // A field that was removed keeps its columns, and the rows what they held in them.
    const removed = catalog.filter((field) => field.removed)
    this.#table = new TableReader(shape, removed.flatMap((field) => customColumns(field)).length)
  }

  page(bytes: Uint8Array, batch: Batch, until: number): readonly (number | null)[] {
    const scanner = this.#scanner
    const cursors: (number | null)[] = []
    scanner.open(bytes)
    scanner.pass(OPEN_LIST)
    if (scanner.peek() === CLOSE_LIST) scanner.at++
    else
      do cursors.push(this.#record(batch, until))
      while (scanner.more(CLOSE_LIST))
    if (scanner.peek() !== END) throw scanner.wrong()
    const leftovers = [this.#leftovers, ...this.#exploded.map(({ reader }) => reader.leftovers)]
    batch.endPage(leftovers.flatMap((each) => each.takeDrift()))
    return cursors
  }

  /** Drops what was kept of a page that was not read to its end: it is no part of the next. */
  forget(): void {
    this.#leftovers.takeExtra()
    this.#leftovers.takeDrift()
  }

  #record(batch: Batch, until: number): number | null {
    const scanner = this.#scanner
    if (scanner.peek() !== OPEN_OBJECT) throw missingKey(this.#stream)
    this.#table.scan(scanner)
    const behind = scanner.at
    const cursor = this.#cursor()
    if ((cursor !== null && cursor >= until) || this.#isPassedOver()) return cursor
    const key = this.#readKey()
    this.#row(batch)
    this.#children(key, batch)
    scanner.at = behind
    batch.endRecord(key, cursor)
    return cursor
  }

  /** Whether the element of the list is no record of the stream. */
  #isPassedOver(): boolean {
    for (const slot of this.#onlyWith) {
      const said = this.#table.valueAt(slot, this.#scanner)
      if (said === undefined || said === 0) return true
    }
    return false
  }

  /** NOWHERE where there is no such column. */
  #slotOf(column: string | null): number {
    return (column === null ? undefined : this.#slots.get(column)) ?? NOWHERE
  }

  #row(batch: Batch): void {
    const out = batch.tables[0]
    if (out === undefined) return
    this.#table.write(this.#scanner, out, this.#leftovers)
    for (const field of this.#exploded) this.#keepOthers(field)
    out.cell(this.#deletedAt())
    out.cell(this.#leftovers.takeExtra())
    out.endRow()
  }

  #children(key: Key, batch: Batch): void {
    let table = 0
    for (const field of this.#exploded) {
      const list = this.#listOf(field)
      const out = batch.tables[++table]
      if (out === undefined) continue
      if (list === undefined) this.#columnAsList(field, key, out)
      else {
        this.#scanner.at = this.#table.places.starts[list.slot] as number
        field.reader.read(this.#scanner, key, out)
      }
    }
  }

  /** A column's list may come in another form than a list: its rows are what the column holds. */
  #columnAsList({ places, reader }: ExplodedField, key: Key, out: CopyText): void {
    for (const { name, slot, isColumn } of places) {
      if (!isColumn || !this.#table.places.has(slot)) continue
      const type = columnType(this.#stream.columns[name] ?? 'jsonb')
      const cell = decoderOf(type)(this.#table.valueAt(slot, this.#scanner))
      if (!Array.isArray(cell)) continue
      const list = new JsonScanner()
      list.open(Buffer.from(JSON.stringify(cell)))
      reader.read(list, key, out)
    }
  }

  /** The one array whose elements become rows. */
  #listOf({ places }: ExplodedField): ExplodedField['places'][number] | undefined {
    const { starts } = this.#table.places
    for (const place of places)
      if (this.#scanner.bytes[starts[place.slot] as number] === OPEN_LIST) return place
    return undefined
  }

  /** What does not become rows is kept whole. */
  #keepOthers(field: ExplodedField): void {
    const list = this.#listOf(field)
    for (const place of field.places)
      if (place !== list && !place.isColumn && this.#table.places.has(place.slot))
        this.#leftovers.keep(null, place.name, this.#table.valueAt(place.slot, this.#scanner), 'unfit')
  }

  #readKey(): Key {
    const [part] = this.#key
    if (part === undefined) throw missingKey(this.#stream)
    if (this.#key.length === 1) return this.#keyPart(part)
    return JSON.stringify(this.#key.map((each) => this.#keyPart(each)))
  }

  #keyPart({ slot, decode }: KeyPart): Key {
    const value = this.#table.valueAt(slot, this.#scanner)
    const cell = value === undefined ? null : decode(value)
    if (typeof cell === 'number' || typeof cell === 'string') return cell
    throw missingKey(this.#stream)
  }

  #cursor(): number | null {
    const slot = this.#cursorSlot
    if (!this.#table.places.has(slot)) return null
    const { starts, ends } = this.#table.places
    const common = timestampAt(this.#scanner.bytes, starts[slot] as number, ends[slot] as number)
    return common ?? (Date.parse(this.#changedAt() ?? '') || null)
  }

  /** The record's cursor in ISO form; null where it has none. */
  #changedAt(): string | null {
    const value = this.#table.valueAt(this.#cursorSlot, this.#scanner)
    const cell = value === undefined ? null : decoderOf('timestamptz')(value)
    return typeof cell === 'string' ? cell : null
  }

  /** `now` is PostgreSQL's word for the time of the transaction. */
  #deletedAt(): Cell {
    if (this.#stream.deletedWhen === undefined) return null
    const said = this.#table.valueAt(this.#deletedSlot, this.#scanner)
    if (!saysDeleted(this.#stream, said)) return null
    return this.#changedAt() ?? 'now'
  }
}

/** Compiles the reader of a stream once; the result is called for every page. */
export function compileTransform(stream: Stream, catalog: readonly CatalogField[]): Transform {
  const reader = new RecordReader(stream, catalog)
  return (page, batch, until = null) => {
    try {
      return reader.page(page, batch, until ?? Infinity)
    } catch (error) {
      reader.forget()
      throw error instanceof SyntaxError ? notJson(stream, error) : error
    }
  }
}

function missingKey(stream: Stream): SyncError {
  return new SyncError({
    code: 'E_RECORD',
    recovery: 'skip-stream',
    message: `A record of ${stream.name} came without its key "${stream.key.join('", "')}". Its page was not loaded; try again later, and report it if it stays.`,
  })
}

function notJson(stream: Stream, cause: SyntaxError): SyncError {
  return new SyncError({
    code: 'E_ENVELOPE',
    recovery: 'skip-stream',
    message: `${stream.name}: a page of ${stream.partitions.map(({ path }) => path).join(' or ')} is not whole JSON (${cause.message}). It was not loaded; try again later.`,
    cause,
  })
}
