import { SyncError } from '../errors.ts'
import type { TableLayout } from '../transform/layout.ts'
import { undoneBy, type Session } from './connection.ts'
import { waitBriefly } from './lock.ts'
import { columnsHeld, planTable, WIDE_ROWS, type ExistingTable, type TableChange } from './table-plan.ts'

/** A table as it stands; of the data schema unless another is named. */
export async function existingTable(
  { client, schemas }: Session,
  table: string,
  schema = schemas.data,
): Promise<ExistingTable> {
  const { rows } = await client.query<{
    name: string
    type: string
    comment: string | null
    about: string | null
    wide: boolean
  }>(
    `select attname as name, atttypid::regtype::text as type, col_description(attrelid, attnum) as comment,
            obj_description(attrelid, 'pg_class') as about, coalesce($3 = any(reloptions), false) as wide
     from pg_attribute join pg_class on pg_class.oid = attrelid
     join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = $1 and relname = $2 and attnum > 0 and not attisdropped`,
    [schema, table, WIDE_ROWS],
  )
  if (rows.length === 0) return null
  return {
    comment: rows[0]?.about ?? null,
    wide: rows[0]?.wide === true,
    columns: new Map(rows.map(({ name, comment }) => [name, comment])),
    types: new Map(rows.map(({ name, type }) => [name, type])),
  }
}

/** Whether tables may be changed to hold what is new, or stay as they are. */
export const CONTRACTS = ['evolve', 'freeze'] as const
export type Contract = (typeof CONTRACTS)[number]

export interface WaitingChange extends TableChange {
  /**
   * `frozen`: nothing may be changed; `held`: a reader has held the table for too long; `mistyped`: there is a column of
   * that name that is not ours; `full`: PostgreSQL allows the table no more columns.
   */
  readonly why: 'frozen' | 'held' | 'mistyped' | 'full'
}

/** What became of the changes of shape that tables need; comments and settings are none. */
export interface Evolution {
  readonly made: readonly TableChange[]
  readonly waiting: readonly WaitingChange[]
}

/**
 * What keeps a change from being made: the lock is not available, or two waited for one another; there are too many
 * columns, dropped ones included, and so none to comment on.
 */
const REFUSED: ReadonlyMap<string | undefined, 'held' | 'full'> = new Map([
  ['55P03', 'held'],
  ['40P01', 'held'],
  ['54011', 'full'],
  ['42703', 'full'],
])

/** The changes of one table, at once: a first run has hundreds of comments to write. */
async function apply(session: Session, changes: readonly TableChange[]): Promise<Evolution> {
  const ddl = changes.map((change) => change.ddl).join(';\n')
  const why = REFUSED.get(await undoneBy(session, REFUSED, () => session.client.query(ddl)))
  const shapes = changes.filter(isShape)
  if (why === undefined) return { made: shapes, waiting: [] }
  if (why === 'full' && changes.length > 1) return applyEach(session, changes)
  return { made: [], waiting: waits(shapes, why) }
}

/** As many of the changes as there is room for. */
async function applyEach(session: Session, changes: readonly TableChange[]): Promise<Evolution> {
  const made: TableChange[] = []
  const waiting: WaitingChange[] = []
  for (const change of changes) {
    const isHeld = waiting.some(({ why }) => why === 'held')
    const one = isHeld
      ? { made: [], waiting: waits([change].filter(isShape), 'held') }
      : await apply(session, [change])
    made.push(...one.made)
    waiting.push(...one.waiting)
  }
  return { made, waiting }
}

function isShape({ reason }: TableChange): boolean {
  return reason !== 'comment' && reason !== 'storage'
}

/** Throws `E_SCHEMA` when a table has another key than its rows are told by: an earlier version made it. */
async function assertKey({ client, schemas }: Session, { table, key }: TableLayout): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
     where indisprimary and indrelid = to_regclass(format('%I.%I', $1::text, $2::text)) order by 1`,
    [schemas.data, table],
  )
  const held = rows.map(({ name }) => name).join(', ')
  const wanted = key.toSorted().join(', ')
  if (rows.length === 0 || held === wanted) return
  throw new SyncError({
    code: 'E_SCHEMA',
    recovery: 'skip-stream',
    message: `${table}: its rows are told by ${held} in the warehouse, and by ${wanted} now. Drop the table (with cascade, where a view hangs on it); the next run makes and fills it anew.`,
  })
}

/** Throws `E_SCHEMA` where a stream has no table at all and none may be made. */
function assertTable(stream: string, waiting: readonly TableChange[]): void {
  if (!waiting.some(({ table, reason }) => table === stream && reason === 'new table')) return
  throw new SyncError({
    code: 'E_SCHEMA',
    recovery: 'skip-stream',
    message: `${stream}: it has no table yet, and the schema contract is to freeze. Run it once with --schema-contract evolve.`,
  })
}

async function record(
  { control }: Session,
  account: string,
  stream: string,
  made: readonly TableChange[],
): Promise<void> {
  for (const { table, column = null, about, reason, ddl } of made) {
    const why = typeof about === 'string' ? `${reason}: ${about}` : reason
    await control
      .insertInto('schema_changes')
      .values({ account, stream, table_name: table, column_name: column, reason: why, ddl })
      .execute()
  }
}

/**
 * Brings the tables in line with their layouts and records each change of shape; to be called within a transaction.
 * Where a reader holds a table too long, or the contract is to freeze, it stays as it is; where it has no room for a
 * column, it goes without that. Throws `E_SCHEMA` when a table
 * has another key than its rows are told by now, or would be the stream's own and may not be made.
 */
export async function evolveTables(
  session: Session,
  account: string,
  stream: string,
  layouts: readonly TableLayout[],
  contract: Contract = 'evolve',
): Promise<Evolution> {
  const { client, schemas } = session
  const changes: TableChange[] = []
  const mistyped: WaitingChange[] = []
  for (const layout of layouts) {
    const existing = await existingTable(session, layout.table)
    changes.push(...planTable(schemas.data, layout, existing))
    mistyped.push(...planMistyped(layout, existing))
  }
  for (const layout of layouts) await assertKey(session, layout)
  if (contract === 'freeze') {
    const waiting = changes.filter(isShape)
    assertTable(stream, waiting)
    return { made: [], waiting: [...waits(waiting, 'frozen'), ...mistyped] }
  }
  const made: TableChange[] = []
  const waiting: WaitingChange[] = []
  await waitBriefly(session)
  for (const group of Map.groupBy(changes, ({ table }) => table).values()) {
    const one = await apply(session, group)
    made.push(...one.made)
    waiting.push(...one.waiting)
  }
  await client.query('set local lock_timeout to default')
  await record(session, account, stream, made)
  return { made, waiting: [...waiting, ...mistyped] }
}

function waits(changes: readonly TableChange[], why: WaitingChange['why']): readonly WaitingChange[] {
  return changes.map((change) => ({ ...change, why }))
}

function planMistyped(layout: TableLayout, existing: ExistingTable): readonly WaitingChange[] {
  const { table } = layout
  const { others } = columnsHeld(layout, existing)
  const changes = others.map(({ name }) => ({ table, column: name, reason: 'other type', ddl: '' }))
  return waits(changes, 'mistyped')
}
