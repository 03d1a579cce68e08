import type { SyncContext } from '../context.ts'
import { countList, countTotal } from '../extract/count.ts'
import { COMPLETE, type Window } from '../extract/windows.ts'
import { isPerParent } from '../families.ts'
import type { Session } from '../load/connection.ts'
import { readFrontiers } from '../load/frontier.ts'
import { countHeld } from '../load/plan-facts.ts'
import { isNotShown } from '../outcome.ts'
import { DAY_MS } from '../priority.ts'
import type { Range } from '../ranges.ts'
import type { Partition, Stream } from '../streams/stream.ts'
import type { Stretch } from '../stretches.ts'
import { partitionsToRead, planWalks } from '../walks.ts'
import type { Asked, ListFacts, Size } from './facts.ts'
import { amount } from './lists.ts'

const WEEK = 7

/** What a run would ask of the partitions of a list; those that were read to their end less than a day ago are not in it. */
async function readWalks(
  stream: Stream,
  session: Session,
  context: SyncContext,
  { mode }: Asked,
): Promise<ReadonlyMap<string, Expected>> {
  const all = stream.partitions.map(({ name }): [string, Expected] => [name, EVERYTHING_ANEW])
  if (mode === 'verify' || isPerParent(stream)) return new Map(all)
  const partitions = await partitionsToRead(stream, session, context)
  const walks = await planWalks({ ...stream, partitions }, session, context)
  return new Map(walks.map(({ partition, window, stretches }) => [partition.name, expect(window, stretches)]))
}

interface Expected {
  readonly window: Window
  readonly ranges: readonly Range[]
}

const EVERYTHING_ANEW: Expected = { window: COMPLETE, ranges: [COMPLETE] }

/** Of a range that was read in parts, what is left begins where the first of them goes on. */
function expect(window: Window, stretches: readonly Stretch[]): Expected {
  const open = stretches.filter(({ closed }) => !closed)
  const ranges = open.map(({ window: { since }, until }) => ({ since, until }))
  return { window: { ...window, since: ranges[0]?.since ?? null }, ranges }
}

/** Who may not see the totals may see the list. */
function ifNotShown(error: unknown): null {
  if (!isNotShown(error)) throw error
  return null
}

/** Asks Pipedrive for the sizes of lists that are not held whole: the totals where there are some, and one request beside them. */
function counter(stream: Stream, { send }: SyncContext) {
  let isAsked = false
  return async (partition: Partition, held: number): Promise<Size> => {
    const total =
      stream.totals === undefined || partition.markedBy !== undefined
        ? null
        : await countTotal(send, stream, stream.totals).catch(ifNotShown)
    if (total !== null) return total
    if (!isAsked && partition.paging !== 'single' && stream.refreshHours === undefined) {
      isAsked = true
      return countList(send, stream, partition)
    }
    return { records: held, bound: 'at least', says: held === 0 ? 'not counted' : `${amount(held)} or more` }
  }
}

/** What is known of the lists of a stream, which was `lastRead` to its end; null where it never was. */
export async function readListFacts(
  stream: Stream,
  session: Session,
  context: SyncContext,
  asked: Asked,
  lastRead: number | null,
): Promise<readonly ListFacts[]> {
  const { account, plan } = context.options
  const isPart = asked.mode === 'range' && (plan.since !== null || plan.until !== null)
  const frontiers = await readFrontiers(session, account, stream)
  const walks = await readWalks(stream, session, context, asked)
  const count = counter(stream, context)
  const found: ListFacts[] = []
  for (const partition of stream.partitions.filter(({ parents }) => parents === undefined)) {
    const { window = null, ranges = [] } = walks.get(partition.name) ?? {}
    const { changedInWeek, ...held } = await countHeld(session, stream, partition, { ranges, lastRead })
    // What cannot be filtered is read whole each time; a backfill of some dates leaves the others out.
    const wasWhole = lastRead !== null && (partition.filter === undefined || frontiers.has(partition.name))
    const isWhole = asked.mode === 'verify' || wasWhole
    found.push({
      ...{ partition, window, isPart, ...held },
      changedPerDay: changedInWeek / WEEK,
      daysBehind: lastRead === null ? 0 : Math.max(0, (context.clock.now() - lastRead) / DAY_MS),
      counted: isWhole || window === null ? null : await count(partition, held.held),
    })
  }
  return found
}
