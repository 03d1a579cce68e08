import type { StretchState } from './ranges.ts'
import { floorToSecond } from './extract/timestamps.ts'
import type { Window } from './extract/windows.ts'
import { HighWater } from './transform/high-water.ts'

/** A part of a walk that one walker reads; the parts of a walk tile what it covers. */
export interface Stretch {
  /** Where it begins, epoch milliseconds; null where it is open. */
  readonly since: number | null
  /** Where it ends, exclusive: nearer when another walker has taken its later part. */
  until: number | null
  /** What is asked for: from where an earlier run has got to. */
  readonly window: Window
  readonly mark: HighWater
  /** Milliseconds that a page covered where it was taken from; null where nothing is known. */
  readonly pace: number | null
  /** Read to its end. */
  closed: boolean
}

/** A part as an earlier run has left it; `isOrdered`: ascending order is asked for. */
export function stretchOf(
  { since, until, bookmark, closed }: StretchState,
  window: Omit<Window, 'until'>,
  isOrdered: boolean,
  pace: number | null = null,
): Stretch {
  const mark = new HighWater(bookmark, isOrdered)
  return { since, until, window: { ...window, until }, mark, pace, closed }
}

/** How far each part has been read by the pages that its mark has seen, from the earliest on. */
export function statesOf(stretches: readonly Stretch[]): readonly StretchState[] {
  return stretches
    .map(({ since, until, mark, closed }) => ({
      since,
      until,
      bookmark: closed ? mark.end : mark.checkpoint,
      closed,
    }))
    .toSorted((one, other) => (one.since ?? -Infinity) - (other.since ?? -Infinity))
}

/** Whether all that a walker would read from here on is another's, or was read before. */
export function hasEnded({ window, until, mark }: Stretch): boolean {
  if (window.byCursor) return mark.hasPassed(until)
  return window.newestFirst === true && mark.hasFallenBelow(window.since)
}

/** The filters know nothing shorter. */
const SECOND = 1000
/** Fewer pages are read to their end sooner than divided. */
const FEWEST_PAGES = 2
/** With fewer for each walker some will be idle before the first page of the next list has come. */
const NEARLY_OVER_PAGES = 4

/** How many pages are left of a part, going by those that were read; 0 where it is better left whole. */
function pagesAhead({ since, mark, until, pace, closed, window }: Stretch, now: number): number {
  const at = mark.reached ?? since
  const each = mark.pace ?? pace
  if (closed || !window.byCursor || at === null || each === null || !mark.isAscending) return 0
  return ((until ?? now) - at) / Math.max(each, SECOND)
}

/**
 * Takes the later half of the part that has most left, for another walker; null where none has enough, or more is left
 * than the `affordable` pages: a walker more costs a page or two, which only a walk that comes to its end has to give.
 * Halves are of time: how the records lie in it shows only as they are read.
 */
export function divide(stretches: Stretch[], now: number, affordable: number): Stretch | null {
  const ahead = stretches.map((stretch) => ({ stretch, pages: pagesAhead(stretch, now) }))
  const all = ahead.reduce((sum, { pages }) => sum + pages, 0)
  const [largest] = ahead.toSorted((one, other) => other.pages - one.pages)
  if (largest === undefined || largest.pages < FEWEST_PAGES || all > affordable) return null
  const { stretch } = largest
  const { until, window, mark } = stretch
  const at = mark.reached ?? stretch.since ?? 0
  const middle = floorToSecond((at + (until ?? now)) / 2)
  if (middle <= at) return null
  stretch.until = middle
  const state = { since: middle, until, bookmark: null, closed: false }
  const later = stretchOf(state, { ...window, since: middle }, true, mark.pace ?? stretch.pace)
  stretches.push(later)
  return later
}

/** Whether what is left of all parts is known, is within the `affordable` pages, and too little for more walkers. */
export function isNearlyOver(stretches: readonly Stretch[], now: number, affordable: number): boolean {
  const open = stretches.filter(({ closed }) => !closed)
  const isKnown = open.every(
    ({ window, mark, pace }) => window.byCursor && mark.isAscending && (mark.pace ?? pace) !== null,
  )
  const left = open.reduce((sum, stretch) => sum + pagesAhead(stretch, now), 0)
  return isKnown && left <= affordable && left < NEARLY_OVER_PAGES * open.length
}

/**
 * A part to be read once more, from its beginning to its end, whatever order it comes in: it had been left where its
 * successor begins, which says nothing where the order is in doubt.
 */
export function anew({ since, until, window }: Stretch): Stretch {
  const state = { since, until, bookmark: null, closed: false }
  return stretchOf(state, { ...window, since }, false)
}

/** How much of a walk lies behind, 0 to 1; null where that cannot be told. */
export function shareOf(stretches: readonly Stretch[], now: number): number | null {
  const [first] = stretches.toSorted((one, other) => (one.since ?? -Infinity) - (other.since ?? -Infinity))
  const begin = first?.mark.first ?? first?.since ?? null
  if (begin === null || stretches.some(({ mark, window }) => !window.byCursor || !mark.isAscending))
    return null
  let [behind, all] = [0, 0]
  for (const { since, until, mark, closed } of stretches) {
    const from = since ?? begin
    const to = until ?? now
    all += to - from
    behind += (closed ? to : (mark.reached ?? from)) - from
  }
  return all <= 0 ? null : Math.min(1, Math.max(0, behind / all))
}
