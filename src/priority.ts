import type { ReadPlan } from './extract/windows.ts'
import type { Stream } from './streams/stream.ts'

/** What runs are for; those that matter more when the budget is short come first. */
export const KINDS = ['tick', 'pass', 'sweep', 'verify', 'backfill'] as const
export type Kind = (typeof KINDS)[number]

const BY_MODE: Readonly<Record<ReadPlan['mode'], Kind>> = { pass: 'pass', sweep: 'sweep', range: 'backfill' }

export function kindOf({ kind, plan }: { readonly kind?: Kind; readonly plan: ReadPlan }): Kind {
  return kind ?? BY_MODE[plan.mode]
}

/** The kinds of runs that one of this kind leaves tokens to. Both that keep the tables current take from the same. */
export function moreImportant(kind: Kind): readonly Kind[] {
  return kind === 'pass' ? [] : KINDS.slice(0, KINDS.indexOf(kind))
}

/** Tokens that runs of one kind have spent on one day. */
export interface DaySpent {
  readonly kind: string
  readonly tokens: number
}

/** The lower of the two in the middle: one day of first reads makes no habit. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}

/** Milliseconds of a day. */
export const DAY_MS = 86_400_000

/**
 * Tokens that these kinds of runs need for the rest of the day (0 to 1), by what each spent on a usual one of the days
 * before, of which `spent` has a line each.
 */
export function needOfTheRest(spent: readonly DaySpent[], rest: number): number {
  const days = [...Map.groupBy(spent, ({ kind }) => kind).values()]
  const usual = days.map((each) => median(each.map(({ tokens }) => tokens)))
  return Math.ceil(rest * usual.reduce((sum, each) => sum + each, 0))
}

/** Streams whose rows another one goes by: the parents of its records, and those whose fields it refreshes. */
export function before({ partitions, catalogs }: Stream): readonly string[] {
  const parents = partitions.flatMap(({ parents }) => parents?.of.name ?? [])
  return [...parents, ...catalogs.map(({ entity }) => entity)]
}

function isChild({ partitions }: Stream): boolean {
  return partitions.some(({ parents }) => parents !== undefined)
}

/** Compares as far as the first difference. */
function byNumbers(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index])
  return at === -1 ? 0 : (one[at] ?? 0) < (other[at] ?? 0) ? -1 : 1
}

/**
 * The streams of a run in the order in which they are to have its tokens: lists before children; what was never read
 * to its end last, since that is history, unless the whole run is; else what was read longest ago first. `lastRead` is
 * in epoch milliseconds. A stream comes behind those that it goes by, as it does in `streams`: it ranks no higher than they.
 */
export function inOrderOfNeed(
  streams: readonly Stream[],
  lastRead: ReadonlyMap<string, number>,
  { mode }: ReadPlan,
): readonly Stream[] {
  const byName = new Map(streams.map((stream) => [stream.name, stream]))
  const ahead = (stream: Stream) =>
    before(stream).flatMap((name) => (name === stream.name ? [] : (byName.get(name) ?? [])))
  const isHistory = (stream: Stream): boolean =>
    (mode !== 'range' && !lastRead.has(stream.name)) || ahead(stream).some(isHistory)
  const alike = (stream: Stream) => ahead(stream).filter((each) => isChild(each) === isChild(stream))
  const readAt = (stream: Stream): number =>
    Math.max(lastRead.get(stream.name) ?? -Infinity, ...alike(stream).map(readAt))
  const rank = (stream: Stream) => [Number(isHistory(stream)), Number(isChild(stream)), readAt(stream)]
  return streams.toSorted((one, other) => byNumbers(rank(one), rank(other)))
}
