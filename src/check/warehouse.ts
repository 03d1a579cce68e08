import { assertNotBlocked, readAccount, type Company } from '../load/account.ts'
import { assertCanBeMade, databaseExists, withSession } from '../load/database.ts'
import { describeServer, type ServerState } from '../load/describe.ts'
import { heldParents, type HeldParent } from '../load/held-parents.ts'
import { findClashes, type NameClash } from '../load/name-clashes.ts'
import { assertPrivileges } from '../load/privileges.ts'
import type { RunParts } from '../run-types.ts'
import { childrenIn } from '../streams/children.ts'
import { tablesOf, type Stream } from '../streams/stream.ts'

export interface WarehouseCheck extends ServerState {
  /** Whose data the schema holds; null as long as it holds none. */
  readonly company: Company | null
  readonly clashes: readonly NameClash[]
}

export interface WarehouseFound {
  /** Null where the embedded server has not been made. */
  readonly warehouse: WarehouseCheck | null
  /** By the path of children, a parent that is held. */
  readonly held: ReadonlyMap<string, HeldParent>
}

/**
 * Looks at the database as a run would find it. Throws `E_DATABASE` where it lets nobody in or takes no writing,
 * `E_BLOCKED` while nothing may be sent.
 */
export async function checkWarehouse(
  { warehouse, signal, clock }: RunParts,
  streams: readonly Stream[],
): Promise<WarehouseFound> {
  await assertCanBeMade(warehouse)
  if (!(await databaseExists(warehouse))) return { warehouse: null, held: new Map() }
  return withSession(warehouse, 'check', signal, async (session) => {
    await assertPrivileges(session)
    await assertNotBlocked(session, warehouse.account, clock.now())
    const clashes = await findClashes(session, streams.flatMap(tablesOf))
    const company = await readAccount(session, warehouse.account)
    return {
      warehouse: { ...(await describeServer(session)), company, clashes },
      // What others have made has other columns.
      held: clashes.length > 0 ? new Map() : await heldParents(session, streams.flatMap(childrenIn)),
    }
  })
}
