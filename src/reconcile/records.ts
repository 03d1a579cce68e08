import { prefetch } from '../extract/prefetch.ts'
import { readPages } from '../extract/paging.ts'
import { readByIds } from '../extract/read-by-id.ts'
import { COMPLETE } from '../extract/windows.ts'
import { rowsWithKeys } from '../load/comparison.ts'
import { latestOf, readFrontiers, type Frontiers } from '../load/frontier.ts'
import { createListing, findSuspects, listedFrontier, noteListed, sampleKeys } from '../load/listing.ts'
import { markGone } from '../load/mend.ts'
import { LIST_AGAIN } from '../streams/lists.ts'
import type { Partition, Stream } from '../streams/stream.ts'
import type { Verdict } from './findings.ts'
import type { Rereading } from './rereading.ts'
import { settle, type Finding } from './settle.ts'
import type { Subject } from './subject.ts'

/** Keys that are read and compared at once. */
const KEYS_AT_ONCE = 500

/** What was found, and how to read it again. */
export interface Findings {
  readonly rereading: Rereading
  readonly findings: readonly Finding[]
}

function byKey({ stream, session, context, layout }: Subject, latest: Date | null): Rereading {
  const way = stream.readById ?? LIST_AGAIN
  const readable: Stream = { ...stream, readById: way }
  let answered = false
  return {
    columns: null,
    frontier: listedFrontier(layout, latest),
    // The list is read once, however many of its records are asked for.
    atOnce: way.kind === 'list' ? Number.MAX_SAFE_INTEGER : KEYS_AT_ONCE,
    read: async (units) => {
      const { pages, refused, refusal } = await readByIds(context.send, readable, units)
      // When all are refused and none ever was answered, it is no fault of theirs.
      answered ||= refused.length < units.length
      if (refusal !== null && !answered) throw refusal
      const unshown = new Set(refused)
      return { pages, units: units.filter((unit) => !unshown.has(unit)) }
    },
    rows: (units) => rowsWithKeys(layout, units),
    settle: (units) => markGone(session, layout, rowsWithKeys(layout, units)),
  }
}

/** Notes every record that a partition shows. */
async function list(
  subject: Subject,
  partition: Partition,
  frontier: Date | null,
  pagesBefore: number,
): Promise<number> {
  const { stream, session, context, layout, transform, newBatch, openKeepOut } = subject
  const batch = newBatch()
  let pages = pagesBefore
  const note = async (): Promise<void> => {
    await noteListed(session, layout, batch, openKeepOut, frontier)
    pages += batch.pages
    context.onProgress({ stream: stream.name, rows: batch.size, pages, share: null })
    batch.clear()
  }
  for await (const page of prefetch(readPages(context.send, stream, partition, COMPLETE))) {
    transform(page, batch)
    if (batch.size >= context.options.batchRows) await note()
  }
  await note()
  return pages
}

async function listAll(subject: Subject, frontiers: Frontiers): Promise<void> {
  await createListing(subject.session, subject.layout)
  let pages = 0
  for (const partition of subject.stream.partitions)
    pages = await list(subject, partition, frontiers.get(partition.name) ?? null, pages)
}

/** All ids by a complete walk, and by a second reading what that did not find as it is here, and a sample of values. */
export async function verifyRecords(subject: Subject, verdict: Verdict): Promise<readonly Findings[]> {
  const { stream, session, context, layout, owner } = subject
  const { sample, seed } = context.verify
  const { account } = context.options
  const frontiers = await readFrontiers(session, account, stream)
  verdict.unread_partitions = stream.partitions.map(({ name }) => name).filter((name) => !frontiers.has(name))
  await listAll(subject, frontiers)
  const { there, here, pending, keys } = await findSuspects(session, layout, owner, account)
  Object.assign(verdict, { there, here, pending })
  const some = await sampleKeys(session, layout, owner, sample, seed)
  const rereading = byKey(subject, latestOf(frontiers))
  return [
    { rereading, findings: await settle(subject, rereading, [...new Set([...keys, ...some])], verdict) },
  ]
}
