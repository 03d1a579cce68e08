import type { SyncContext } from './context.ts'
import { planWindow, type Window } from './extract/windows.ts'
import { duePartitions, openBookmark, type Place } from './load/checkpoint.ts'
import { inTransaction, type Session } from './load/connection.ts'
import { closeRange, isFirstReading, isRangeClosed, openRange } from './load/ranges.ts'
import { EVERYTHING, type Range, type StretchState } from './ranges.ts'
import type { Partition, Stream } from './streams/stream.ts'
import { statesOf, stretchOf, type Stretch } from './stretches.ts'

/** How a partition is read in a run. */
export interface PlannedWalk {
  readonly partition: Partition
  readonly place: Place
  /** What it covers. */
  readonly window: Window
  readonly stretches: Stretch[]
  /** Whether several walkers may share what is ahead. */
  readonly mayBeDivided: boolean
  /** Remembers how far it has got; to be called in the transaction that loads the rows. */
  readonly save: (states: readonly StretchState[]) => Promise<void>
  /** Remembers how far it has got in the end. */
  readonly end: (states: readonly StretchState[]) => Promise<void>
  /** Remembers that it was read to its end, and that what follows from that is done. */
  readonly close: () => Promise<void>
}

/** Whether a bookmark is kept of how far a walk has got. */
function keepsBookmark({ newestFirst }: Partition, { byCursor }: Window): boolean {
  return byCursor || newestFirst !== undefined
}

async function fromBookmark(
  partition: Partition,
  place: Place,
  session: Session,
  { clock, options }: SyncContext,
): Promise<PlannedWalk> {
  const { plan, lookbackMs } = options
  const bookmark = await openBookmark(session, place)
  const window = planWindow(partition, bookmark.value, plan, lookbackMs, clock.now())
  const start = { since: window.since, until: window.until, bookmark: bookmark.value, closed: false }
  const keep = async ([state]: readonly StretchState[]): Promise<void> => {
    if (state !== undefined) await bookmark.save(state.bookmark)
  }
  return {
    partition,
    place,
    window,
    stretches: [stretchOf(start, window, isOrdered(partition))],
    mayBeDivided: false,
    save: async (states) => {
      if (window.byCursor) await keep(states)
    },
    end: async (states) => {
      if (keepsBookmark(partition, window)) await keep(states)
    },
    close: () => Promise.resolve(),
  }
}

function isOrdered({ order }: Partition): boolean {
  return order?.byCursor !== undefined
}

/** Null where it was finished earlier. */
async function overRange(
  partition: Partition,
  place: Place,
  session: Session,
  { clock, options }: SyncContext,
  range: Range,
): Promise<PlannedWalk | null> {
  const progress = await openRange(session, place, range)
  if (progress.closed) return null
  const plan = ({ since, until, bookmark = null }: Range & { bookmark?: number | null }): Window =>
    planWindow(partition, bookmark, { mode: 'range', since, until }, options.lookbackMs, clock.now())
  const first = progress.parts.find(({ closed }) => !closed) ?? { ...range, bookmark: null, closed: false }
  const window = { ...plan(first), until: plan(range).until }
  const stretches = progress.parts.map((part) => stretchOf(part, plan(part), isOrdered(partition)))
  const keeps = keepsBookmark(partition, window)
  const kept = (states: readonly StretchState[], isOver: boolean): StretchState[] =>
    states.map(({ bookmark, closed, ...part }) => ({
      ...part,
      bookmark: keeps ? bookmark : null,
      closed: closed && (isOver || !window.complete),
    }))
  return {
    partition,
    place,
    window,
    stretches,
    mayBeDivided: window.byCursor && isOrdered(partition) && partition.filter?.until !== undefined,
    save: async (states) => {
      if (window.byCursor) await progress.save(kept(states, false))
    },
    end: async (states) => {
      if (keeps) await progress.save(kept(states, false))
    },
    close: async () => {
      await progress.save(kept(statesOf(stretches), true))
      if (options.plan.mode === 'pass') await progress.forget()
    },
  }
}

/** What a partition is read over: null where it is read from its bookmark on, or whole. */
async function rangeOf(
  { filter }: Partition,
  place: Place,
  session: Session,
  { options: { plan } }: SyncContext,
): Promise<Range | null> {
  if (plan.mode === 'range') return plan
  const isFirst = plan.mode === 'pass' && filter !== undefined && (await isFirstReading(session, place))
  return isFirst ? EVERYTHING : null
}

/** All partitions, or those that were not read whole not long ago. */
export function partitionsToRead(
  stream: Stream,
  session: Session,
  { clock, options }: SyncContext,
): Promise<readonly Partition[]> {
  return options.onlyDue
    ? duePartitions(session, options.account, stream, clock.now())
    : Promise.resolve(stream.partitions)
}

/** A stream without lists has one place for all of it. */
function placesOf({ name, partitions }: Stream, account: string): readonly Place[] {
  const names = partitions.length === 0 ? [''] : partitions.map((partition) => partition.name)
  return names.map((partition) => ({ account, stream: name, partition }))
}

/** Whether a backfill that goes on has read all of a stream less than a day ago. */
export async function isReadWhole(
  stream: Stream,
  session: Session,
  { options: { account, plan } }: SyncContext,
): Promise<boolean> {
  if (plan.mode !== 'range') return false
  for (const place of placesOf(stream, account))
    if (!(await isRangeClosed(session, place, plan))) return false
  return true
}

/** Remembers it, where no walk does. */
export async function noteReadWhole(
  stream: Stream,
  session: Session,
  { options: { account, plan } }: SyncContext,
): Promise<void> {
  if (plan.mode !== 'range') return
  await inTransaction(session, async () => {
    for (const place of placesOf(stream, account)) await closeRange(session, place, plan)
  })
}

/** One walk a partition; those that a backfill cut off earlier had already finished are left out. */
export async function planWalks(
  stream: Stream,
  session: Session,
  context: SyncContext,
): Promise<PlannedWalk[]> {
  const { account } = context.options
  const walks: PlannedWalk[] = []
  for (const partition of stream.partitions) {
    const place = { account, stream: stream.name, partition: partition.name }
    const range = await rangeOf(partition, place, session, context)
    const walk =
      range === null
        ? await fromBookmark(partition, place, session, context)
        : await overRange(partition, place, session, context, range)
    if (walk !== null) walks.push(walk)
  }
  return walks
}
