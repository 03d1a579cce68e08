import { sql } from 'kysely'
import type { Clock } from '../clock.ts'
import { SyncError, configError } from '../errors.ts'
import { tableExists, type Session } from './connection.ts'

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
    .returning(['company_id', 'company_name', 'company_domain'])
    .executeTakeFirstOrThrow()
  if (kept.company_id !== String(company.companyId))
    throw configError(otherCompany(schemas.data, companyOf(kept), company))
}

interface CompanyRow {
  readonly company_id: string
  readonly company_name: string
  readonly company_domain: string
}

function companyOf({ company_id, company_name, company_domain }: CompanyRow): Company {
  return { companyId: Number(company_id), companyName: company_name, companyDomain: company_domain }
}

/** Why a token is refused whose company is not the one that the schema holds. */
export function otherCompany(schema: string, kept: Company, company: Company): string {
  return `The schema "${schema}" holds the company "${kept.companyName}" (${kept.companyId}); this token belongs to "${company.companyName}" (${company.companyId}). Give the second company a schema of its own with PIPEDRIVE_SCHEMA; what the demo left is removed with the command demo --remove.`
}

/** Until when a block of this account lasts or has lasted; null where none was ever met. */
export async function readBlock(session: Session, account: string): Promise<Date | null> {
  if (!(await tableExists(session, session.schemas.control, 'block'))) return null
  const row = await session.control
    .selectFrom('block')
    .select('blocked_until')
    .where('account', '=', account)
    .executeTakeFirst()
  return row?.blocked_until ?? null
}

/** Throws `E_BLOCKED` while Cloudflare's block of this account is to be respected. */
export async function assertNotBlocked(session: Session, account: string, now: number): Promise<void> {
  const until = await readBlock(session, account)
  if (until !== null && until.getTime() > now) throw blocked(until, now)
}

function blocked(until: Date, now: number): SyncError {
  return new SyncError({
    code: 'E_BLOCKED',
    recovery: 'defer',
    retryAfterMs: Math.max(0, until.getTime() - now),
    message: `Pipedrive's gateway has blocked this address; nothing is sent before ${until.toISOString()}.`,
  })
}

const CHANNEL = 'pipedrive_warehouse_block'

/** Hears of a block that any other process of the account has met. */
export async function listenForBlock(
  { client }: Session,
  account: string,
  clock: Clock,
  onBlock: (error: SyncError) => void,
): Promise<void> {
  client.on('notification', ({ payload = '' }) => {
    const [until = '', ...name] = payload.split(' ')
    if (name.join(' ') === account) onBlock(blocked(new Date(until), clock.now()))
  })
  await client.query(`listen ${CHANNEL}`)
}

/** Keeps the block, unless a longer one is known, and tells it to every process of the account. */
export async function recordBlock(session: Session, account: string, met: Date): Promise<void> {
  const { client, control } = session
  const { blocked_until: until } = await control
    .insertInto('block')
    .values({ account, blocked_until: met })
    .onConflict((on) =>
      on
        .column('account')
        .doUpdateSet({ blocked_until: sql<Date>`greatest(block.blocked_until, excluded.blocked_until)` }),
    )
    .returning('blocked_until')
    .executeTakeFirstOrThrow()
  await client.query('select pg_notify($1, $2)', [CHANNEL, `${until.toISOString()} ${account}`])
}

/** Ends the block of an account before its time; returns until when it would have lasted, null where there was none any more. */
export async function liftBlock(session: Session, account: string, now: number): Promise<Date | null> {
  const until = await readBlock(session, account)
  if (until === null || until.getTime() <= now) return null
  await session.control
    .updateTable('block')
    .set({ blocked_until: new Date(now) })
    .where('account', '=', account)
    .execute()
  return until
}

/** The company whose data the schemas hold; null when they hold none. */
export async function readAccount(session: Session, account: string): Promise<Company | null> {
  if (!(await tableExists(session, session.schemas.control, 'account'))) return null
  const row = await session.control
    .selectFrom('account')
    .selectAll()
    .where('account', '=', account)
    .executeTakeFirst()
  return row === undefined ? null : companyOf(row)
}
