import { describe, expect, test } from 'vitest'
import type { Json, Row } from '../../emulator/index.ts'
import { run, type Running } from './support/emulator.ts'

const threadsIn = (folder: string): string => `/v1/mailbox/mailThreads?folder=${folder}`
const ids = (rows: readonly Row[]): Json[] => rows.map((row) => row['id'] ?? null)
const countsOf = async ({ call }: Running): Promise<unknown[][]> =>
  (await call('/api/v2/deals?include_fields=email_messages_count&limit=500')).rows.map((row) => [
    row['id'],
    row['email_messages_count'],
  ])

describe('mail threads', () => {
  test('of the four folders are all there are, some in several', async () => {
    const { call, emulator } = await run()
    const found: unknown[] = []
    for (const folder of ['inbox', 'drafts', 'sent', 'archive'])
      found.push(...(await call(threadsIn(folder))).ids)
    expect([...new Set(found)].sort()).toEqual(ids(emulator.company.mail_threads.list()).sort())
    expect(found.length).toBeGreaterThan(emulator.company.mail_threads.size)
  })

  test('need a folder, and one of the four', async () => {
    const { call } = await run()
    expect((await call('/v1/mailbox/mailThreads')).status).toBe(400)
    expect((await call(threadsIn('spam'))).status).toBe(400)
  })

  test('come by their latest message, page by page', async () => {
    const { call, emulator } = await run()
    const { rows } = await call(threadsIn('inbox'))
    const times = rows.map((row) => String(row['last_message_timestamp']))
    expect(times).toEqual(times.toSorted().reverse())
    const [last] = rows.slice(-1)
    emulator.company.mail_messages.create({ mail_thread_id: last?.['id'] as number })
    const [first] = (await call(`${threadsIn('inbox')}&limit=1`)).rows
    expect(first).toMatchObject({
      ...{ id: last?.['id'], last_message_timestamp: '2026-06-15T12:00:00.000Z' },
      message_count: (last?.['message_count'] as number) + 1,
    })
    const second = await call(`${threadsIn('inbox')}&limit=2&start=1`)
    expect(second.ids).toEqual(ids(rows as Row[]).slice(0, 2))
    expect(second.body['additional_data']).toMatchObject({ pagination: { start: 1, next_start: 3 } })
  })

  test.each([false, true])('that are deleted are listed as the switch says: %s', async (deletedInLists) => {
    const { call, emulator } = await run({ switches: { deletedInLists } })
    const [id] = (await call(threadsIn('sent'))).ids
    emulator.company.mail_threads.delete(id as number)
    expect((await call(threadsIn('sent'))).ids.includes(id)).toBe(deletedInLists)
    expect(emulator.company.mail_threads.get(id as number)).toMatchObject({ deleted_flag: 1 })
  })

  test('tell the status of their deal as it is now', async () => {
    const { emulator } = await run()
    const { deals, mail_threads } = emulator.company
    const deal = deals.create({ title: 'x' })['id'] as number
    const thread = mail_threads.create({ deal_id: deal })
    expect(thread['deal_status']).toBe('open')
    deals.update(deal, { status: 'won' })
    expect(mail_threads.get(thread['id'] as number)?.['deal_status']).toBe('won')
  })
})

describe('mail messages', () => {
  test('of all threads are all there are, as many as the threads say', async () => {
    const { call, emulator } = await run({ size: { mailThreads: 11 } })
    const found: unknown[] = []
    for (const thread of emulator.company.mail_threads.list()) {
      const { rows } = await call(`/v1/mailbox/mailThreads/${thread['id'] as number}/mailMessages`)
      expect(rows.map((row) => row['mail_thread_id'])).toEqual(
        Array.from({ length: thread['message_count'] as number }, () => thread['id']),
      )
      found.push(...ids(rows as Row[]))
    }
    expect(found).toEqual(ids(emulator.company.mail_messages.list()))
  })

  test('of a thread that is not there are not found', async () => {
    const { call } = await run()
    expect((await call('/v1/mailbox/mailThreads/999/mailMessages')).status).toBe(404)
  })

  test('of a deal are as many as it counts', async () => {
    const running = await run()
    const counts = await countsOf(running)
    expect(counts.some(([, count]) => (count as number) > 1)).toBe(true)
    for (const [id, count] of counts)
      expect((await running.call(`/v1/deals/${String(id)}/mailMessages`)).rows).toHaveLength(count as number)
  })

  test('come and go with the count of their deal', async () => {
    const running = await run()
    const { deals, mail_threads, mail_messages } = running.emulator.company
    const deal = deals.create({ title: 'x' })['id'] as number
    const count = async (): Promise<unknown> => (await countsOf(running)).find(([id]) => id === deal)?.[1]
    const thread = mail_threads.create({ deal_id: deal })['id'] as number
    const message = mail_messages.create({ mail_thread_id: thread })['id'] as number
    mail_messages.create({ mail_thread_id: thread })
    expect(await count()).toBe(2)
    mail_messages.delete(message)
    expect(await count()).toBe(1)
    expect(mail_threads.get(thread)).toMatchObject({ message_count: 1 })
    expect((await running.call(`/v1/deals/${deal}/mailMessages`)).rows).toHaveLength(1)
  })

  test('of a deal are told by what they are, newest first, their body when asked for', async () => {
    const { call, emulator, advance } = await run()
    const { mail_messages } = emulator.company
    const deal = emulator.company.deals.create({ title: 'x' })['id'] as number
    const first = mail_messages.create({ deal_id: deal, subject: 'one', body: '<p>one</p>' })['id']
    advance(1000)
    const second = mail_messages.create({ deal_id: deal, subject: 'two' })['id']
    const { rows, body } = await call(`/v1/deals/${deal}/mailMessages?include_body=1`)
    expect(rows).toMatchObject([
      { object: 'mailMessage', timestamp: '2026-06-15 12:00:01', data: { id: second, subject: 'two' } },
      { object: 'mailMessage', timestamp: '2026-06-15 12:00:00', data: { id: first, body: '<p>one</p>' } },
    ])
    expect(rows[0]?.['data']).not.toHaveProperty('deal_id')
    expect(body['additional_data']).toMatchObject({ pagination: { more_items_in_collection: false } })
    const [plain] = (await call(`/v1/deals/${deal}/mailMessages?limit=1`)).rows
    expect(plain?.['data']).not.toHaveProperty('body')
  })

  test('go with their thread to another deal', async () => {
    const { call, emulator } = await run()
    const { deals, mail_threads, mail_messages } = emulator.company
    const [from, to] = [deals.create()['id'] as number, deals.create()['id'] as number]
    const thread = mail_threads.create({ deal_id: from })['id'] as number
    const id = mail_messages.create({ mail_thread_id: thread })['id']
    mail_threads.update(thread, { deal_id: to })
    const messages = async (deal: number): Promise<unknown[]> =>
      (await call(`/v1/deals/${deal}/mailMessages`)).rows.map((row) => (row['data'] as Row)['id'])
    expect([await messages(from), await messages(to)]).toEqual([[], [id]])
  })

  test.each([false, true])(
    'move the time of their thread as the switch says: %s',
    async (childBumpsParent) => {
      const { emulator, advance } = await run({ switches: { childBumpsParent } })
      const { mail_threads, mail_messages } = emulator.company
      const thread = mail_threads.create() as Row & { id: number }
      advance(1000)
      mail_messages.create({ mail_thread_id: thread.id })
      const moved = mail_threads.get(thread.id)?.['update_time'] !== thread['update_time']
      expect(moved).toBe(childBumpsParent)
    },
  )

  test('of a deleted deal are not found', async () => {
    const { call, emulator } = await run()
    emulator.company.deals.delete(1)
    expect((await call('/v1/deals/1/mailMessages')).body['error']).toBe('Entity was not found')
  })

  test('move to the deal that survives a merge', async () => {
    const running = await run()
    const { company } = running.emulator
    const [one, other] = [company.deals.create(), company.deals.create()].map((row) => row['id'] as number)
    const thread = company.mail_threads.create({ deal_id: one as number })['id'] as number
    company.mail_messages.create({ mail_thread_id: thread })
    company.merge('deals', one as number, other as number)
    expect((await running.call(`/v1/deals/${other}/mailMessages`)).rows).toHaveLength(1)
    expect(company.mail_threads.get(thread)?.['deal_id']).toBe(other)
  })
})
