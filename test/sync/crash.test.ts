import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import { WORK } from '../support/work-streams.ts'
import { start } from '../support/cli.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'
import { openWorld, type World } from '../support/world.ts'

const names = [...WORK.map(({ name }) => name), 'deal_products']

const KILLS = 6

/** Every record that a bookmark stands for is in its table: else a crash has parted the two. */
async function expectRowsBehindBookmarks({ db, emulator }: World): Promise<number> {
  const there = await db.query(
    "select 1 from pg_tables where schemaname = 'pipedrive_sync' and tablename = 'stream_state'",
  )
  if (there.length === 0) return 0
  const bookmarks = await db.query<{ stream: string; partition: string; bookmark: Date }>(
    'select stream, partition, bookmark from pipedrive_sync.stream_state where bookmark is not null',
  )
  for (const { stream, partition, bookmark } of bookmarks) {
    const rows = await db.query<{ id: string }>(`select id::text from pipedrive.${stream}`)
    const held = new Set(rows.map(({ id }) => id))
    const behind = (record: Row): boolean =>
      Date.parse(`${(record['update_time'] as string).replace(' ', 'T').replace('Z', '')}Z`) <=
        bookmark.getTime() &&
      (record['is_archived'] === true) === (partition === 'archived') &&
      record['is_deleted'] !== true
    const expected = emulator.company.list(stream as 'deals').filter(behind)
    expect(expected.length).toBeGreaterThan(0)
    expect(expected.filter(({ id }) => !held.has(String(id as string | number)))).toEqual([])
  }
  return bookmarks.length
}

test(
  'a backfill that is killed at random moments leaves no bookmark without its rows, and ends equal at last',
  { timeout: 120_000 },
  async () => {
    await using world = await openWorld({
      size: { deals: 7000, persons: 3000, notes: 2500, activities: 4000 },
    })
    const { db, emulator, tap } = world
    const env = {
      DATABASE_URL: db.url,
      PIPEDRIVE_BASE_URL: tap.url,
      PIPEDRIVE_API_TOKEN: emulator.token,
    }
    const flags = ['backfill', '--json', '--budget', '100%', '--stream', names.join()]
    let bookmarks = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const command = await start(flags, { env })
      let answers = randomInt(6, 45)
      tap.onAnswer = async () => {
        if (--answers !== 0) return
        // Not only between an answer and the next request, but in the midst of a load too.
        await delay(randomInt(60))
        command.signal('SIGKILL')
      }
      const { code } = await command.ended
      expect([null, 0]).toContain(code)
      bookmarks = Math.max(bookmarks, await expectRowsBehindBookmarks(world))
    }
    expect(bookmarks).toBeGreaterThan(0)
    tap.onAnswer = () => undefined
    const { code, stdout } = await (await start(flags, { env })).ended
    expect(stdout).toContain('"status":"done"')
    expect(code).toBe(0)
    await expectWarehouseEquals(world, { streams: names })
    const states = await db.query('select distinct status from pipedrive_sync.run order by 1')
    expect(states.map(({ status }) => status)).not.toContain('running')
  },
)
