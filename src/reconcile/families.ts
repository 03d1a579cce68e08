import { hash } from 'node:crypto'
import { SyncError } from '../errors.ts'
import { askChildren, parentsAtOnce } from '../extract/child-pages.ts'
import { chunks } from '../chunks.ts'
import { familiesOf } from '../families.ts'
import type { DueParent } from '../load/parent-reads.ts'
import { dueParents, rowsOfParents, settleParents, type Family } from '../load/parents.ts'
import type { Verdict } from './findings.ts'
import type { Findings } from './records.ts'
import type { Reading, Rereading } from './rereading.ts'
import { settle } from './settle.ts'
import type { Subject } from './subject.ts'

/** A parent has several children and costs a request of its own: a tenth as many parents as records make a sample. */
const RECORDS_A_PARENT = 10
/** Parents that are read and compared at once. */
const PARENTS_AT_ONCE = 100

/** A parent that is refused is left out; when all of them are and none ever was answered, it is no fault of theirs. */
async function readParents(
  { stream, context }: Subject,
  family: Family,
  asked: readonly DueParent[],
  wasAnswered: boolean,
): Promise<Reading> {
  const readings: Reading[] = []
  let refusal: SyncError | null = null
  for (const some of chunks(asked, parentsAtOnce(family.partition))) {
    const pages = await askChildren(context.send, stream, family.partition, some)
    if (pages instanceof SyncError) refusal = pages
    else readings.push({ pages, units: some.map(({ key }) => key) })
  }
  if (refusal !== null && readings.length === 0 && !wasAnswered) throw refusal
  return {
    pages: readings.flatMap(({ pages }) => pages),
    units: readings.flatMap(({ units }) => units),
  }
}

function byParent(subject: Subject, family: Family, due: readonly DueParent[]): Rereading {
  const { session } = subject
  let answered = false
  const some = (units: readonly string[]): readonly DueParent[] => {
    const wanted = new Set(units)
    return due.filter(({ key }) => wanted.has(key))
  }
  return {
    columns: family.parents.columns,
    atOnce: PARENTS_AT_ONCE,
    read: async (units) => {
      const reading = await readParents(subject, family, some(units), answered)
      answered ||= reading.units.length > 0
      return reading
    },
    rows: (units) => rowsOfParents(family, units),
    settle: (units) => settleParents(session, family, some(units)),
  }
}

function draw(parents: readonly DueParent[], most: number | null, seed: string): readonly DueParent[] {
  if (most === null) return parents
  const order = new Map(parents.map((parent) => [parent, hash('md5', `${seed} ${parent.key}`)]))
  const drawn = parents.toSorted((one, other) => ((order.get(one) ?? '') < (order.get(other) ?? '') ? -1 : 1))
  return drawn.slice(0, Math.ceil(most / RECORDS_A_PARENT))
}

/** All children of a sample of parents; those whose parents have changed since are not due to be as they are there. */
async function verifyFamily(subject: Subject, family: Family, verdict: Verdict): Promise<Findings> {
  const { session, context } = subject
  const { sample, seed } = context.verify
  const every = await dueParents(session, family, 'every')
  const changed = family.parents.always === true ? [] : await dueParents(session, family, 'changed')
  const unread = new Set(changed.map(({ key }) => key))
  const drawn = draw(
    every.filter(({ key }) => !unread.has(key)),
    sample,
    seed,
  )
  verdict.pending += unread.size
  const rereading = byParent(subject, family, drawn)
  const units = drawn.map(({ key }) => key)
  return { rereading, findings: await settle(subject, rereading, units, verdict) }
}

/** The children of a sample of parents of each partition. */
export async function verifyFamilies(subject: Subject, verdict: Verdict): Promise<readonly Findings[]> {
  const { stream, context, layout } = subject
  const found: Findings[] = []
  for (const family of familiesOf(stream, layout, context))
    found.push(await verifyFamily(subject, family, verdict))
  return found
}
