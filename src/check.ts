import { createClient } from './extract/client.ts'
import type { DailyBalance } from './extract/budget.ts'
import { readIdentity, type Identity } from './extract/identity.ts'
import { assertNotBlocked } from './load/account.ts'
import type { Session } from './load/connection.ts'
import { assertCanBeMade, databaseExists, withSession } from './load/database.ts'
import { assertPrivileges } from './load/privileges.ts'
import type { RunParts } from './run.ts'

export interface CheckReport {
  /** `PostgreSQL 18.1`, or null when the embedded server has not been made yet. */
  readonly database: string | null
  readonly identity: Identity
  readonly balance: DailyBalance | null
}

async function checkDatabase(session: Session, account: string, now: number): Promise<string> {
  await assertPrivileges(session)
  await assertNotBlocked(session, account, now)
  const { rows } = await session.client.query<{ version: string }>(
    "select current_setting('server_version') as version",
  )
  return `PostgreSQL ${rows[0]?.version ?? ''}`
}

/** Tries the configuration without writing anything: the database first, then one request of 2 tokens. */
export async function check({ warehouse, source, clock, signal }: RunParts): Promise<CheckReport> {
  await assertCanBeMade(warehouse)
  const database = (await databaseExists(warehouse))
    ? await withSession(warehouse, 'check', signal, (session) =>
        checkDatabase(session, warehouse.account, clock.now()),
      )
    : null
  const client = createClient({ ...source, allowance: { share: 1 }, concurrency: 1, clock, signal })
  const identity = await readIdentity(client.send)
  return { database, identity, balance: client.ledger.balance() }
}
