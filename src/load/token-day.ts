import { sql } from 'kysely'
import type { TokenDay } from '../token-day.ts'
import { tableExists, type Session } from './connection.ts'

const UNKNOWN: TokenDay = { turnsAt: null, seen: null }

function isThere(session: Session): Promise<boolean> {
  return tableExists(session, session.schemas.control, 'token_day')
}

/** What is known of the account's token day. */
export async function readTokenDay(session: Session, account: string): Promise<TokenDay> {
  // The tables may be of an earlier version: looking at them changes nothing.
  if (!(await isThere(session))) return UNKNOWN
  const row = await session.control
    .selectFrom('token_day')
    .selectAll()
    .where('account', '=', account)
    .executeTakeFirst()
  if (row === undefined) return UNKNOWN
  const { turns_at: turnsAt, limit_seen: limit, balance_seen: remaining, seen_at: at } = row
  return {
    turnsAt: turnsAt?.getTime() ?? null,
    seen: at === null ? null : { limit: Number(limit), remaining: Number(remaining), at: at.getTime() },
  }
}

/** Keeps what a run has learned of it, unless another has been told of a balance since. */
export async function keepTokenDay(
  session: Session,
  account: string,
  { turnsAt, seen }: TokenDay,
): Promise<void> {
  if (!(await isThere(session))) return
  const learned = {
    ...(turnsAt === null ? {} : { turns_at: new Date(turnsAt) }),
    ...(seen === null
      ? {}
      : { limit_seen: seen.limit, balance_seen: seen.remaining, seen_at: new Date(seen.at) }),
  }
  await session.control
    .insertInto('token_day')
    .values({ account, ...learned })
    .onConflict((on) =>
      on
        .column('account')
        .doUpdateSet({ account, ...learned })
        .where(sql<boolean>`coalesce(excluded.seen_at >= token_day.seen_at, true)`),
    )
    .execute()
}
