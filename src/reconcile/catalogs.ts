import { createCatalogReader } from '../extract/field-catalog.ts'
import { databaseTime } from '../load/catalog-age.ts'
import { readCatalog } from '../load/catalog-store.ts'
import { tableExists, type Session } from '../load/connection.ts'
import { lockStream } from '../load/lock.ts'
import { isNotShown } from '../outcome.ts'
import { refreshCatalogs } from '../refresh-catalog.ts'
import type { FetchedField } from '../streams/field.ts'
import type { CatalogSpec, Stream } from '../streams/stream.ts'
import { emptyTally } from '../tally.ts'
import { compareCatalog, type AmissField } from './compare-catalog.ts'
import type { Verdict } from './findings.ts'
import { neverRead } from './never-read.ts'
import type { VerifyContext } from './subject.ts'

/** The catalog of one entity, as it is there and here. */
interface Look {
  readonly spec: CatalogSpec
  readonly there: number
  readonly here: number
  readonly amiss: readonly AmissField[]
}

/** None where it was never read into this warehouse. */
async function look(
  session: Session,
  spec: CatalogSpec,
  fetched: readonly FetchedField[],
): Promise<readonly Look[]> {
  const { entity } = spec
  const kept = await readCatalog(session, entity)
  if (kept.length === 0 && !(await tableExists(session, session.schemas.data, entity))) return []
  const here = kept.filter(({ removed }) => !removed).length
  return [{ spec, there: fetched.length, here, amiss: compareCatalog(entity, fetched, kept) }]
}

/** Passes over what Pipedrive does not show to us, unless that is all: then it throws why. */
async function lookAtAll(
  stream: Stream,
  session: Session,
  { catalogs }: VerifyContext,
): Promise<readonly Look[]> {
  const looks: Look[] = []
  const refusals: unknown[] = []
  for (const spec of stream.catalogs)
    try {
      const { fields } = await catalogs.read(stream.name, spec, () => databaseTime(session))
      looks.push(...(await look(session, spec, fields)))
    } catch (error) {
      if (!isNotShown(error)) throw error
      refusals.push(error)
    }
  if (refusals.length > 0 && refusals.length === stream.catalogs.length) throw refusals[0]
  return looks
}

/** A reader reads each catalog once in its life. */
function anew(context: VerifyContext): VerifyContext {
  return { ...context, catalogs: createCatalogReader(context.send) }
}

/** The catalogs in which something is amiss, as a stream of their own. */
function amissOnly(stream: Stream, looks: readonly Look[]): Stream {
  return { ...stream, catalogs: looks.filter(({ amiss }) => amiss.length > 0).map(({ spec }) => spec) }
}

function allAmiss(looks: readonly Look[]): readonly AmissField[] {
  return looks.flatMap(({ amiss }) => amiss)
}

function sum(looks: readonly Look[], of: 'there' | 'here'): number {
  return looks.reduce((total, each) => total + each[of], 0)
}

/** A field is called amiss after two readings between which it has not changed. */
async function confirm(
  stream: Stream,
  session: Session,
  context: VerifyContext,
  before: readonly AmissField[],
  verdict: Verdict,
): Promise<void> {
  const known = new Map(before.map(({ key, fingerprint }) => [key, fingerprint]))
  verdict.unconfirmed = before.length
  const again = allAmiss(await lookAtAll(stream, session, anew(context)))
  const settled = again.filter(({ key, fingerprint }) => known.get(key) === fingerprint)
  verdict.unconfirmed = 0
  verdict.changed += again.length - settled.length
  verdict.differences.push(...settled.map(({ key, kind, columns }) => ({ key, kind, columns })))
}

/** Reads the catalogs as a sync does, and looks at them again. Throws `E_LOCKED`. */
async function repair(
  stream: Stream,
  session: Session,
  context: VerifyContext,
  verdict: Verdict,
): Promise<void> {
  await lockStream(session, context.options.account, stream.name)
  const fresh = anew(context)
  await refreshCatalogs(stream, session, fresh, emptyTally())
  const stays = new Set(allAmiss(await lookAtAll(stream, session, fresh)).map(({ key }) => key))
  verdict.mended = verdict.differences.filter(({ key }) => !stays.has(key))
  verdict.differences = verdict.differences.filter(({ key }) => stays.has(key))
}

/** Sets the field catalogs against the tables that keep them, field by field, whatever the sample. */
export async function verifyCatalogs(
  stream: Stream,
  session: Session,
  context: VerifyContext,
  verdict: Verdict,
): Promise<void> {
  const looks = await lookAtAll(stream, session, context)
  if (looks.length === 0) throw neverRead(stream, verdict)
  const [there, here] = [sum(looks, 'there'), sum(looks, 'here')]
  Object.assign(verdict, { there, here, compared: there })
  const amiss = allAmiss(looks)
  if (amiss.length === 0) return
  const some = amissOnly(stream, looks)
  await confirm(some, session, context, amiss, verdict)
  if (context.verify.repair && verdict.differences.length > 0) await repair(some, session, context, verdict)
}
