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
  const { stream, session, layout, transform, newBatch, openKeepOut } = subject
  const { columns, frontier } = rereading
  const optional = optionalColumns(stream)
  const batch = newBatch()
  const { pages, units: answered } = await rereading.read(units)
  for (const page of pages) transform(page, batch)
  const asked = new Set(answered)
  const scope = { rows: rereading.rows(answered), units: columns, frontier, openKeepOut }
  const compared = await compareBatch(session, layout, batch, scope)
  const rows = compared
    .map((found) => ({
      ...found,
      units: found.units.filter((unit) => asked.has(unit)),
      kind: kindOf(found, optional),
    }))
    .filter((found) => found.units.length > 0)
  return { rows, unanswered: units.length - answered.length }
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

/** Of what hangs on two parents, one may have been told of with the other. */
function tell(verdict: Verdict, findings: readonly Finding[]): void {
  const told = new Set(verdict.differences.map(({ key }) => key))
  verdict.differences.push(...findings.filter(({ key }) => !told.has(key)).map(toDifference))
}

async function settleSome(
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
    tell(verdict, settled)
    const moving = ready.filter((row) => !isSettled(row))
    const isLast = reading === MOST_READINGS
    verdict.unconfirmed += (isLast ? 0 : moving.length) - before.size
    if (isLast) verdict.changed += moving.length
    open = isLast ? [] : [...new Set(moving.flatMap((row) => row.units))]
    before = new Map(moving.map(({ key, fingerprint }) => [key, fingerprint]))
  }
  return findings
}

/**
 * Reads units until each record is as its row is, or is not at two readings between which it has not changed. What was
 * updated after the last sync is counted, and so is what goes on changing. Some units at a time: what was found of them is
 * told, whatever becomes of the others.
 */
export async function settle(
  subject: Subject,
  rereading: Rereading,
  units: readonly string[],
  verdict: Verdict,
): Promise<readonly Finding[]> {
  const { stream, context } = subject
  const findings: Finding[] = []
  let done = 0
  for (const some of chunks(units, rereading.atOnce)) {
    findings.push(...(await settleSome(subject, rereading, some, verdict)))
    done += some.length
    const { compared: rows } = verdict
    context.onProgress({ stream: stream.name, rows, pages: 0, share: done / units.length })
  }
  return findings
}
