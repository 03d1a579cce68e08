import type { SyncContext } from '../context.ts'
import { countList, countTotal } from '../extract/count.ts'
import { COMPLETE, planWindow, type Window } from '../extract/windows.ts'
import { openBookmark } from '../load/checkpoint.ts'
import type { Session } from '../load/connection.ts'
import { readFrontiers } from '../load/frontier.ts'
import { countHeld } from '../load/plan-facts.ts'
import { DAY_MS } from '../priority.ts'
import type { Partition, Stream } from '../streams/stream.ts'
import type { Asked, ListFacts, Size } from './facts.ts'
import { amount } from './lists.ts'

const WEEK = 7

/** What a run would ask of a partition; null where that was read to its end less than a day ago. */
async function windowOf(
  stream: Stream,
  partition: Partition,
  session: Session,
  { options, clock }: SyncContext,
  { mode }: Asked,
): Promise<Window | null> {
  if (mode === 'verify') return COMPLETE
  const { account, plan, lookbackMs } = options
  const place = { account, stream: stream.name, partition: partition.name }
  const bookmark = await openBookmark(session, place, mode === 'range' ? plan : null)
  return bookmark.closed ? null : planWindow(partition, bookmark.value, plan, lookbackMs, clock.now())
}

/** Asks Pipedrive for the sizes of lists that are not held whole: the totals where there are some, and one request beside them. */
function counter(stream: Stream, { send }: SyncContext) {
  let isAsked = false
  return async (partition: Partition, held: number): Promise<Size> => {
    const total =
      stream.totals === undefined || partition.markedBy !== undefined
        ? null
        : await countTotal(send, stream, stream.totals)
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
  const count = counter(stream, context)
  const found: ListFacts[] = []
  for (const partition of stream.partitions.filter(({ parents }) => parents === undefined)) {
    const window = await windowOf(stream, partition, session, context, asked)
    const { since, until } = window ?? COMPLETE
    const bounds = { since, until, lastRead }
    const { changedInWeek, ...held } = await countHeld(session, stream, partition, bounds)
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
