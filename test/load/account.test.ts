import { describe, expect, test } from 'vitest'
import {
  assertNotBlocked,
  claimAccount,
  listenForBlock,
  readAccount,
  recordBlock,
} from '../../src/load/account.ts'
import { systemClock } from '../../src/clock.ts'
import type { SyncError } from '../../src/errors.ts'
import { ACCOUNT, emptyWarehouse, migratedWarehouse } from './support/warehouse.ts'

const acme = { companyId: 7, companyName: 'Acme', companyDomain: 'acme' }
const noon = Date.UTC(2030, 0, 1, 12)
const one = new Date(Date.UTC(2030, 0, 1, 13))

describe('the company of a schema', () => {
  test('is the first one that comes, and stays it', async () => {
    const { session } = await migratedWarehouse()
    expect(await readAccount(session, ACCOUNT)).toBeNull()
    await claimAccount(session, ACCOUNT, acme)
    await claimAccount(session, ACCOUNT, acme)
    expect(await readAccount(session, ACCOUNT)).toEqual(acme)
  })

  test('refuses another company by name, and keeps what it has', async () => {
    const { session } = await migratedWarehouse()
    await claimAccount(session, ACCOUNT, acme)
    const other = { companyId: 8, companyName: 'Other', companyDomain: 'other' }
    await expect(claimAccount(session, ACCOUNT, other)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringMatching(
        /^The schema "pipedrive" holds the company "Acme" \(7\); this token belongs to "Other" \(8\)\. .*PIPEDRIVE_SCHEMA/,
      ) as string,
    })
    expect(await readAccount(session, ACCOUNT)).toEqual(acme)
  })

  test('is one of them when two companies come at once', async () => {
    const { session, open } = await migratedWarehouse()
    const second = await open()
    const outcomes = await Promise.allSettled([
      claimAccount(session, ACCOUNT, acme),
      claimAccount(second, ACCOUNT, { ...acme, companyId: 8 }),
    ])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  })

  test('is nobody in a database that was never synced', async () => {
    const { session } = await emptyWarehouse()
    expect(await readAccount(session, ACCOUNT)).toBeNull()
    await assertNotBlocked(session, ACCOUNT, noon)
  })
})

describe('a block', () => {
  test('holds until its time has come, for its account only', async () => {
    const { session, open } = await migratedWarehouse()
    await claimAccount(session, ACCOUNT, acme)
    await assertNotBlocked(session, ACCOUNT, noon)
    await recordBlock(session, ACCOUNT, one)
    const other = await open()
    await expect(assertNotBlocked(other, ACCOUNT, noon)).rejects.toMatchObject({
      code: 'E_BLOCKED',
      recovery: 'defer',
      retryAfterMs: 3_600_000,
      message:
        "Pipedrive's gateway has blocked this address; nothing is sent before 2030-01-01T13:00:00.000Z.",
    })
    await assertNotBlocked(other, 'another', noon)
    await assertNotBlocked(other, ACCOUNT, one.getTime())
  })

  test('is heard by every other connection of the account, and by no other account', async () => {
    const { session, open } = await migratedWarehouse()
    const clock = { ...systemClock, now: () => noon }
    const heard: string[] = []
    const [listener, stranger] = [await open(), await open()]
    await listenForBlock(stranger, 'another account', clock, () => heard.push('another'))
    const told = Promise.withResolvers<SyncError>()
    await listenForBlock(listener, ACCOUNT, clock, told.resolve)
    await recordBlock(session, ACCOUNT, one)
    expect(await told.promise).toMatchObject({
      code: 'E_BLOCKED',
      recovery: 'defer',
      retryAfterMs: 3_600_000,
    })
    // What was sent to this connection before its answer has arrived with it.
    await stranger.client.query('select 1')
    expect(heard).toEqual([])
  })

  test('reaches an account whose name has spaces', async () => {
    const { session, open } = await migratedWarehouse()
    const listener = await open()
    const told = Promise.withResolvers<SyncError>()
    await listenForBlock(listener, 'my own schema', systemClock, told.resolve)
    await recordBlock(session, 'my own schema', one)
    expect((await told.promise).message).toContain('2030-01-01T13:00:00.000Z')
  })

  test('is kept before it is known whose token met it', async () => {
    const { session } = await migratedWarehouse()
    await recordBlock(session, ACCOUNT, one)
    await expect(assertNotBlocked(session, ACCOUNT, noon)).rejects.toMatchObject({ code: 'E_BLOCKED' })
  })

  test('is never shortened by a later one, and the longer one is told', async () => {
    const { session, open } = await migratedWarehouse()
    await recordBlock(session, ACCOUNT, one)
    const listener = await open()
    const told = Promise.withResolvers<SyncError>()
    await listenForBlock(listener, ACCOUNT, systemClock, told.resolve)
    await recordBlock(session, ACCOUNT, new Date(noon + 1000))
    expect((await told.promise).message).toContain('before 2030-01-01T13:00:00.000Z')
    await expect(assertNotBlocked(session, ACCOUNT, noon + 2000)).rejects.toMatchObject({
      retryAfterMs: 3_598_000,
    })
  })
})
