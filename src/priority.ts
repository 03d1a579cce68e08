import type { ReadPlan } from './extract/windows.ts'
import type { Stream } from './streams/stream.ts'

/** What runs are for; those that matter more when the budget is short come first. */
export const KINDS = ['tick', 'pass', 'sweep', 'verify', 'backfill'] as const
export type Kind = (typeof KINDS)[number]

const BY_MODE: Readonly<Record<ReadPlan['mode'], Kind>> = { pass: 'pass', sweep: 'sweep', range: 'backfill' }

export function kindOf({ kind, plan }: { readonly kind?: Kind; readonly plan: ReadPlan }): Kind {
  return kind ?? BY_MODE[plan.mode]
}

/** The kinds of runs that one of this kind leaves tokens to. */
export function moreImportant(kind: Kind): readonly Kind[] {
  return KINDS.slice(0, KINDS.indexOf(kind))
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

/** Tokens that these kinds of runs need in a day, by what each spent on a usual one of those before, of which `spent` has a line each. */
export function needOfADay(spent: readonly DaySpent[], kinds: readonly string[]): number {
  const days = kinds.map((one) => spent.filter(({ kind }) => kind === one))
  return days.reduce((sum, each) => sum + median(each.map(({ tokens }) => tokens)), 0)
}

/** What a day takes on which nothing changes (docs/cadences.md), and of a day with few tokens so large a share. */
const QUIET_DAY = { tokens: 12_000, share: 0.4 } as const

/**
 * Tokens that history leaves of a whole day of `limit` tokens to the runs that keep the tables current: what those need,
 * and at least what they are known to need where a day or two of theirs do not tell yet.
 */
export function keptFromHistory(spent: readonly DaySpent[], limit: number): number {
  const least = Math.min(QUIET_DAY.tokens, QUIET_DAY.share * limit)
  return Math.max(least, needOfADay(spent, moreImportant('backfill')))
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

function aheadIn(streams: readonly Stream[]) {
  const byName = new Map(streams.map((stream) => [stream.name, stream]))
  return (stream: Stream): readonly Stream[] =>
    before(stream).flatMap((name) => (name === stream.name ? [] : (byName.get(name) ?? [])))
}

/**
 * Those of the streams of a run that are history: they were never read to their end, or go by one that was not. Of a run
 * that is for history nothing needs to be told apart.
 */
export function historyIn(
  streams: readonly Stream[],
  lastRead: ReadonlyMap<string, number>,
  { mode }: ReadPlan,
): ReadonlySet<string> {
  const ahead = aheadIn(streams)
  const isHistory = (stream: Stream): boolean => !lastRead.has(stream.name) || ahead(stream).some(isHistory)
  return new Set(mode === 'range' ? [] : streams.filter(isHistory).map(({ name }) => name))
}

/**
 * The streams of a run in the order in which they are to have its tokens: history last; lists before children; else
 * what was read longest ago first. `lastRead` is in epoch milliseconds. A stream comes behind those that it goes by, as it
 * does in `streams`: it ranks no higher than they.
 */
export function inOrderOfNeed(
  streams: readonly Stream[],
  lastRead: ReadonlyMap<string, number>,
  plan: ReadPlan,
): readonly Stream[] {
  const ahead = aheadIn(streams)
  const history = historyIn(streams, lastRead, plan)
  const alike = (stream: Stream) => ahead(stream).filter((each) => isChild(each) === isChild(stream))
  const readAt = (stream: Stream): number =>
    Math.max(lastRead.get(stream.name) ?? -Infinity, ...alike(stream).map(readAt))
  const rank = (stream: Stream) => [Number(history.has(stream.name)), Number(isChild(stream)), readAt(stream)]
  return streams.toSorted((one, other) => byNumbers(rank(one), rank(other)))
}
