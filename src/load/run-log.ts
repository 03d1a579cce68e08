import { sql, type Expression } from 'kysely'
import { storableText } from '../transform/cells.ts'
import { inTransaction, type Session } from './connection.ts'

/**
 * `frozen`: read, but its tables lack what is new; `skipped`: Pipedrive does not show it to us; `locked`: another run is
 * reading it.
 */
export type StreamStatus = 'done' | 'frozen' | 'skipped' | 'locked' | 'deferred' | 'stopped' | 'failed'

export interface StreamReport {
  readonly stream: string
  readonly status: StreamStatus
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly stale: number
  readonly tombstoned: number
  readonly pages: number
  readonly requests: number
  readonly tokens: number
  readonly seconds: number
  readonly error?: string
  readonly warning?: string
}

export interface Balance {
  readonly limit: number
  readonly remaining: number
}

export interface RunEnd {
  readonly status: string
  readonly requests: number
  readonly tokens: number
  readonly error: string | null
}

/** Held by the connection of a run for as long as it lives: whoever gets it knows that the run is over. */
function runLock(id: Expression<string>) {
  return sql`hashtextextended('pipedrive-warehouse run ' || ${id}, 0)`
}

/** Whether nobody holds the lock of a run any more; to be asked from another connection than the run's. */
export function isOver(id: Expression<string>) {
  return sql<boolean>`pg_try_advisory_xact_lock(${runLock(sql`${id}::text`)})`
}

/** What a run is for: its kind, what it covers, and the run that planned it. */
export interface Purpose {
  readonly kind: string | null
  readonly scope: string | null
  readonly planId: string | null
}

/** Opens a run; those that were killed before they could close themselves are closed as `killed`. */
export async function startRun(
  session: Session,
  account: string,
  command: string,
  { kind = null, scope = null, planId = null }: Partial<Purpose> = {},
): Promise<string> {
  const { control } = session
  // The row is seen by others at the commit, when its lock is held.
  const id = await inTransaction(session, async () => {
    const row = await control
      .insertInto('run')
      .values({ account, command, kind, scope, plan_id: planId, status: 'running', requests: 0, tokens: 0 })
      .returning('id')
      .executeTakeFirstOrThrow()
    await sql`select pg_advisory_lock(${runLock(sql`${row.id}::text`)})`.execute(control)
    return row.id
  })
  await control
    .updateTable('run')
    .set({ status: 'killed', finished_at: sql`now()` })
    .where((is) => is.and({ account, status: 'running' }))
    .where('id', '<>', id)
    .where(isOver(sql.ref('id')))
    .execute()
  return id
}

/** Errors quote what was answered, which may be anything. */
function storable(text: string | null): string | null {
  return text === null ? null : storableText(text)
}

export async function endRun({ control }: Session, run: string, end: RunEnd): Promise<void> {
  await control
    .updateTable('run')
    .set({ ...end, error: storable(end.error), finished_at: sql`now()` })
    .where('id', '=', run)
    .execute()
}

export async function logStream(
  { control }: Session,
  account: string,
  run: string,
  report: StreamReport,
): Promise<void> {
  const { error = null, warning = null, ...numbers } = report
  await control
    .insertInto('run_stream')
    .values({ ...numbers, error: storable(error), warning: storable(warning), run_id: run, account })
    .execute()
}

/** What a stream has spent in a run so far, the day on which that is written, and the last balance. */
export interface Page {
  readonly requests: number
  readonly tokens: number
  /** `YYYY-MM-DD`. */
  readonly day: string
  readonly balance: Balance | null
  /** What it was spent for where that is not what the run is for. */
  readonly kind: string | null
}

/**
 * Writes what a stream (or the account's own requests) has spent so far in this run on the day's page; what stands on
 * the pages of other days is taken off.
 */
export async function logTokens(
  { control }: Session,
  account: string,
  run: string,
  stream: string,
  { day, balance, kind, ...spent }: Page,
): Promise<void> {
  const since = (column: 'requests' | 'tokens') =>
    sql<number>`${spent[column]}::integer - coalesce((${control
      .selectFrom('token_ledger')
      .select(({ fn }) => fn.sum(column).as('earlier'))
      .where((is) => is.and({ account, stream, run_id: run }))
      .where('day', '<>', day)}), 0)`
  const seen = { limit_seen: balance?.limit ?? null, balance_seen: balance?.remaining ?? null }
  const page = { requests: since('requests'), tokens: since('tokens'), kind, ...seen }
  await control
    .insertInto('token_ledger')
    .values({ account, run_id: run, stream, day, ...page })
    .onConflict((on) => on.columns(['account', 'day', 'stream', 'run_id']).doUpdateSet(page))
    .execute()
}

/** The limit that was told last, null if none ever was, and what we have spent on a day. */
export async function readSpent(
  { control }: Session,
  account: string,
  day: string,
): Promise<{ readonly limit: number | null; readonly spent: number }> {
  const told = await control
    .selectFrom('token_ledger')
    .select('limit_seen')
    .where('account', '=', account)
    .where('limit_seen', 'is not', null)
    .orderBy('day', 'desc')
    .orderBy('run_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const today = await control
    .selectFrom('token_ledger')
    .select(({ fn }) => fn.sum<string | null>('tokens').as('spent'))
    .where((is) => is.and({ account, day }))
    .executeTakeFirst()
  return { limit: told === undefined ? null : Number(told.limit_seen), spent: Number(today?.spent ?? 0) }
}

/** When the last run began that covered one of some scopes and was read to its end, epoch milliseconds; null where none was. */
export async function lastRun(
  { control }: Session,
  account: string,
  scopes: readonly string[],
): Promise<number | null> {
  const row = await control
    .selectFrom('run')
    .select(({ fn }) => fn.max<Date | null>('started_at').as('began'))
    .where('account', '=', account)
    .where('scope', 'in', scopes)
    .where('kind', '<>', 'plan')
    .where('status', 'in', ['done', 'partial'])
    .executeTakeFirst()
  return row?.began?.getTime() ?? null
}

/** Letters of a key that drift is told by: it may be anything that JSON allows, but an index entry holds 2,700 bytes. */
export const DRIFT_KEY = 500

function driftKey(key: string): string {
  return storableText(key.slice(0, DRIFT_KEY))
}

/** Counts what was kept in `_extra`; to be called in the transaction that loads the rows. */
export async function logDrift(
  { control }: Session,
  account: string,
  stream: string,
  drift: readonly { readonly key: string; readonly reason: string; readonly count: number }[],
): Promise<void> {
  // A storable key holds no NUL.
  const seen = new Map<string, number>()
  for (const { key, reason, count } of drift) {
    const id = `${reason}\u0000${driftKey(key)}`
    seen.set(id, (seen.get(id) ?? 0) + count)
  }
  if (seen.size === 0) return
  const [reasons, keys] = [0, 1].map((part) => [...seen.keys()].map((id) => id.split('\u0000')[part]))
  await control
    .insertInto('drift')
    .columns(['account', 'stream', 'reason', 'key', 'seen'])
    .expression(
      sql`select ${account}, ${stream}, * from unnest(${reasons}::text[], ${keys}::text[], ${[...seen.values()]}::bigint[])`,
    )
    .onConflict((on) =>
      on.columns(['account', 'stream', 'key', 'reason']).doUpdateSet({
        seen: sql`drift.seen + excluded.seen`,
        last_seen_at: sql`now()`,
      }),
    )
    .execute()
}

/** Tells of the fields whose type is new for as long as they are there; to be called under the lock of their catalog. */
export async function logUnknownTypes(
  { control }: Session,
  account: string,
  stream: string,
  keys: readonly string[],
): Promise<void> {
  const reason = 'unknown type'
  await control
    .deleteFrom('drift')
    .where((is) => is.and({ account, stream, reason }))
    .where('key', '<>', sql<string>`all(${keys}::text[])`)
    .execute()
  if (keys.length === 0) return
  await control
    .insertInto('drift')
    .values(keys.map((key) => ({ account, stream, reason, key, seen: 1 })))
    .onConflict((on) =>
      on.columns(['account', 'stream', 'key', 'reason']).doUpdateSet({ last_seen_at: sql`now()` }),
    )
    .execute()
}
