import { describe, expect, test } from 'vitest'
import { claimAccount, recordBlock } from '../../src/load/account.ts'
import { openBookmark } from '../../src/load/checkpoint.ts'
import type { Session } from '../../src/load/connection.ts'
import { resetStream } from '../../src/load/reset.ts'
import { lockStream } from '../../src/load/lock.ts'
import { endRun, logStream, logTokens, startRun, type StreamReport } from '../../src/load/run-log.ts'
import { readState } from '../../src/load/status.ts'
import { streams } from '../../src/streams/index.ts'
import { v2List } from '../../src/streams/lists.ts'
import { type Stream } from '../../src/streams/stream.ts'
import { ACCOUNT, contacts, emptyWarehouse, migratedWarehouse, openStream } from './support/warehouse.ts'

const people: Stream = { ...contacts, partitions: [v2List('/api/v2/contacts', 10)] }
const may = Date.UTC(2023, 4)
const june = Date.UTC(2023, 5)
const ZERO = {
  inserted: 0,
  updated: 0,
  unchanged: 0,
  stale: 0,
  tombstoned: 0,
  pages: 0,
  requests: 0,
  tokens: 0,
  seconds: 0,
}

function claim(session: Session): Promise<void> {
  return claimAccount(session, ACCOUNT, { companyId: 7, companyName: 'Acme', companyDomain: 'acme' })
}

async function saveBookmark(session: Session, partition: string, to: number): Promise<void> {
  await (await openBookmark(session, { account: ACCOUNT, stream: 'contacts', partition })).save(to)
}

describe('the state of the warehouse', () => {
  test('is nothing before the first sync: without tables, and without a company', async () => {
    const { session } = await emptyWarehouse()
    expect(await readState(session, ACCOUNT, streams, june)).toBeNull()
    const migrated = await migratedWarehouse()
    expect(await readState(migrated.session, ACCOUNT, streams, june)).toBeNull()
  })

  test('shows streams that were never read as empty', async () => {
    const { session } = await migratedWarehouse()
    await claim(session)
    expect(await readState(session, ACCOUNT, [people], june)).toEqual({
      company: 'Acme',
      blocked_until: null,
      streams: [
        {
          stream: 'contacts',
          rows: 0,
          deleted: 0,
          bookmark: null,
          last_status: null,
          last_run_at: null,
          error: null,
          warning: null,
        },
      ],
      drift: [],
      runs: [],
      plan: null,
      tokens_today: 0,
      daily_limit: null,
      daily_remaining: null,
    })
  })

  test('counts rows with and without a tombstone, and tells the bookmark and the last run of a stream', async () => {
    const { session } = await migratedWarehouse()
    await claim(session)
    const { load } = await openStream(session, people)
    await load([{ id: 1 }, { id: 2 }, { id: 3, is_deleted: true }])
    await saveBookmark(session, 'live', may)
    await saveBookmark(session, 'archived', june)
    for (const [status, error] of [
      ['failed', 'E'],
      ['done', undefined],
    ] as const) {
      const run = await startRun(session, ACCOUNT, 'sync')
      await logStream(session, ACCOUNT, run, {
        stream: 'contacts',
        status,
        ...ZERO,
        ...(error === undefined ? {} : { error }),
      })
      const state = await readState(session, ACCOUNT, [people], june)
      expect(state?.streams).toEqual([
        {
          stream: 'contacts',
          rows: 2,
          deleted: 1,
          bookmark: new Date(june).toISOString(),
          last_status: status,
          last_run_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
          error: error ?? null,
          warning: null,
        },
      ])
    }
  })

  test('tells the warning of a stream until a run that has read it has none', async () => {
    const { session } = await migratedWarehouse()
    await claim(session)
    const asked = { ...ZERO, stream: 'contacts', requests: 1 }
    const told = async (account: string, report: StreamReport): Promise<string | null | undefined> => {
      await logStream(session, account, await startRun(session, account, 'sync'), report)
      return (await readState(session, ACCOUNT, [people], june))?.streams[0]?.warning
    }
    expect(await told(ACCOUNT, { ...asked, status: 'done', warning: 'None is shown.' })).toBe(
      'None is shown.',
    )
    expect(await told(ACCOUNT, { ...asked, status: 'failed' })).toBe('None is shown.')
    expect(await told(ACCOUNT, { ...asked, status: 'done', requests: 0 }), 'not due').toBe('None is shown.')
    expect(await told(ACCOUNT, { ...asked, status: 'done', stream: 'deals' })).toBe('None is shown.')
    expect(await told('another', { ...asked, status: 'done' })).toBe('None is shown.')
    expect(await told(ACCOUNT, { ...asked, status: 'done', warning: 'Look.' })).toBe('Look.')
    expect(await told(ACCOUNT, { ...asked, status: 'done' })).toBeNull()
  })

  test('counts every stream of the registry, the field catalog included', async () => {
    const { db, session } = await migratedWarehouse()
    await claim(session)
    await db.query(
      `insert into pipedrive.fields values ('deals', 'title', 'Title', 'varchar', 'title', false)`,
    )
    const state = await readState(session, ACCOUNT, streams, june)
    expect(state?.streams.map(({ stream, rows }) => [stream, rows])).toEqual(
      streams.map(({ name }) => [name, name === 'fields' ? 1 : 0]),
    )
  })

  test('shows the last five runs, newest first', async () => {
    const { session, open } = await migratedWarehouse()
    await claim(session)
    await startRun(session, 'another', 'sync')
    for (let count = 1; count <= 7; count++) {
      const run = await startRun(session, ACCOUNT, `run ${count}`)
      if (count < 7) await endRun(session, run, { status: 'done', requests: count, tokens: 10, error: null })
    }
    const runs = (await readState(await open(), ACCOUNT, [], june))?.runs ?? []
    expect(runs.map(({ command, status }) => `${command} ${status}`)).toEqual([
      'run 7 running',
      'run 6 done',
      'run 5 done',
      'run 4 done',
      'run 3 done',
    ])
    expect(runs[0]).toMatchObject({ id: 8, finished_at: null, requests: 0, tokens: 0, error: null })
    expect(runs[1]).toMatchObject({
      finished_at: expect.stringMatching(/Z$/) as string,
      requests: 6,
      tokens: 10,
    })
  })

  test('adds up the tokens of today and shows the balance of the last run', async () => {
    const { session } = await migratedWarehouse()
    await claim(session)
    const page = { requests: 1, tokens: 10, kind: null, day: new Date(june).toISOString().slice(0, 10) }
    const at = (remaining: number) => ({ ...page, balance: { limit: 1000, remaining } })
    const before = { ...page, day: '2026-01-01', balance: { limit: 500, remaining: 100 } }
    await logTokens(session, ACCOUNT, '1', 'deals', before)
    await logTokens(session, ACCOUNT, '2', 'deals', at(950))
    await logTokens(session, ACCOUNT, '2', 'leads', at(900))
    await logTokens(session, ACCOUNT, '3', 'leads', { ...page, balance: null })
    await logTokens(session, 'another', '4', 'leads', { ...page, balance: { limit: 9, remaining: 9 } })
    expect(await readState(session, ACCOUNT, [], june)).toMatchObject({
      tokens_today: 30,
      daily_limit: 1000,
      daily_remaining: 900,
    })
  })

  test('tells a run that was killed from one that still goes on', async () => {
    const { session, open } = await migratedWarehouse()
    await claim(session)
    const killed = await open()
    await startRun(killed, ACCOUNT, 'killed')
    const alive = await open()
    await startRun(alive, ACCOUNT, 'alive')
    const seen = async () => {
      const state = await readState(session, ACCOUNT, [], june)
      return state?.runs.map(({ command, status }) => `${command} ${status}`)
    }
    expect(await seen()).toEqual(['alive running', 'killed running'])
    const { rows } = await killed.client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await session.client.query('select pg_terminate_backend($1, 10000)', [rows[0]?.pid])
    expect(await seen()).toEqual(['alive running', 'killed killed'])
    expect(await seen(), 'looking changes nothing').toEqual(['alive running', 'killed killed'])
  })

  test('tells of a block until it is over', async () => {
    const { session } = await migratedWarehouse()
    await claim(session)
    await recordBlock(session, ACCOUNT, new Date(june))
    expect(await readState(session, ACCOUNT, [], may)).toMatchObject({
      blocked_until: '2023-06-01T00:00:00.000Z',
    })
    expect(await readState(session, ACCOUNT, [], june)).toMatchObject({ blocked_until: null })
  })
})

describe('resetting a stream', () => {
  test('forgets its bookmarks and keeps its rows', async () => {
    const { session } = await migratedWarehouse()
    await claim(session)
    const { load } = await openStream(session, people)
    await load([{ id: 1 }])
    await saveBookmark(session, 'live', may)
    expect(await resetStream(session, ACCOUNT, 'contacts', [])).toBe(0)
    expect((await readState(session, ACCOUNT, [people], june))?.streams).toMatchObject([
      { rows: 1, bookmark: null },
    ])
  })

  test('empties the tables it is given, counts the rows of its own, and needs not find them all', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, people)
    await load([{ id: 1, emails: [{ value: 'a' }, { value: 'b' }] }, { id: 2 }])
    expect(await resetStream(session, ACCOUNT, 'contacts', ['contacts', 'contact_emails', 'missing'])).toBe(2)
    expect(await db.query('select from pipedrive.contacts')).toEqual([])
    expect(await db.query('select from pipedrive.contact_emails')).toEqual([])
  })

  test('waits for nobody: a run that reads the stream is told, and nothing changes', async () => {
    const { db, session, open } = await migratedWarehouse()
    const { load } = await openStream(session, people)
    await load([{ id: 1 }])
    await saveBookmark(session, 'live', may)
    await lockStream(session, ACCOUNT, 'contacts')
    await expect(resetStream(await open(), ACCOUNT, 'contacts', ['contacts'])).rejects.toMatchObject({
      code: 'E_LOCKED',
    })
    expect(await db.query('select from pipedrive.contacts')).toHaveLength(1)
    expect(await db.query('select from pipedrive_sync.stream_state')).toHaveLength(1)
  })

  test('that fails half-way changes nothing', async () => {
    const { db, session } = await migratedWarehouse()
    const { load } = await openStream(session, people)
    await load([{ id: 1, emails: [{ value: 'a' }] }])
    await saveBookmark(session, 'live', may)
    await db.query('create table public.holds (id bigint references pipedrive.contacts (id))')
    await db.query('insert into public.holds values (1)')
    await expect(resetStream(session, ACCOUNT, 'contacts', ['contact_emails', 'contacts'])).rejects.toThrow(
      'foreign key',
    )
    expect(await db.query('select from pipedrive.contact_emails')).toHaveLength(1)
    expect(await db.query('select from pipedrive_sync.stream_state')).toHaveLength(1)
  })

  test('has nothing to do in a database that was never synced', async () => {
    const { session } = await emptyWarehouse()
    expect(await resetStream(session, ACCOUNT, 'contacts', ['contacts'])).toBe(0)
  })
})
