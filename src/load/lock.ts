import { SyncError } from '../errors.ts'
import type { Session } from './connection.ts'

/** How long DDL waits for readers before it gives up; it is tried again at the next pass. */
export const LOCK_TIMEOUT = '5s'

/** Another session has the lock, or waits for one of ours (SQLSTATE lock_not_available, deadlock_detected). */
export const HELD: ReadonlySet<string> = new Set(['55P03', '40P01'])

/** Lets the statements of the transaction under way wait no longer than that for a lock. */
export async function waitBriefly({ client }: Session): Promise<void> {
  await client.query("select set_config('lock_timeout', $1, true)", [LOCK_TIMEOUT])
}

/** Lets no statement of `work` wait longer than that for a lock; to be called outside of a transaction. */
export async function waitingBriefly<Result>(
  { client }: Session,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query("select set_config('lock_timeout', $1, false)", [LOCK_TIMEOUT])
  try {
    return await work()
  } finally {
    // Where the connection is gone, the first error tells what happened.
    await client.query('reset lock_timeout').catch(() => undefined)
  }
}

async function tryLock(
  { client }: Session,
  how: 'pg_try_advisory_lock' | 'pg_try_advisory_xact_lock',
  account: string,
  stream: string,
): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    `select ${how}(hashtextextended($1, 0)) as locked`,
    [`pipedrive-warehouse ${account} ${stream}`],
  )
  return rows[0]?.locked === true
}

function locked(stream: string, consequence: string): SyncError {
  return new SyncError({
    code: 'E_LOCKED',
    recovery: 'skip-stream',
    message: `${stream}: another run is reading it into this warehouse; ${consequence}`,
  })
}

/**
 * Takes the stream's advisory lock on this connection; PostgreSQL gives it back when the connection ends,
 * however it ends. Throws `E_LOCKED` when another run holds it.
 */
export async function lockStream(session: Session, account: string, stream: string): Promise<void> {
  if (await tryLock(session, 'pg_try_advisory_lock', account, stream)) return
  throw locked(stream, 'this run leaves it alone.')
}

/** Takes the same lock until the transaction ends; false when a run holds it. */
export function tryLockUntilCommit(session: Session, account: string, stream: string): Promise<boolean> {
  return tryLock(session, 'pg_try_advisory_xact_lock', account, stream)
}

/** Takes the same locks until the transaction ends. Throws `E_LOCKED` when a run holds one of them. */
export async function lockUntilCommit(
  session: Session,
  account: string,
  streams: Iterable<string>,
): Promise<void> {
  for (const stream of streams)
    if (!(await tryLockUntilCommit(session, account, stream)))
      throw locked(stream, 'nothing was changed. Try again when it has ended.')
}

/** Lets one run at a time name the fields of an entity; held until the transaction ends. */
export async function lockCatalog({ client }: Session, account: string, entity: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `pipedrive-warehouse catalog ${account} ${entity}`,
  ])
}

/** Lets one connection at a time make a work table; held until the transaction ends. */
export async function lockWorkTable({ client, schemas }: Session, name: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `pipedrive-warehouse work table ${schemas.control} ${name}`,
  ])
}

/** Runs `work` while no other process migrates this database: `create … if not exists` fails when two do it at once. */
export async function whileMigrating<Result>(
  { client }: Session,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = `hashtextextended('pipedrive-warehouse migrate', 0)`
  await client.query(`select pg_advisory_lock(${lock})`)
  try {
    return await work()
  } finally {
    await client.query(`select pg_advisory_unlock(${lock})`)
  }
}
