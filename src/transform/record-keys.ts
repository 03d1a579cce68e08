import { CLOSE_OBJECT, COLON, LETTER_N, OPEN_OBJECT, QUOTE } from '../json/bytes.ts'
import { wordOf, type JsonScanner, type Word } from '../json/scanner.ts'
import { SHORTEST_RUN, nullRun, type NullRun } from './null-run.ts'

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

/** Passes nulls that came before, if they are what comes next; gives the last of their keys. */
function passNulls({ text, slots, last }: NullRun<Key>, scanner: JsonScanner, places: Places): Key | null {
  if (!scanner.passAll(text)) return null
  for (const slot of slots) places.forget(slot)
  return last
}

/**
 * The keys that a record may have. Records of one list have the same keys in the same order, almost: so the key
 * that came next the last time is tried before the key is looked up.
 */
export class RecordKeys {
  readonly #keys = new Map<string, Key>()
  /** Under which key strays are kept; null: under their own. */
  readonly #under: string | null
  /** The keys of the nulls that came one behind the other; more may stand behind them from before. */
  readonly #run: Key[] = []
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
    let before: Key | null = null
    /** Of the nulls that came last: how many, and where the first begins and the last ends. */
    let nulls = 0
    let from = 0
    let to = 0
    do {
      const guess: Key | null = before === null ? this.#first : before.next
      const passed: Key | null =
        guess === null || guess.nulls === null ? null : passNulls(guess.nulls, scanner, places)
      const start = scanner.at
      const key: Key = passed ?? this.#key(guess, before, scanner)
      before = key
      if (passed === null && scanner.peek() === LETTER_N) {
        if (!scanner.passIf(NULL)) throw scanner.wrong()
        places.forget(key.slot)
        if (nulls === 0) from = start
        this.#run[nulls++] = key
        to = scanner.at
        continue
      }
      if (nulls >= SHORTEST_RUN) this.#keepRun(nulls, scanner.bytes.subarray(from, to))
      nulls = 0
      if (passed === null) this.#note(key, scanner, places)
    } while (scanner.more(CLOSE_OBJECT))
    if (nulls >= SHORTEST_RUN) this.#keepRun(nulls, scanner.bytes.subarray(from, to))
  }

  #keepRun(nulls: number, text: Buffer): void {
    const keys = this.#run.slice(0, nulls)
    const [first] = keys
    if (first !== undefined) first.nulls = nullRun(keys, text)
  }

  /** Passes the key that comes next. */
  #key(guess: Key | null, before: Key | null, scanner: JsonScanner): Key {
    if (guess !== null && scanner.passIf(guess.text)) return guess
    if (scanner.peek() !== QUOTE) throw scanner.wrong()
    return guess !== null && scanner.passIf(guess.text) ? guess : this.#read(before, scanner)
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
