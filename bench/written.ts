import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { connected, type BenchServer } from './database.ts'

interface Written {
  /** Inserted, updated or deleted in tables of the data schema. */
  readonly rows: number
  readonly walBytes: number
}

const POLL_MS = 10

/** What a session has done is counted when it ends (PostgreSQL documentation, cumulative statistics). */
async function othersHaveLeft(client: pg.Client): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    if (rowCount === 0) return
    await sleep(POLL_MS)
  }
}

function soFar({ databaseUrl }: BenchServer): Promise<Written> {
  return connected(databaseUrl, async (client) => {
    await othersHaveLeft(client)
    const { rows } = await client.query<{ rows: string; wal: string }>(
      `select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) as rows,
              pg_current_wal_insert_lsn() - '0/0' as wal
       from pg_stat_user_tables where schemaname = 'pipedrive'`,
    )
    return { rows: Number(rows[0]?.rows), walBytes: Number(rows[0]?.wal) }
  })
}

/** What a piece of work writes, going by the server's own counters. */
export async function changesOf(server: BenchServer, work: () => Promise<unknown>): Promise<Written> {
  const before = await soFar(server)
  await work()
  const after = await soFar(server)
  return { rows: after.rows - before.rows, walBytes: after.walBytes - before.walBytes }
}
