import { sql } from 'kysely'
import type { Session } from './connection.ts'

/** What the clock of the database shows, in ISO form: the later of two sorts last. */
export async function databaseTime({ client }: Session): Promise<string> {
  const { rows } = await client.query<{ now: string }>(
    `select to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
  )
  return rows[0]?.now ?? ''
}

/**
 * Remembers when Pipedrive was asked for the catalog that is about to be written; to be called under its lock. False where
 * this answer has been written already, or another run has asked later and written that: what is at hand is out of date. A time that is still to come says nothing,
 * since the clock was set back.
 */
export async function isLatest(
  { control }: Session,
  account: string,
  entity: string,
  askedAt: string,
): Promise<boolean> {
  const written = await control
    .insertInto('catalog_asked')
    .values({ account, entity, asked_at: askedAt })
    .onConflict((on) =>
      on
        .columns(['account', 'entity'])
        .doUpdateSet({ asked_at: sql`excluded.asked_at` })
        .where(
          sql<boolean>`catalog_asked.asked_at < excluded.asked_at or catalog_asked.asked_at > clock_timestamp()`,
        ),
    )
    .returning('entity')
    .execute()
  return written.length > 0
}
