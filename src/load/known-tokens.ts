import { tableExists, type Session } from './connection.ts'

/** Whose a token is. */
export interface TokenUser {
  readonly userId: number
  readonly userName: string
  readonly companyName: string
}

/** A token may have been given other rights, or been withdrawn, but not have become another user's. */
const KNOWN_FOR_MS = 86_400_000

/** Whose token it is by what Pipedrive said less than a day ago; null where it has not been asked. */
export async function readKnownToken(
  session: Session,
  account: string,
  fingerprint: string,
  now: number,
): Promise<TokenUser | null> {
  const { control, schemas } = session
  if (!(await tableExists(session, schemas.control, 'known_token'))) return null
  const row = await control
    .selectFrom('known_token')
    .innerJoin('account', 'account.account', 'known_token.account')
    .select(['user_id', 'user_name', 'company_name'])
    .where('known_token.account', '=', account)
    .where('fingerprint', '=', fingerprint)
    .where('seen_at', '>', new Date(now - KNOWN_FOR_MS))
    .executeTakeFirst()
  if (row === undefined) return null
  return { userId: Number(row.user_id), userName: row.user_name, companyName: row.company_name }
}

/** Remembers whose token it is, and forgets those that were not asked for within a day. */
export async function rememberToken(
  { control }: Session,
  account: string,
  fingerprint: string,
  { userId, userName }: Omit<TokenUser, 'companyName'>,
  now: number,
): Promise<void> {
  const who = { user_id: String(userId), user_name: userName, seen_at: new Date(now) }
  await control
    .deleteFrom('known_token')
    .where('account', '=', account)
    .where('seen_at', '<=', new Date(now - KNOWN_FOR_MS))
    .execute()
  await control
    .insertInto('known_token')
    .values({ account, fingerprint, ...who })
    .onConflict((on) => on.columns(['account', 'fingerprint']).doUpdateSet(who))
    .execute()
}
