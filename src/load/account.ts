import { sql } from 'kysely'
import { SyncError, configError } from '../errors.ts'
import type { Session } from './connection.ts'

export interface Company {
  readonly companyId: number
  readonly companyName: string
  readonly companyDomain: string
}

/**
 * Ties the data schema to one Pipedrive company on first use, and refuses another one ever after: two
 * companies in one table would overwrite each other's ids.
 */
export async function claimAccount(
  { control, schemas }: Session,
  account: string,
  company: Company,
): Promise<void> {
  const kept = await control
    .insertInto('account')
    .values({
      account,
      company_id: String(company.companyId),
      company_name: company.companyName,
      company_domain: company.companyDomain,
      data_schema: schemas.data,
    })
    .onConflict((on) => on.column('account').doUpdateSet({ company_id: sql`account.company_id` }))
    .returning(['company_id', 'company_name'])
    .executeTakeFirstOrThrow()
  if (kept.company_id !== String(company.companyId))
    throw configError(
      `The schema "${schemas.data}" holds the company "${kept.company_name}" (${kept.company_id}); this token belongs to "${company.companyName}" (${company.companyId}). Give the second company a schema of its own with PIPEDRIVE_SCHEMA.`,
    )
}

/** Throws `E_BLOCKED` while Cloudflare's block of this account is to be respected. */
export async function assertNotBlocked(
  { client, schemas }: Session,
  account: string,
  now: number,
): Promise<void> {
  const table = `"${schemas.control.replaceAll('"', '""')}".account`
  const { rows: there } = await client.query<{ there: boolean }>(
    'select to_regclass($1) is not null as there',
    [table],
  )
  if (there[0]?.there !== true) return
  const { rows } = await client.query<{ blocked_until: Date | null }>(
    `select blocked_until from ${table} where account = $1`,
    [account],
  )
  const until = rows[0]?.blocked_until ?? null
  if (until === null || until.getTime() <= now) return
  throw new SyncError({
    code: 'E_BLOCKED',
    recovery: 'defer',
    retryAfterMs: until.getTime() - now,
    message: `Pipedrive's gateway has blocked this address; nothing is sent before ${until.toISOString()}.`,
  })
}

export async function recordBlock({ control }: Session, account: string, until: Date): Promise<void> {
  await control.updateTable('account').set({ blocked_until: until }).where('account', '=', account).execute()
}
