import type { Cell } from './cells.ts'
import type { Drift, PageRows, RecordRows, Row } from './records.ts'

/**
 * Pages on their way to one checkpoint. Of several versions of a record the newest is kept: a record that is
 * edited while it is read arrives twice, and PostgreSQL refuses to upsert one key twice in one statement.
 */
export class Batch {
  readonly #records = new Map<Cell, RecordRows>()
  readonly #drift: Drift[] = []
  #pages = 0

  add(page: PageRows): void {
    this.#pages++
    this.#drift.push(...page.drift)
    for (const record of page.records) {
      const known = this.#records.get(record.key)
      if (known === undefined || !isOlder(record, known)) this.#records.set(record.key, record)
    }
  }

  get size(): number {
    return this.#records.size
  }

  get pages(): number {
    return this.#pages
  }

  get drift(): readonly Drift[] {
    return this.#drift
  }

  keys(): readonly Cell[] {
    return [...this.#records.keys()]
  }

  rows(): readonly Row[] {
    return Array.from(this.#records.values(), (record) => record.row)
  }

  /** Rows of the exploded table at `index` of the layout's children. */
  childRows(index: number): readonly Row[] {
    return Array.from(this.#records.values()).flatMap((record) => record.children[index] ?? [])
  }
}

function isOlder(one: RecordRows, other: RecordRows): boolean {
  return one.cursor !== null && other.cursor !== null && one.cursor < other.cursor
}
