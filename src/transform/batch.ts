import { CopyText } from './copy-text.ts'
import { KeyTable, type Key } from './key-table.ts'
import type { Drift } from './leftovers.ts'
import { Numbers } from './numbers.ts'

/**
 * Rows on their way to one checkpoint, in COPY's text format: those of the stream's own table and those of each exploded
 * table. Of several versions of a record the newest is kept: a record that is edited while it is read arrives twice,
 * and PostgreSQL refuses to upsert one key twice in one statement.
 */
export class Batch {
  /** The stream's own rows, then those of each exploded table. */
  readonly tables: readonly CopyText[]
  /** Where the rows of each record end, table by table. */
  readonly #ends = new Numbers()
  /** The cursor of each record in epoch milliseconds, NaN where it has none, by its place among them. */
  readonly #cursors = new Numbers()
  /** The place of the newest version of each. */
  readonly #newest = new KeyTable()
  readonly #replaced = new Set<number>()
  #drift: Drift[] = []
  #records = 0
  #pages = 0

  constructor(tables: number) {
    this.tables = Array.from({ length: tables }, () => new CopyText())
  }

  get size(): number {
    return this.#newest.size
  }

  get pages(): number {
    return this.#pages
  }

  get drift(): readonly Drift[] {
    return this.#drift
  }

  /** Closes the record whose rows were written into the tables since the last one. */
  endRecord(key: Key, cursor: number | null): void {
    const place = this.#records++
    const at = cursor ?? Number.NaN
    this.#cursors.push(at)
    for (const { length } of this.tables) this.#ends.push(length)
    const known = this.#newest.get(key)
    // Nothing is older than what has no time.
    if (at < this.#cursors.at(known)) this.#replaced.add(place)
    else {
      if (known >= 0) this.#replaced.add(known)
      this.#newest.set(key, place)
    }
  }

  endPage(drift: readonly Drift[]): void {
    this.#pages++
    this.#drift.push(...drift)
  }

  /** The rows of one table, without those of replaced versions. Valid until the batch is cleared. */
  *rows(table: number): Generator<Uint8Array, void> {
    const text = this.tables[table]
    if (text === undefined) return
    let from = 0
    for (const place of [...this.#replaced].sort((one, other) => one - other)) {
      const start = this.#end(place - 1, table)
      if (start > from) yield text.bytes.subarray(from, start)
      from = this.#end(place, table)
    }
    const end = this.#end(this.#records - 1, table)
    if (end > from) yield text.bytes.subarray(from, end)
  }

  /** Makes it empty; the memory is kept for the next rows. */
  clear(): void {
    for (const text of this.tables) text.length = 0
    this.#ends.clear()
    this.#cursors.clear()
    this.#newest.clear()
    this.#replaced.clear()
    this.#drift = []
    this.#records = 0
    this.#pages = 0
  }

  #end(place: number, table: number): number {
    return place < 0 ? 0 : this.#ends.at(place * this.tables.length + table)
  }
}
