import { openLoader } from '../load/loader.ts'
import { lockStream } from '../load/lock.ts'
import { forgetVersions } from '../load/mend.ts'
import { removeOrphans } from '../load/orphans.ts'
import { countLive } from '../load/tombstones.ts'
import { refreshCatalogs } from '../refresh-catalog.ts'
import { describePrepared, prepareTables } from '../prepare.ts'
import { emptyTally, warn } from '../tally.ts'
import { planTombstones } from '../transform/tombstone-plan.ts'
import { emptyVerdict, type Verdict } from './findings.ts'
import { tellOrphans } from './orphans.ts'
import type { Findings } from './records.ts'
import { chunks } from '../chunks.ts'
import { settle, type Finding } from './settle.ts'
import { openSubject, type Subject } from './subject.ts'

function unitsOf(findings: readonly Finding[]): readonly string[] {
  return [...new Set(findings.flatMap(({ units }) => units))]
}

/** Throws `E_SWEEP_REFUSED` when more than `maxShare` of the rows would go. */
async function refuseTooMany(
  { stream, session, context, layout, owner }: Subject,
  found: readonly Findings[],
) {
  const absent = found.flatMap(({ findings }) =>
    findings.filter(({ kind }) => kind === 'surplus').map(({ key }) => key),
  )
  const live = await countLive(session, layout, null, owner)
  // A list that shows nothing at all has no part of the rows missing that could be right.
  planTombstones(stream.name, { live, seen: live - absent.length, absent }, context.options.maxShare)
}

/**
 * Reads again what differs and loads it as a sync does; what is not there any more gets a tombstone. Gives the findings
 * that were not shown again: nothing was done about them.
 */
async function mend(subject: Subject, { rereading, findings }: Findings): Promise<readonly Finding[]> {
  const { stream, session, context, layout, transform } = subject
  const { account } = context.options
  const loader = await openLoader(session, { account, stream: stream.name, layout, rememberKeys: false })
  const ahead = findings.filter((finding) => finding.ahead).map(({ key }) => key)
  const shown = new Set<string>()
  for (const some of chunks(unitsOf(findings), rereading.atOnce)) {
    const batch = loader.newBatch()
    const { pages, units } = await rereading.read(some)
    for (const page of pages) transform(page, batch)
    await loader.commit(batch, async () => {
      await forgetVersions(session, layout, rereading.rows(units), ahead)
      await rereading.settle(units)
    })
    for (const unit of units) shown.add(unit)
  }
  return findings.filter(({ units }) => units.some((unit) => !shown.has(unit)))
}

/** Mends what was found under the lock of the stream, and looks at it again. Throws `E_LOCKED`, `E_SWEEP_REFUSED`. */
export async function repair(
  { stream, session, context }: Subject,
  found: readonly Findings[],
  verdict: Verdict,
): Promise<void> {
  await lockStream(session, context.options.account, stream.name)
  await refreshCatalogs(stream, session, context, emptyTally())
  const { account, contract } = context.options
  for (const text of describePrepared(await prepareTables(stream, session, account, contract)))
    warn(verdict, text)
  const subject = await openSubject(stream, session, context)
  await refuseTooMany(subject, found)
  const after = emptyVerdict()
  const untouched = new Set<string>()
  for (const each of found.filter(({ findings }) => findings.length > 0)) {
    for (const { key } of await mend(subject, each)) untouched.add(key)
    await settle(subject, each.rereading, unitsOf(each.findings), after)
  }
  await removeOrphans(session, subject.layout)
  await tellOrphans(subject, after)
  const stays = new Set(after.differences.map(({ key }) => key))
  const left = verdict.differences.filter(({ key }) => untouched.has(key) && !stays.has(key))
  verdict.mended = verdict.differences.filter(({ key }) => !stays.has(key) && !untouched.has(key))
  verdict.differences = [...after.differences, ...left]
  verdict.changed += after.changed
  verdict.unconfirmed += after.unconfirmed
}
