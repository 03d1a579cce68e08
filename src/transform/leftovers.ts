import { storableJson, type Cell } from './cells.ts'

/** A difference between what Pipedrive sent and what the columns hold, counted by key. */
export interface Drift {
  readonly key: string
  readonly reason: 'unknown' | 'unfit'
  readonly count: number
}

type Members = Record<string, unknown>

/** Without a prototype, so that a key like `__proto__` is a key like any other. */
function noMembers(): Members {
  return Object.create(null) as Members
}

/** Gathers what has no column or does not fit it: record by record for `_extra`, and counted for the page. */
export class Leftovers {
  readonly #drift = new Map<string, { key: string; reason: Drift['reason']; count: number }>()
  /** The objects in it that are made of single members. */
  readonly #made = new WeakSet<object>()
  /** What stands before the keys of the drift: where in the record the object is that they are keys of. */
  readonly #place: string
  #extra: Members | null = null

  constructor(place = '') {
    this.#place = place
  }

  /** Keeps a value under its key; or, where `under` is given, as a member of the object that has that key. */
  keep(under: string | null, name: string, value: unknown, reason: Drift['reason']): void {
    this.#extra ??= noMembers()
    if (under === null) this.#extra[name] = value
    else this.#membersOf(this.#extra, under)[name] = value
    // A part that nobody knows has no column; the field that it is a part of has.
    const isPart = under !== null && reason === 'unknown'
    const key = this.#place + (isPart ? `${under}.${name}` : (under ?? name))
    const id = `${reason} ${key}`
    const entry = this.#drift.get(id) ?? { key, reason, count: 0 }
    entry.count++
    this.#drift.set(id, entry)
  }

  /** The object under a key. Where something else stands there already, both stay: the object under the key and a dot. */
  #membersOf(extra: Members, under: string): Members {
    const known = (extra[under] ??= this.#newMembers())
    return this.#made.has(known) ? (known as Members) : this.#membersOf(extra, `${under}.`)
  }

  #newMembers(): Members {
    const members = noMembers()
    this.#made.add(members)
    return members
  }

  /** What was kept since the last call, as the cell of `_extra`. */
  takeExtra(): Cell {
    const extra = this.#extra
    this.#extra = null
    return extra === null ? null : storableJson(extra)
  }

  takeDrift(): readonly Drift[] {
    const drift = [...this.#drift.values()]
    this.#drift.clear()
    return drift
  }
}
