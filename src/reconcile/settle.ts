import { compareBatch, type Compared } from '../load/comparison.ts'
import { kindOf, optionalColumns, type Difference, type Kind, type Verdict } from './findings.ts'
import { chunks } from '../chunks.ts'
import type { Rereading } from './rereading.ts'
import type { Subject } from './subject.ts'

/** Readings after which a record that goes on changing is left alone. */
const MOST_READINGS = 4

export interface Finding extends Difference {
  /** By what it can be read again. */
  readonly units: readonly string[]
  /** The row is of a later version than the record. */
  readonly ahead: boolean
}

interface Look {
  readonly rows: readonly (Compared & { readonly kind: Kind | null })[]
  /** Units that were not answered. */
  readonly unanswered: number
}

/** Reads some units again and sets them against the rows, with nothing in between. */
async function look(subject: Subject, rereading: Rereading, units: readonly string[]): Promise<Look> {
  const { stream, session, layout, held, transform, frontier, newBatch, keepOut } = subject
  const optional = optionalColumns(stream)
  const rows: Look['rows'][number][] = []
  let unanswered = 0
  for (const some of chunks(units, rereading.atOnce)) {
    const batch = newBatch()
    const { pages, units: answered } = await rereading.read(some)
    for (const page of pages) transform(page, batch)
    const asked = new Set(answered)
    const scope = { rows: rereading.rows(answered), units: rereading.columns, frontier, keepOut }
    for (const found of await compareBatch(session, layout, held, batch, scope)) {
      const own = found.units.filter((unit) => asked.has(unit))
      if (own.length > 0) rows.push({ ...found, units: own, kind: kindOf(found, optional) })
    }
    unanswered += some.length - answered.length
  }
  return { rows, unanswered }
}

function toFinding({ key, columns, units, ahead }: Compared, kind: Kind): Finding {
  const isOfColumns = kind === 'different' || kind === 'counters'
  return { key, kind, columns: isOfColumns ? columns : [], units, ahead }
}

function toDifference({ key, kind, columns }: Finding): Difference {
  return { key, kind, columns }
}

function countFirst(verdict: Verdict, { rows, unanswered }: Look): void {
  verdict.compared += rows.filter((row) => row.there && !row.deleted_there && row.here).length
  verdict.changed += unanswered
}

/**
 * Reads units until each record is as its row is, or is not at two readings between which it has not changed. What was
 * updated after the last sync is counted, and so is what goes on changing.
 */
export async function settle(
  subject: Subject,
  rereading: Rereading,
  units: readonly string[],
  verdict: Verdict,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  let [open, before] = [units, new Map<string, string>()]
  for (let reading = 1; open.length > 0; reading++) {
    const found = await look(subject, rereading, open)
    if (reading === 1) countFirst(verdict, found)
    const amiss = found.rows.flatMap((row) => (row.kind === null ? [] : [{ ...row, kind: row.kind }]))
    const ready = amiss.filter(({ pending }) => !pending)
    const known = before
    const isSettled = ({ key, fingerprint }: Compared): boolean => known.get(key) === fingerprint
    verdict.pending += amiss.length - ready.length
    const settled = ready.filter(isSettled).map((row) => toFinding(row, row.kind))
    findings.push(...settled)
    verdict.differences.push(...settled.map(toDifference))
    const moving = ready.filter((row) => !isSettled(row))
    const isLast = reading === MOST_READINGS
    verdict.unconfirmed += (isLast ? 0 : moving.length) - before.size
    if (isLast) verdict.changed += moving.length
    open = isLast ? [] : [...new Set(moving.flatMap((row) => row.units))]
    before = new Map(moving.map(({ key, fingerprint }) => [key, fingerprint]))
  }
  return findings
}
