import { describe, expect, test } from 'vitest'
import { inTransaction, type Session } from '../../src/load/connection.ts'
import { lockCatalog, lockStream } from '../../src/load/lock.ts'
import type { TestDatabase } from '../support/database.ts'
import { emptyWarehouse } from './support/warehouse.ts'

function backendOf({ client }: Session): Promise<number> {
  return client.query<{ pid: number }>('select pg_backend_pid() as pid').then(({ rows }) => rows[0]?.pid ?? 0)
}

/** Ends a connection from outside and waits until PostgreSQL has cleaned up after it. */
async function kill(db: TestDatabase, pid: number): Promise<void> {
  expect(await db.query('select pg_terminate_backend($1, 10000) as ended', [pid])).toEqual([{ ended: true }])
}

describe('the lock of a stream', () => {
  test('keeps a second run out, in one sentence, and lets it read other streams and accounts', async () => {
    const { session, open } = await emptyWarehouse()
    const second = await open()
    await lockStream(session, 'a', 'deals')
    await expect(lockStream(second, 'a', 'deals')).rejects.toMatchObject({
      code: 'E_LOCKED',
      recovery: 'skip-stream',
      message: 'deals: another run is reading it into this warehouse; this run leaves it alone.',
    })
    await lockStream(second, 'a', 'leads')
    await lockStream(second, 'b', 'deals')
  })

  test('is free again when its connection is closed', async () => {
    const { session, open } = await emptyWarehouse()
    const first = await open()
    await lockStream(first, 'a', 'deals')
    const pid = await backendOf(first)
    await first[Symbol.asyncDispose]()
    await session.client.query('select pg_terminate_backend($1, 10000)', [pid])
    await lockStream(session, 'a', 'deals')
  })

  test('is free again when its connection is killed', async () => {
    const { db, session, open } = await emptyWarehouse()
    const first = await open()
    await lockStream(first, 'a', 'deals')
    await kill(db, await backendOf(first))
    await lockStream(session, 'a', 'deals')
  })

  test('outlives the transactions of its run', async () => {
    const { session, open } = await emptyWarehouse()
    await lockStream(session, 'a', 'deals')
    await inTransaction(session, () => Promise.resolve())
    await inTransaction(session, () => Promise.reject(new Error('stop'))).catch(() => undefined)
    await expect(lockStream(await open(), 'a', 'deals')).rejects.toMatchObject({ code: 'E_LOCKED' })
  })
})

describe('the lock of a catalog', () => {
  test('makes the second transaction wait for the end of the first', async () => {
    const { session, open } = await emptyWarehouse()
    const second = await open()
    const order: string[] = []
    let waiting: Promise<unknown> = Promise.resolve()
    await inTransaction(session, async () => {
      await lockCatalog(session, 'a', 'deals')
      waiting = inTransaction(second, async () => {
        await lockCatalog(second, 'a', 'deals')
        order.push('second')
      })
      const third = await open()
      await inTransaction(third, () => lockCatalog(third, 'a', 'persons'))
      order.push('first')
    })
    await waiting
    expect(order).toEqual(['first', 'second'])
  })
})
