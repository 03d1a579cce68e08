import { describe, expect, test } from 'vitest'
import { claimAccount, readAccount } from '../../src/load/account.ts'
import { openBookmark } from '../../src/load/checkpoint.ts'
import type { Session } from '../../src/load/connection.ts'
import { lockDemo, makeDemoSchema, removeDemo } from '../../src/load/demo-schema.ts'
import { migrate } from '../../src/load/migrate.ts'
import { keepTokenDay } from '../../src/load/token-day.ts'
import { endRun, logStream, logTokens, startRun } from '../../src/load/run-log.ts'
import { emptyTally } from '../../src/tally.ts'
import { ACCOUNT, emptyWarehouse, openSession, openStream } from './support/warehouse.ts'

/** As the demo's company; a real one may have the same id. */
const company = { companyId: 7, companyName: 'Acme', companyDomain: 'acme' }

/** Leaves something of an account in every control table that runs write. */
async function live(session: Session, account: string): Promise<void> {
  await migrate(session)
  await claimAccount(session, account, company)
  await openStream(session)
  const run = await startRun(session, account, 'sync')
  const { warning: _warning, frozen: _frozen, ...counts } = emptyTally()
  const spent = { requests: 1, tokens: 10 }
  await logStream(session, account, run, { stream: 'deals', status: 'done', ...counts, ...spent, seconds: 1 })
  await logTokens(session, account, run, 'deals', { ...spent, day: '2026-06-15', balance: null, kind: null })
  await keepTokenDay(session, account, { turnsAt: 0, seen: null })
  await endRun(session, run, { status: 'done', ...spent, error: null })
  await (await openBookmark(session, { account, stream: 'deals', partition: 'live' })).save(1)
}

const SCHEMAS = `select nspname as name from pg_namespace where nspname ~ '^(pipedrive|acme)' order by 1`

const STAGES = `select tablename as name from pg_tables where tablename like 'stage%' order by 1`

async function demonstrated() {
  const warehouse = await emptyWarehouse()
  await makeDemoSchema(warehouse.session)
  await live(warehouse.session, ACCOUNT)
  return warehouse
}

describe('what a demo left', () => {
  test('goes, and with it nothing of another company that shares the control tables', async () => {
    const { db, session } = await demonstrated()
    const acme = await openSession(db.url, 'test', { data: 'acme', control: 'pipedrive_sync' })
    await live(acme, 'acme')
    await db.query(`alter table pipedrive_sync."stage_acme$contacts" add account bigint`)
    expect(await removeDemo(session, ACCOUNT)).toBe(true)
    expect(await db.query(SCHEMAS)).toEqual([{ name: 'acme' }, { name: 'pipedrive_sync' }])
    expect(await readAccount(session, ACCOUNT)).toBeNull()
    expect(await readAccount(acme, 'acme')).toEqual(company)
    for (const table of ['run', 'run_stream', 'token_ledger', 'stream_state'])
      expect(await db.query(`select distinct account from pipedrive_sync.${table}`), table).toEqual([
        { account: 'acme' },
      ])
    expect(await db.query(STAGES)).toEqual([
      { name: 'stage_acme$contact_emails' },
      { name: 'stage_acme$contacts' },
    ])
    expect(await removeDemo(session, ACCOUNT)).toBe(false)
  })

  test('is nothing in a warehouse that was never used', async () => {
    const { session } = await emptyWarehouse()
    expect(await removeDemo(session, ACCOUNT)).toBe(false)
  })

  test('is not what a company left, whose id is the same', async () => {
    const { db, session } = await emptyWarehouse()
    await live(session, ACCOUNT)
    await expect(removeDemo(session, ACCOUNT)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(
        /^The schema "pipedrive" is not one that a demo made; it holds Acme\. /,
      ) as string,
    })
    expect(await readAccount(session, ACCOUNT)).toEqual(company)
    expect(await db.query(SCHEMAS)).toHaveLength(2)
  })

  test('is not a schema whose company is kept in other control tables', async () => {
    const { db, session } = await emptyWarehouse()
    await live(await openSession(db.url, 'test', { data: 'pipedrive', control: 'acme_sync' }), ACCOUNT)
    await expect(removeDemo(session, ACCOUNT)).rejects.toMatchObject({ code: 'E_CONFIG' })
    expect(await db.query(SCHEMAS)).toEqual([{ name: 'acme_sync' }, { name: 'pipedrive' }])
  })

  test('is not an account whose schema somebody has dropped', async () => {
    const { db, session } = await emptyWarehouse()
    await live(session, ACCOUNT)
    await db.query('drop schema pipedrive cascade')
    await expect(removeDemo(session, ACCOUNT)).rejects.toMatchObject({ code: 'E_CONFIG' })
  })
})

test('one demo at a time has the schema, until its connection ends', async () => {
  const { session, open } = await emptyWarehouse()
  const second = await open()
  await lockDemo(session)
  await expect(lockDemo(second)).rejects.toMatchObject({ code: 'E_LOCKED', recovery: 'abort-run' })
  await session.client.query('select pg_advisory_unlock_all()')
  await lockDemo(second)
})
