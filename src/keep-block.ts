import { SyncError } from './errors.ts'
import { recordBlock } from './load/account.ts'
import { tableExists } from './load/connection.ts'
import { databaseExists, withSession } from './load/database.ts'
import type { RunParts } from './run-types.ts'

/**
 * Lets every process of the account know of a block as soon as it is met, whatever its own process is doing. Where there
 * are no control tables yet there is no such process.
 */
export async function keepBlock(
  { warehouse, clock, reporter }: RunParts,
  { retryAfterMs = 0 }: SyncError,
): Promise<void> {
  const until = new Date(clock.now() + retryAfterMs)
  try {
    if (!(await databaseExists(warehouse))) return
    await withSession(warehouse, 'block', new AbortController().signal, async (session) => {
      if (await tableExists(session, session.schemas.control, 'block'))
        await recordBlock(session, warehouse.account, until)
    })
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    reporter.warn(`The block could not be kept, so other processes do not know of it. ${error.message}`)
  }
}
