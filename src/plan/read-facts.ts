import type { SyncContext } from '../context.ts'
import { tableExists, type Session } from '../load/connection.ts'
import { countFields, readPast } from '../load/plan-facts.ts'
import { readLastReads } from '../load/priorities.ts'
import { isPerParent } from '../families.ts'
import { isFresh } from '../refresh-catalog.ts'
import type { CatalogSpec, Stream } from '../streams/stream.ts'
import { isReadWhole, partitionsToRead } from '../walks.ts'
import type { Asked, Pace, StreamFacts } from './facts.ts'
import { readFamilyFacts } from './read-families.ts'
import { readListFacts } from './read-lists.ts'

/** Less says nothing of how fast a stream is read. */
const [ENOUGH_ROWS, ENOUGH_REQUESTS] = [1000, 10]

async function readPace(stream: Stream, session: Session, { options }: SyncContext): Promise<Pace> {
  const own = await readPast(session, options.account, stream.name)
  const isEnough = own.rows >= ENOUGH_ROWS || own.requests >= ENOUGH_REQUESTS
  const { rows, requests, seconds } = isEnough ? own : await readPast(session, options.account, null)
  const pace = (count: number, least: number) => (count >= least && seconds > 0 ? count / seconds : null)
  return {
    rowsPerSecond: isPerParent(stream) ? null : pace(rows, ENOUGH_ROWS),
    requestsPerSecond: pace(requests, ENOUGH_REQUESTS),
  }
}

async function whyLeftAlone(stream: Stream, session: Session, context: SyncContext, { mode }: Asked) {
  if (!isPerParent(stream) && (await isReadWhole(stream, session, context)))
    return 'read to its end less than a day ago'
  if (stream.partitions.length > 0 && (await partitionsToRead(stream, session, context)).length === 0)
    return `not due: read whole less than ${stream.refreshHours ?? 0} hours ago`
  const isUnread =
    mode === 'verify' &&
    stream.partitions.length > 0 &&
    !(await tableExists(session, session.schemas.data, stream.name))
  return isUnread ? 'never read into this warehouse' : null
}

/** The stream with those of its field catalogs that would be read. */
async function withDueCatalogs(stream: Stream, session: Session, context: SyncContext): Promise<Stream> {
  const catalogs: CatalogSpec[] = []
  for (const spec of stream.catalogs) if (!(await isFresh(session, context, spec.entity))) catalogs.push(spec)
  return { ...stream, catalogs }
}

/** What is known of a stream before it is read: from the warehouse, and from Pipedrive where that does not say. */
export async function readFacts(
  stream: Stream,
  session: Session,
  context: SyncContext,
  asked: Asked,
): Promise<StreamFacts> {
  const { account } = context.options
  const leftAlone = await whyLeftAlone(stream, session, context, asked)
  const known = {
    stream: await withDueCatalogs(stream, session, context),
    leftAlone,
    fields: await countFields(session),
    pace: await readPace(stream, session, context),
  }
  if (leftAlone !== null) return { ...known, lists: [], families: [] }
  const lastRead = (await readLastReads(session, account, [stream])).get(stream.name) ?? null
  return {
    ...known,
    lists: await readListFacts(stream, session, context, asked, lastRead),
    families: await readFamilyFacts(stream, session, context, asked),
  }
}
