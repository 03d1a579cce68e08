import { findOrphans } from '../load/orphans.ts'
import type { Verdict } from './findings.ts'
import type { Subject } from './subject.ts'

/** Rows made of lists of records that are not there; those that are missing are told of as that. */
export async function tellOrphans({ session, layout }: Subject, verdict: Verdict): Promise<void> {
  const told = new Set(verdict.differences.map(({ key }) => key))
  const orphans = (await findOrphans(session, layout)).filter(({ key }) => !told.has(key))
  verdict.differences.push(
    ...orphans.map(({ key, tables }) => ({ key, kind: 'orphaned' as const, columns: tables })),
  )
}
