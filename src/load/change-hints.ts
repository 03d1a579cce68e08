import { sql } from 'kysely'
import type { Session } from './connection.ts'

/** A stream that the change gate has pointed at, until a run has read it. Times in epoch milliseconds. */
export interface Hint {
  readonly stream: string
  /** Ids of records that may be gone. */
  readonly suspects: readonly string[]
  /** When a run could not read it for the first time and for the last; null as long as none has tried. */
  readonly failing: { readonly since: number; readonly triedAt: number } | null
}

export async function readHints(
  { control }: Session,
  account: string,
  streams: readonly string[],
): Promise<readonly Hint[]> {
  const rows = await control
    .selectFrom('change_hints')
    .selectAll()
    .where('account', '=', account)
    .where('stream', 'in', [...streams, ''])
    .execute()
  return rows.map(({ stream, suspects, failing_since: since, tried_at: triedAt }) => ({
    stream,
    suspects,
    failing:
      since === null || triedAt === null ? null : { since: since.getTime(), triedAt: triedAt.getTime() },
  }))
}

/** Adds to what is hinted at: streams, and of each the records that may be gone. */
export async function addHints(
  { control }: Session,
  account: string,
  news: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  if (news.size === 0) return
  const all = sql<
    string[]
  >`array(select unnest(change_hints.suspects) union select unnest(excluded.suspects))`
  await control
    .insertInto('change_hints')
    .values([...news].map(([stream, suspects]) => ({ account, stream, suspects: [...suspects] })))
    .onConflict((on) => on.columns(['account', 'stream']).doUpdateSet({ suspects: all }))
    .execute()
}

/** Forgets a hint that was read, unless more has been hinted at since. */
export async function dropHint({ control }: Session, account: string, hint: Hint): Promise<void> {
  await control
    .deleteFrom('change_hints')
    .where((is) => is.and({ account, stream: hint.stream }))
    .where(sql<boolean>`suspects <@ ${hint.suspects}::text[]`)
    .execute()
}

/** Keeps a hint that could not be read at this time. */
export async function postponeHint(
  { control }: Session,
  account: string,
  { stream }: Hint,
  triedAt: number,
): Promise<void> {
  const at = new Date(triedAt)
  await control
    .updateTable('change_hints')
    .set({ failing_since: sql<Date>`coalesce(failing_since, ${at})`, tried_at: at })
    .where((is) => is.and({ account, stream }))
    .execute()
}
