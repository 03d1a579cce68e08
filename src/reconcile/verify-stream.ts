import { tableExists, type Session } from '../load/connection.ts'
import type { Stream } from '../streams/stream.ts'
import { isPerParent } from '../families.ts'
import { verifyCatalogs } from './catalogs.ts'
import { verifyFamilies } from './families.ts'
import type { Verdict } from './findings.ts'
import { verifyRecords } from './records.ts'
import { neverRead } from './never-read.ts'
import { tellOrphans } from './orphans.ts'
import { repair } from './repair.ts'
import { COMPLETE } from '../extract/windows.ts'
import { readPages } from '../extract/paging.ts'
import { openSubject, type VerifyContext } from './subject.ts'
import { checkTotals } from './totals.ts'

/** Throws what Pipedrive refuses the stream with: what it never showed to us cannot have been read. */
async function expectShown(stream: Stream, { send }: VerifyContext): Promise<void> {
  const partition = stream.partitions.find(({ parents }) => parents === undefined)
  if (partition !== undefined) await readPages(send, stream, partition, COMPLETE).next()
}

/** Whether the totals of a stream may be held against it: they count what has not been synced yet. */
export function totalsCount({ pending, changed }: Pick<Verdict, 'pending' | 'changed'>): boolean {
  return pending + changed === 0
}

/**
 * Totals, ids, values; then the repair, where it is asked for. The totals come first, so that the walk sees every change
 * that they count; where they differ for no such reason, a sync may have come between, and they are asked for again.
 */
export async function verifyStream(
  stream: Stream,
  session: Session,
  context: VerifyContext,
  verdict: Verdict,
): Promise<void> {
  if (stream.partitions.length === 0) return verifyCatalogs(stream, session, context, verdict)
  if (!(await tableExists(session, session.schemas.data, stream.name))) {
    await expectShown(stream, context)
    throw neverRead(stream, verdict)
  }
  const subject = await openSubject(stream, session, context)
  verdict.totals = await checkTotals(subject)
  const found = isPerParent(stream)
    ? await verifyFamilies(subject, verdict)
    : await verifyRecords(subject, verdict)
  await tellOrphans(subject, verdict)
  if (context.verify.repair && verdict.differences.length > 0) await repair(subject, found, verdict)
  const differ = verdict.totals.some(({ equal }) => !equal)
  if (differ && totalsCount(verdict)) verdict.totals = await checkTotals(subject)
}
