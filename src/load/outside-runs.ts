import { sql } from 'kysely'
import type { Session } from './connection.ts'
import type { Page } from './run-log.ts'

/** Stands in the ledger where no run has spent. */
const NO_RUN = '0'

/** Adds to what is spent on a day beside the runs, `by` some command; for a warehouse whose ledger is there. */
export async function logOutsideRuns(
  { control }: Session,
  account: string,
  by: string,
  { day, requests, tokens, balance }: Omit<Page, 'kind'>,
): Promise<void> {
  const seen = { limit_seen: balance?.limit ?? null, balance_seen: balance?.remaining ?? null }
  await control
    .insertInto('token_ledger')
    .values({ account, day, stream: by, run_id: NO_RUN, requests, tokens, ...seen })
    .onConflict((on) =>
      on.columns(['account', 'day', 'stream', 'run_id']).doUpdateSet({
        requests: sql`token_ledger.requests + excluded.requests`,
        tokens: sql`token_ledger.tokens + excluded.tokens`,
        ...seen,
      }),
    )
    .execute()
}
