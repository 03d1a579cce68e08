import { sql, type Expression } from 'kysely'
import { storableText } from '../transform/cells.ts'
import { inTransaction, type Session } from './connection.ts'

/** `skipped`: Pipedrive does not show it to us; `locked`: another run is reading it. */
export type StreamStatus = 'done' | 'skipped' | 'locked' | 'deferred' | 'stopped' | 'failed'

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

/** Opens a run; those that were killed before they could close themselves are closed as `killed`. */
export async function startRun(session: Session, account: string, command: string): Promise<string> {
  const { control } = session
  // The row is seen by others at the commit, when its lock is held.
  const id = await inTransaction(session, async () => {
    const row = await control
      .insertInto('run')
      .values({ account, command, status: 'running', requests: 0, tokens: 0 })
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

export async function endRun({ control }: Session, run: string, end: RunEnd): Promise<void> {
  await control
    .updateTable('run')
    .set({ ...end, finished_at: sql`now()` })
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
    .values({ ...numbers, error, warning, run_id: run, account })
    .execute()
}

/** Writes what a stream (or the account's own requests) has spent so far in this run, on today's page (UTC). */
export async function logTokens(
  { control }: Session,
  account: string,
  run: string,
  stream: string,
  spent: { readonly requests: number; readonly tokens: number },
  balance: Balance | null,
): Promise<void> {
  const seen = { limit_seen: balance?.limit ?? null, balance_seen: balance?.remaining ?? null }
  await control
    .insertInto('token_ledger')
    .values({ account, run_id: run, stream, day: sql`current_date`, ...spent, ...seen })
    .onConflict((on) => on.columns(['account', 'day', 'stream', 'run_id']).doUpdateSet({ ...spent, ...seen }))
    .execute()
}

/** A key may be anything that JSON allows, but an index entry holds 2,700 bytes at most. */
function driftKey(key: string): string {
  return storableText(key.slice(0, 500))
}

/** Counts what was kept in `_extra`; to be called in the transaction that loads the rows. */
export async function logDrift(
  { control }: Session,
  account: string,
  stream: string,
  drift: readonly { readonly key: string; readonly reason: string; readonly count: number }[],
): Promise<void> {
  for (const [key, group] of Map.groupBy(drift, ({ key, reason }) => `${reason} ${key}`)) {
    const reason = key.slice(0, key.indexOf(' '))
    const seen = group.reduce((sum, { count }) => sum + count, 0)
    await control
      .insertInto('drift')
      .values({ account, stream, key: driftKey(key.slice(reason.length + 1)), reason, seen })
      .onConflict((on) =>
        on.columns(['account', 'stream', 'key', 'reason']).doUpdateSet({
          seen: sql`drift.seen + excluded.seen`,
          last_seen_at: sql`now()`,
        }),
      )
      .execute()
  }
}
