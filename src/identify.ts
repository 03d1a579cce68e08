import { SyncError } from './errors.ts'
import { readIdentity, type Identity } from './extract/identity.ts'
import { keepBlock } from './keep-block.ts'
import { fingerprintOf } from './known-token.ts'
import { claimAccount } from './load/account.ts'
import type { Session } from './load/connection.ts'
import { readKnownToken, rememberToken, type TokenUser } from './load/known-tokens.ts'
import { migrate } from './load/migrate.ts'
import type { Run } from './run-types.ts'

function isBlock(error: unknown): error is SyncError {
  return error instanceof SyncError && error.code === 'E_BLOCKED'
}

/** Nothing is made for a token that is wrong; a block is worth a database to keep it in. */
export function unlessBlocked(error: unknown): void {
  if (!isBlock(error)) throw error
}

/**
 * Whose token it is, which a tick need not ask where Pipedrive has said so less than a day ago; and brings the control tables up to date
 * once that is known. `early`: it has been asked already.
 */
export async function identify(
  state: Run,
  session: Session,
  early: Promise<Identity> | undefined,
): Promise<TokenUser> {
  const { parts, request } = state
  const { warehouse, source, clock } = parts
  const fingerprint = fingerprintOf(warehouse.account, source)
  const known =
    request.only === 'changed'
      ? await readKnownToken(session, warehouse.account, fingerprint, clock.now())
      : null
  if (known !== null) {
    await migrate(session)
    return known
  }
  const identity = await ask(state, session, early)
  await migrate(session)
  await claimAccount(session, warehouse.account, identity)
  await rememberToken(session, warehouse.account, fingerprint, identity, clock.now())
  return identity
}

async function ask(state: Run, session: Session, early: Promise<Identity> | undefined): Promise<Identity> {
  try {
    return await (early ?? readIdentity(state.client.send))
  } catch (error) {
    if (isBlock(error)) {
      await migrate(session)
      await keepBlock(state.parts, error)
    }
    throw error
  }
}
