import { SyncError } from '../errors.ts'
import type { Partition, Stream } from '../streams/stream.ts'
import { openUntold, openV1, recordsOf } from './envelope.ts'
import { filterParams } from './filter-params.ts'
import { cursorOf, imprintOf, keyOf, pageLoop, samePage, type Imprint, type Page } from './page.ts'
import { describeRequest, type ApiRequest, type Send } from './request.ts'
import { floorToSecond } from './timestamps.ts'
import type { Window } from './windows.ts'

/** How many requests in a row may bring nothing new, since the list moves, before it counts as unreadable. */
const MOST_IDLE = 100

interface Position {
  /** Lower bound of the filter; null where nothing is filtered. */
  readonly anchor: number | null
  readonly start: number
}

function unstable(request: ApiRequest): SyncError {
  return new SyncError({
    code: 'E_UNSTABLE',
    recovery: 'skip-stream',
    message: `${request.stream}: the list behind ${describeRequest(request)} moved on every page while it was read. Try again when fewer records are being changed.`,
  })
}

/** What tells one place of a list from another: in the order of the cursor field an edited record has moved. */
type Mark = (record: unknown) => string

function marker(stream: Stream, { byCursor }: Window): Mark {
  return (record) =>
    byCursor ? `${keyOf(stream, record)} ${cursorOf(stream, record)}` : keyOf(stream, record)
}

/**
 * A walk over a list that moves while it is read. Every page but the first has to begin with the row that ended the last
 * one, as it was; another one there shows that rows before it left, or came: one page back, then.
 */
class OffsetWalk {
  at: Position
  readonly #stream: Stream
  readonly #pageSize: number
  readonly #mark: Mark
  readonly #seen = new Set<string>()
  #last = ''
  #accepted: Imprint = ''
  /** Requests since the last that brought something new. */
  #idle = 0
  #steppedBack = false
  #everSteppedBack = false
  /** Whether the list can be asked for by the cursor field, in its order, and has come in it so far. */
  #ascending: boolean
  #proved = false

  constructor(stream: Stream, { filter, order, pageSize }: Partition, window: Window) {
    this.at = { anchor: window.since === null ? null : floorToSecond(window.since), start: 0 }
    this.#stream = stream
    this.#pageSize = pageSize
    this.#mark = marker(stream, window)
    this.#ascending = window.byCursor && filter !== undefined && order?.byCursor !== undefined
  }

  /** Takes a page that goes on where the last one ended, and moves behind it; false when it had to step back instead. */
  take(request: ApiRequest, page: Page, more: boolean): boolean {
    const records = recordsOf(request, page)
    const marks = records.map(this.#mark)
    const [first = ''] = marks
    if (this.at.start > 0 && (this.#steppedBack ? !this.#seen.has(first) : first !== this.#last)) {
      if (!this.#steppedBack && samePage(imprintOf(page), this.#accepted))
        throw pageLoop(request, 'brought the same page twice')
      this.#stepBack(request)
      return false
    }
    this.#expectProgress(request, marks, more)
    this.#accepted = imprintOf(page)
    this.#steppedBack = false
    this.#last = marks.at(-1) ?? ''
    this.#goOn(records, marks)
    return true
  }

  /** Behind a step back come pages that were seen before; elsewhere they mean that the list has no end. */
  #expectProgress(request: ApiRequest, marks: readonly string[], more: boolean): void {
    const nothingNew = marks.every((mark) => this.#seen.has(mark))
    if (more && nothingNew && !this.#everSteppedBack)
      throw pageLoop(request, 'says there is more but brings nothing new')
    if (nothingNew) this.#count(request)
    else this.#idle = 0
  }

  /** At the last value where that is a new anchor, else by offset. */
  #goOn(records: readonly unknown[], marks: readonly string[]): void {
    this.#ascending &&= isAscending(this.#stream, records) && !this.#filterIsIgnored(records)
    // One page in order may be chance.
    this.#proved ||= this.#ascending && this.at.start > 0
    const anchor = this.#proved && this.#ascending ? newAnchor(this.#stream, records, this.at.anchor) : null
    if (anchor !== null) this.#seen.clear()
    else for (const mark of marks) this.#seen.add(mark)
    this.at =
      anchor === null ? { ...this.at, start: this.at.start + records.length - 1 } : { anchor, start: 0 }
  }

  /** Whether an anchored page begins before its anchor: v1 passes over a parameter that it does not know. */
  #filterIsIgnored(records: readonly unknown[]): boolean {
    const first = cursorOf(this.#stream, records[0])
    const { anchor } = this.at
    return anchor !== null && first !== null && floorToSecond(first) < anchor
  }

  #stepBack(request: ApiRequest): void {
    this.#count(request)
    this.at = { ...this.at, start: Math.max(0, this.at.start - this.#pageSize) }
    this.#steppedBack = true
    this.#everSteppedBack = true
  }

  #count(request: ApiRequest): void {
    if (++this.#idle > MOST_IDLE) throw unstable(request)
  }
}

/**
 * Walks a v1 list by offset without losing rows that move under it. Where the list can be filtered by the cursor field
 * and has proved to come in its order, the walk goes on from the last value seen (a new anchor) instead of a deep offset.
 */
export async function* offsetPages(
  send: Send,
  base: ApiRequest,
  stream: Stream,
  partition: Partition,
  window: Window,
): AsyncGenerator<Page, void> {
  const walk = new OffsetWalk(stream, partition, window)
  for (;;) {
    const request = pageRequest(base, partition, walk.at)
    const { body } = await send(request)
    const { records, more } =
      partition.untold === true ? openUntold(request, body, partition.pageSize) : openV1(request, body)
    if (!walk.take(request, records, more)) continue
    yield records
    if (!more) return
  }
}

function pageRequest(base: ApiRequest, partition: Partition, { anchor, start }: Position): ApiRequest {
  const since = filterParams(partition, { since: anchor, until: null })
  const page = { start: String(start), limit: String(partition.pageSize) }
  return { ...base, params: { ...base.params, ...since, ...page } }
}

/** v1 passes over a parameter it does not know: an anchor in a list that is not sorted would leave rows behind. */
function isAscending(stream: Stream, records: readonly unknown[]): boolean {
  const cursors = records.map((record) => cursorOf(stream, record) ?? -Infinity)
  return cursors.every((cursor, index) => index === 0 || cursor >= (cursors[index - 1] ?? -Infinity))
}

/** The last value of the cursor field on the page, when it is later than the present anchor. */
function newAnchor(stream: Stream, records: readonly unknown[], anchor: number | null): number | null {
  const last = cursorOf(stream, records.at(-1))
  if (last === null) return null
  const second = floorToSecond(last)
  return anchor === null || second > anchor ? second : null
}
