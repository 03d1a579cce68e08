import { assertNotBlocked, readAccount, type Company } from '../load/account.ts'
import { assertCanBeMade, databaseExists, withSession } from '../load/database.ts'
import { describeServer, type ServerState } from '../load/describe.ts'
import { findClashes, type NameClash } from '../load/name-clashes.ts'
import { assertPrivileges } from '../load/privileges.ts'
import type { RunParts } from '../run.ts'
import { tablesOf, type Stream } from '../streams/stream.ts'

export interface WarehouseCheck extends ServerState {
  /** Whose data the schema holds; null as long as it holds none. */
  readonly company: Company | null
  readonly clashes: readonly NameClash[]
}

/**
 * Looks at the database as a run would find it; null where the embedded server has not been made. Throws `E_DATABASE`
 * where it lets nobody in or takes no writing, `E_BLOCKED` while nothing may be sent.
 */
export async function checkWarehouse(
  { warehouse, signal, clock }: RunParts,
  streams: readonly Stream[],
): Promise<WarehouseCheck | null> {
  await assertCanBeMade(warehouse)
  if (!(await databaseExists(warehouse))) return null
  return withSession(warehouse, 'check', signal, async (session) => {
    await assertPrivileges(session)
    await assertNotBlocked(session, warehouse.account, clock.now())
    return {
      ...(await describeServer(session)),
      company: await readAccount(session, warehouse.account),
      clashes: await findClashes(session, streams.flatMap(tablesOf)),
    }
  })
}
