import pg from 'pg'
import { inTransaction, type Session } from './connection.ts'
import { grantsOn, planGrants } from './grants.ts'
import { LOCK_TIMEOUT, waitBriefly } from './lock.ts'
import { isOurs, planView, type LabelledView, type StandingRelation } from './view-plan.ts'

async function whatStands({ client, schemas }: Session, name: string): Promise<StandingRelation | null> {
  const { rows } = await client.query<StandingRelation>(
    `select relkind as kind, obj_description(pg_class.oid, 'pg_class') as comment, coalesce(reloptions, '{}') as options,
            (select coalesce(json_agg(json_build_array(attname, col_description(attrelid, attnum)) order by attnum), '[]')
             from pg_attribute where attrelid = pg_class.oid and attnum > 0) as columns
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace where nspname = $1 and relname = $2`,
    [schemas.data, name],
  )
  return rows[0] ?? null
}

/** Carries out the plan; a view that is made anew is granted to whom it was granted. */
async function change(
  session: Session,
  view: LabelledView,
  standing: StandingRelation | null,
  ddl: readonly string[],
): Promise<void> {
  const { client, schemas } = session
  await waitBriefly(session)
  const had = await grantsOn(session, view.name)
  await client.query(ddl.join(';\n'))
  if (standing === null) return
  const labels = new Set(view.columns.map(({ label }) => label))
  const held = await grantsOn(session, view.name)
  await client.query(planGrants(schemas.data, view.name, held, had, labels).join(';\n'))
}

const TAKEN = 'its name belongs to something that is not ours. Rename that, or set LABELLED_VIEWS=off.'

/** What keeps a view from being changed, by SQLSTATE; it is tried again at every run. */
const HINDRANCES: Readonly<Record<string, (error: pg.DatabaseError, view: LabelledView) => string>> = {
  '2BP01': ({ detail = '' }, { table }) =>
    `what was built on it would go with it (${detail.replaceAll('\n', '; ')}). Build that on the table "${table}", or drop it.`,
  '55P03': () => `a reader has held it for ${LOCK_TIMEOUT}. The next run tries again.`,
  '40P01': () => 'another session held a lock on it. The next run tries again.',
  '42501': ({ message }) =>
    `${message}. Let its owner drop it, or hand it over to the user of the warehouse.`,
  '42P07': () => TAKEN,
  '42710': () => TAKEN,
}

/** What else PostgreSQL may have against a statement, by class of SQLSTATE: what it says of the server is none of it. */
const OF_THE_STATEMENT: ReadonlySet<string> = new Set(['0A', '22', '2B', '42', '54', '55'])

function hindrance(view: LabelledView, error: unknown): string {
  if (!(error instanceof pg.DatabaseError)) throw error
  const { code = '', message } = error
  const why = HINDRANCES[code]
  if (why !== undefined) return why(error, view)
  if (!OF_THE_STATEMENT.has(code.slice(0, 2))) throw error
  return `PostgreSQL does not make it (${message}). Use the table "${view.table}", or set LABELLED_VIEWS=off.`
}

/**
 * Makes the view, makes it anew where its columns or their labels are others, or removes it where it is not wanted;
 * to be called under the lock of the stream, outside a transaction. Returns what kept it from that, for a person to
 * read: no run fails for a view.
 */
export async function keepLabelledView(
  session: Session,
  view: LabelledView,
  wanted: boolean,
): Promise<string | null> {
  const standing = await whatStands(session, view.name)
  const left = (why: string): string => `${view.name} was left as it is: ${why}`
  if (standing !== null && !isOurs(standing)) return wanted ? left(TAKEN) : null
  const ddl = planView(session.schemas.data, view, standing, wanted)
  if (ddl.length === 0) return null
  try {
    await inTransaction(session, () => change(session, view, standing, ddl))
    return null
  } catch (error) {
    return left(hindrance(view, error))
  }
}
