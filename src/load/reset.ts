import { sql } from 'kysely'
import { forgetStream } from './checkpoint.ts'
import { inTransaction, tableExists, type Session } from './connection.ts'
import { lockStream } from './lock.ts'

/**
 * Forgets a stream's bookmarks and empties `tables`, the stream's own first; returns how many rows that one held.
 * Throws `E_LOCKED` while a run reads the stream.
 */
export async function resetStream(
  session: Session,
  account: string,
  stream: string,
  tables: readonly string[],
): Promise<number> {
  const { data, schemas } = session
  if (!(await tableExists(session, schemas.control, 'stream_state'))) return 0
  await lockStream(session, account, stream)
  return inTransaction(session, async () => {
    await forgetStream(session, account, stream)
    let removed = 0
    for (const table of tables) {
      if (!(await tableExists(session, schemas.data, table))) continue
      const { numAffectedRows } = await sql`delete from ${sql.table(`${schemas.data}.${table}`)}`.execute(
        data,
      )
      if (table === stream) removed = Number(numAffectedRows ?? 0n)
    }
    return removed
  })
}
