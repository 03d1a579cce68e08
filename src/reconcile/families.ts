import { hash } from 'node:crypto'
import { sql, type RawBuilder } from 'kysely'
import { SyncError } from '../errors.ts'
import { askChildren, parentsAtOnce } from '../extract/child-pages.ts'
import { inHalves } from '../extract/in-halves.ts'
import { chunks } from '../chunks.ts'
import { familiesOf } from '../families.ts'
import { childlessParents, childrenReadAt, doubtfulParents } from '../load/doubtful-parents.ts'
import { latestOf, readFrontiers } from '../load/frontier.ts'
import type { DueParent } from '../load/parent-reads.ts'
import { dueParents, rowsOfParents, settleParents, type Family } from '../load/parents.ts'
import { RECORDS_A_PARENT } from '../plan/families.ts'
import { MOST_REFUSED } from '../refusals.ts'
import type { Verdict } from './findings.ts'
import type { Findings } from './records.ts'
import type { Reading, Rereading } from './rereading.ts'
import { settle } from './settle.ts'
import type { Subject } from './subject.ts'

/** Parents that are read and compared at once. */
const PARENTS_AT_ONCE = 100

/**
 * A parent that is refused is left out; when all of them are and none ever was answered, it is no fault of theirs. A few
 * may have been deleted since the last sync.
 */
async function readParents(
  { stream, context }: Subject,
  family: Family,
  asked: readonly DueParent[],
  wasAnswered: boolean,
): Promise<Reading> {
  const readings: Reading[] = []
  let refusal: SyncError | null = null
  const ask = async (some: readonly DueParent[]) => ({
    pages: await askChildren(context.send, stream, family.partition, some),
    units: some.map(({ key }) => key),
  })
  for (const some of chunks(asked, parentsAtOnce(family.partition)))
    for (const { pages, units } of await inHalves(some, ask, (each) => each.pages instanceof SyncError))
      if (pages instanceof SyncError) refusal = pages
      else readings.push({ pages, units })
  const mayBeGone = refusal?.code === 'E_NOT_FOUND' && asked.length < MOST_REFUSED
  if (refusal !== null && readings.length === 0 && !wasAnswered && !mayBeGone) throw refusal
  return {
    pages: readings.flatMap(({ pages }) => pages),
    units: readings.flatMap(({ units }) => units),
  }
}

/** When a child's parent was read; where it never was, since it said that it has no child, when parents were. */
async function syncedUpTo({ session, context }: Subject, family: Family): Promise<RawBuilder<unknown>> {
  const latest = latestOf(await readFrontiers(session, context.options.account, family.parents.of))
  return sql`coalesce(${childrenReadAt(session, family)}, ${latest}::timestamptz)`
}

async function byParent(
  subject: Subject,
  family: Family,
  due: readonly DueParent[],
  verdict: Verdict,
): Promise<Rereading> {
  const { session } = subject
  const answered = new Set<string>()
  const some = (units: readonly string[]): readonly DueParent[] => {
    const wanted = new Set(units)
    return due.filter(({ key }) => wanted.has(key))
  }
  return {
    columns: family.parents.columns,
    frontier: await syncedUpTo(subject, family),
    atOnce: PARENTS_AT_ONCE,
    read: async (units) => {
      const reading = await readParents(subject, family, some(units), answered.size > 0)
      const before = answered.size
      for (const unit of reading.units) answered.add(unit)
      verdict.parents_read = (verdict.parents_read ?? 0) + answered.size - before
      return reading
    },
    rows: (units) => rowsOfParents(family, units),
    settle: (units) => settleParents(session, family, some(units)),
  }
}

function draw(parents: readonly DueParent[], most: number, seed: string): readonly DueParent[] {
  const order = new Map(parents.map((parent) => [parent, hash('md5', `${seed} ${parent.key}`)]))
  const drawn = parents.toSorted((one, other) => ((order.get(one) ?? '') < (order.get(other) ?? '') ? -1 : 1))
  return drawn.slice(0, Math.ceil(most / RECORDS_A_PARENT))
}

/**
 * The parents whose children are looked at: a sample, and those that count none of which we hold some; or all, but those
 * whose count is of something else, or of a child that is not kept. Those that have changed since are not due to be as they are here.
 */
async function chooseParents(
  { session, context }: Subject,
  family: Family,
  verdict: Verdict,
): Promise<readonly DueParent[]> {
  const { sample, seed } = context.verify
  const every = await dueParents(session, family, 'every')
  const changed = family.parents.always === true ? [] : await dueParents(session, family, 'changed')
  const childless = await childlessParents(session, family)
  const isCount = family.parents.counter?.other === undefined
  const doubtful = isCount ? await doubtfulParents(session, family) : []
  const apart = new Set([...changed, ...doubtful].map(({ key }) => key))
  const read = every.filter(({ key }) => !apart.has(key))
  verdict.pending += apart.size - doubtful.length
  verdict.parents = (verdict.parents ?? 0) + every.length + childless.length
  verdict.parents_read ??= 0
  if (sample !== null) return [...doubtful, ...draw(read, sample, seed)]
  return [...doubtful, ...read, ...childless.filter(({ counter }) => isCount && counter === '0')]
}

/** All children of some parents. */
async function verifyFamily(subject: Subject, family: Family, verdict: Verdict): Promise<Findings> {
  const chosen = await chooseParents(subject, family, verdict)
  const rereading = await byParent(subject, family, chosen, verdict)
  const units = chosen.map(({ key }) => key)
  return { rereading, findings: await settle(subject, rereading, units, verdict) }
}

/** The children of some parents of each partition. */
export async function verifyFamilies(subject: Subject, verdict: Verdict): Promise<readonly Findings[]> {
  const { stream, context, layout } = subject
  const found: Findings[] = []
  for (const family of familiesOf(stream, layout, context))
    found.push(await verifyFamily(subject, family, verdict))
  return found
}
