import { SyncError } from '../errors.ts'
import type { Partition, Stream } from '../streams/stream.ts'
import { openV1 } from './envelope.ts'
import { cursorOf, keyOf, pageLoop, type Page } from './page.ts'
import { describeRequest, type ApiRequest, type Send } from './request.ts'
import { apiTimestamp, floorToSecond } from './timestamps.ts'
import type { Window } from './windows.ts'

/** How often one walk may step back before the list counts as unreadable. */
const MOST_STEPS_BACK = 100

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

/**
 * Walks a v1 list by offset without losing rows that move under it. Two devices:
 * where the list can be filtered by the cursor field and comes in its order, the walk goes on from the last
 * value seen (a new anchor) instead of a deep offset; and every page but the first after an anchor begins with
 * the row that ended the last one. A page that begins with a row nobody has seen shows that rows before it left: one page back, then.
 */
export async function* offsetPages(
  send: Send,
  base: ApiRequest,
  stream: Stream,
  partition: Partition,
  window: Window,
): AsyncGenerator<Page, void> {
  const { filter, pageSize } = partition
  let anchored = window.byCursor && filter !== undefined
  let at: Position = { anchor: window.since === null ? null : floorToSecond(window.since), start: 0 }
  let seen = new Set<string>()
  let stepsBack = 0
  let steppedBack = false
  for (;;) {
    const request = pageRequest(base, partition, at)
    const { records, more } = openV1(request, (await send(request)).body)
    if (at.start > 0 && !beginsWithSeen(stream, records, seen)) {
      if (++stepsBack > MOST_STEPS_BACK) throw unstable(request)
      at = { ...at, start: Math.max(0, at.start - pageSize) }
      steppedBack = true
      continue
    }
    const nothingNew = records.every((record) => seen.has(keyOf(stream, record)))
    if (more && nothingNew && !steppedBack)
      throw pageLoop(request, 'says there is more but brings nothing new')
    steppedBack = false
    yield records
    if (!more) return
    for (const record of records) seen.add(keyOf(stream, record))
    anchored &&= isAscending(stream, records)
    const next = anchored ? newAnchor(stream, records, at.anchor) : null
    if (next !== null) seen = new Set()
    at = next === null ? { ...at, start: at.start + records.length - 1 } : { anchor: next, start: 0 }
  }
}

function pageRequest(base: ApiRequest, partition: Partition, { anchor, start }: Position): ApiRequest {
  const { filter, pageSize } = partition
  const since = filter === undefined || anchor === null ? {} : { [filter.since]: apiTimestamp(anchor) }
  return { ...base, params: { ...base.params, ...since, start: String(start), limit: String(pageSize) } }
}

function beginsWithSeen(stream: Stream, records: Page, seen: ReadonlySet<string>): boolean {
  return records.length > 0 && seen.has(keyOf(stream, records[0]))
}

/** v1 passes over a parameter it does not know: an anchor in a list that is not sorted would leave rows behind. */
function isAscending(stream: Stream, records: Page): boolean {
  const cursors = records.map((record) => cursorOf(stream, record) ?? -Infinity)
  return cursors.every((cursor, index) => index === 0 || cursor >= (cursors[index - 1] ?? -Infinity))
}

/** The last value of the cursor field on the page, when it is later than the present anchor. */
function newAnchor(stream: Stream, records: Page, anchor: number | null): number | null {
  const last = cursorOf(stream, records.at(-1))
  if (last === null) return null
  const second = floorToSecond(last)
  return anchor === null || second > anchor ? second : null
}
