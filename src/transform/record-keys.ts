import { CLOSE_OBJECT, COLON, LETTER_N, OPEN_OBJECT, QUOTE } from '../json/bytes.ts'
import { wordOf, type JsonScanner, type Word } from '../json/scanner.ts'
import { NullRunFinder, type NullRun } from './null-run.ts'

/** A key of an object, as it came before. */
interface Key {
  readonly name: string
  /** The key as it stands in JSON text, with its quotes and the colon. */
  readonly text: Word
  /** Where the place of its value is kept; NOWHERE when nobody reads it. */
  readonly slot: number
  /** The keys of the object that is its value, where they are read one by one. */
  readonly inner: RecordKeys | null
  /** Where the place of that object is kept, if it is read as a whole besides. */
  whole: number
  /** The key that came after this one the last time. */
  next: Key | null
  /** What came from this key on the last time, where that was many nulls. */
  nulls: NullRun<Key> | null
}

/** The place of what nobody reads, or of what is not there. */
export const NOWHERE = -1
/** Keys nobody knows are remembered too, up to this many in one object. */
const MOST_REMEMBERED = 5000
const NULL = wordOf('null')

function newKey(name: string, slot: number, inner: RecordKeys | null): Key {
  return {
    name,
    text: wordOf(`${JSON.stringify(name)}:`),
    slot,
    inner,
    whole: NOWHERE,
    next: null,
    nulls: null,
  }
}

/** A value nobody reads by its key, and where it stands. */
export interface Stray {
  /** The key of the object around it, where it keeps that one's company. */
  readonly under: string | null
  readonly name: string
  readonly reason: 'unknown' | 'unfit'
  readonly start: number
  readonly end: number
}

/** Where the values of one record stand in its page. A null is nowhere. */
export class Places {
  readonly starts: Int32Array
  readonly ends: Int32Array
  strays: Stray[] = []

  constructor(slots: number) {
    this.starts = new Int32Array(slots)
    this.ends = new Int32Array(slots)
  }

  clear(): void {
    this.starts.fill(NOWHERE)
    if (this.strays.length > 0) this.strays = []
  }

  note(slot: number, start: number, end: number): void {
    this.starts[slot] = start
    this.ends[slot] = end
  }

  forget(slot: number): void {
    if (slot !== NOWHERE) this.starts[slot] = NOWHERE
  }

  has(slot: number): boolean {
    return (this.starts[slot] as number) >= 0
  }
}

/**
 * The keys that a record may have. Records of one list have the same keys in the same order, almost: so the key
 * that came next the last time is tried before the key is looked up.
 */
export class RecordKeys {
  readonly #keys = new Map<string, Key>()
  /** Under which key strays are kept; null: under their own. */
  readonly #under: string | null
  readonly #nulls = new NullRunFinder<Key>()
  #first: Key | null = null
  /** Whether values that nobody reads are passed over on purpose. */
  #leavesOut = false

  constructor(under: string | null = null) {
    this.#under = under
  }

  /** The first to add a name has it. */
  add(name: string, slot: number, inner: RecordKeys | null = null): void {
    if (!this.#keys.has(name)) this.#keys.set(name, newKey(name, slot, inner))
  }

  /** Where the place of its value is kept; null when nobody reads it. */
  slotOf(name: string): number | null {
    const { slot = NOWHERE, whole = NOWHERE } = this.#keys.get(name) ?? {}
    if (slot !== NOWHERE) return slot
    return whole === NOWHERE ? null : whole
  }

  /** The keys inside the object that is the value of `name`, made at the first call; `under` says with which key strays are kept. */
  inside(name: string, under: string | null): RecordKeys {
    const known = this.#keys.get(name)?.inner ?? null
    if (known !== null) return known
    const inner = new RecordKeys(under)
    this.add(name, NOWHERE, inner)
    return inner
  }

  /** The object under `name`, some of whose members are read, is read as a whole too. */
  addWhole(name: string, slot: number): boolean {
    const key = this.#keys.get(name)
    if (key === undefined || key.inner === null) return false
    key.inner.#leavesOut = true
    key.whole = slot
    return true
  }

  /** Passes over the value of `name`; where some of it is read, over the rest of it. */
  leaveOut(name: string, slot: number): void {
    const inner = this.#keys.get(name)?.inner ?? null
    if (inner === null) this.add(name, slot)
    else inner.#leavesOut = true
  }

  /** Notes where each value of the object stands that comes next. */
  scan(scanner: JsonScanner, places: Places): void {
    scanner.pass(OPEN_OBJECT)
    if (scanner.peek() === CLOSE_OBJECT) {
      scanner.at++
      return
    }
    let key: Key | null = null
    this.#nulls.reset()
    do {
      const guess: Key | null = key === null ? this.#first : key.next
      key = this.#passNulls(guess, scanner, places) ?? this.#member(guess, key, scanner, places)
    } while (scanner.more(CLOSE_OBJECT))
    this.#endNulls(scanner)
  }

  /** Passes the nulls that came from the key on the last time, if they are what comes next; gives the last of their keys. */
  #passNulls(guess: Key | null, scanner: JsonScanner, places: Places): Key | null {
    const run = guess?.nulls ?? null
    if (run === null || !scanner.passAll(run.text)) return null
    this.#endNulls(scanner)
    for (const slot of run.slots) places.forget(slot)
    return run.last
  }

  #endNulls(scanner: JsonScanner): void {
    const found = this.#nulls.take(scanner.bytes)
    if (found !== null) found.first.nulls = found.run
  }

  #member(guess: Key | null, before: Key | null, scanner: JsonScanner, places: Places): Key {
    if (scanner.peek() !== QUOTE) throw scanner.wrong()
    const start = scanner.at
    const key = guess !== null && scanner.passIf(guess.text) ? guess : this.#read(before, scanner)
    if (scanner.peek() === LETTER_N) {
      if (!scanner.passIf(NULL)) throw scanner.wrong()
      places.forget(key.slot)
      this.#nulls.add(key, start, scanner.at)
    } else {
      this.#endNulls(scanner)
      this.#note(key, scanner, places)
    }
    return key
  }

  /** Another key than that which was guessed. */
  #read(before: Key | null, scanner: JsonScanner): Key {
    const start = scanner.at
    scanner.skipValue()
    const name = scanner.value(start, scanner.at) as string
    scanner.pass(COLON)
    const key = this.#keys.get(name) ?? this.#remember(name)
    if (before === null) this.#first = key
    else before.next = key
    return key
  }

  #remember(name: string): Key {
    const key = newKey(name, NOWHERE, null)
    if (this.#keys.size < MOST_REMEMBERED) this.#keys.set(name, key)
    return key
  }

  #note(key: Key, scanner: JsonScanner, places: Places): void {
    const byte = scanner.peek()
    const start = scanner.at
    if (byte === OPEN_OBJECT && key.inner !== null) {
      key.inner.scan(scanner, places)
      if (key.whole !== NOWHERE) places.note(key.whole, start, scanner.at)
      return
    }
    scanner.skipValue()
    if (key.slot === NOWHERE) {
      if (this.#leavesOut) return
      const reason = key.inner === null ? 'unknown' : 'unfit'
      places.strays.push({ under: this.#under, name: key.name, reason, start, end: scanner.at })
    } else places.note(key.slot, start, scanner.at)
  }
}
