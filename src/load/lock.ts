import { SyncError } from '../errors.ts'
import type { Session } from './connection.ts'

/**
 * Takes the stream's advisory lock on this connection; PostgreSQL gives it back when the connection ends,
 * however it ends. Throws `E_LOCKED` when another run holds it.
 */
export async function lockStream({ client }: Session, account: string, stream: string): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
    [`pipedrive-warehouse ${account} ${stream}`],
  )
  if (rows[0]?.locked === true) return
  throw new SyncError({
    code: 'E_LOCKED',
    recovery: 'skip-stream',
    message: `${stream}: another run is reading it into this warehouse; this run leaves it alone.`,
  })
}

/** Lets one run at a time name the fields of an entity; held until the transaction ends. */
export async function lockCatalog({ client }: Session, account: string, entity: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `pipedrive-warehouse catalog ${account} ${entity}`,
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
