import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Row } from '../../emulator/index.ts'
import type { Answer } from '../support/tap.ts'
import { checkpointEveryPage, inPagesOf, openWorld, streamNamed, SWEEP } from '../support/world.ts'
import { only } from '../support/warehouse.ts'
import { expectWarehouseEquals } from '../support/warehouse-equals.ts'

const persons = streamNamed('persons')
const organizations = streamNamed('organizations')
const HOUR = 3_600_000

/** Answers these pages of organizations one after the other, whatever is asked of the list. */
function pagesOf(pages: readonly (readonly Row[])[], answer: Answer, cursor: string | null): Answer {
  const index = cursor === null ? 0 : Number(cursor.slice('page '.length))
  const next = index + 1 < pages.length ? `page ${index + 1}` : null
  const body = { success: true, data: pages[index] ?? [], additional_data: { next_cursor: next } }
  return { ...answer, status: 200, body: JSON.stringify(body) }
}

interface Version {
  readonly id: number
  readonly hour: number
}

/** One version of a record: what it says follows from when it was. */
function version({ id, hour }: Version): Row {
  const start = Date.UTC(2026, 0, 1)
  const at = new Date(start + hour * HOUR).toISOString()
  const label_ids = Array.from({ length: hour % 4 }, (_, n) => n)
  return { id, name: `${id} at ${hour}`, label_ids, update_time: `${at.slice(0, 19)}Z` }
}

function momentOf(record: Row): string {
  return record['update_time'] as string
}

const versions = fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 6 }), hour: fc.nat(9) }), {
  minLength: 1,
  maxLength: 25,
  selector: ({ id, hour }) => `${id} ${hour}`,
})

/** The same versions, each at least once, in any order, in pages of any size. */
const readings = versions.chain((each) =>
  fc.record({
    versions: fc.constant(each),
    again: fc.array(fc.constantFrom(...each), { maxLength: 10 }),
    order: fc.infiniteStream(fc.nat()).map((draws) => [...draws.take(40)]),
    pageSize: fc.integer({ min: 1, max: 9 }),
    checkpoints: fc.boolean(),
  }),
)

function paged(rows: readonly Row[], size: number): Row[][] {
  const pages = Array.from({ length: Math.ceil(rows.length / size) }, (_, n) =>
    rows.slice(n * size, (n + 1) * size),
  )
  // Two pages with the same keys one after the other are taken for a list without an end.
  const keys = pages.map((page) => JSON.stringify(page.map(({ id }) => id)))
  return pages.filter((_, n) => keys[n] !== keys[n - 1])
}

describe('pages in any order', () => {
  test('of all versions of a record the newest stays, however they are ordered, repeated and cut into pages', async () => {
    await using world = await openWorld()
    const { db, tap, clock } = world
    await fc.assert(
      fc.asyncProperty(readings, async ({ versions: each, again, order, pageSize, checkpoints }) => {
        const shuffled = [...each, ...again]
          .map((one, n) => ({ one, rank: order[n] ?? n }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ one }) => one)
        const pages = paged(shuffled.map(version), pageSize)
        const read = pages.flat()
        tap.onAnswer = ({ path, query }, answer) => {
          if (path !== '/api/v2/organizations') return
          if (checkpoints) clock.advance(2100)
          return pagesOf(pages, answer, query.get('cursor'))
        }
        await db.query('drop table if exists pipedrive.organizations cascade')
        await db.query('delete from pipedrive_sync.stream_state').catch(() => undefined)
        const report = only(await world.run({ streams: [organizations] }))
        expect(report.status).toBe('done')
        const rows = await db.query(
          'select id::int, name, label_ids::int[] from pipedrive.organizations order by id',
        )
        const newest = new Map<number, Row>()
        for (const record of read) {
          const known = newest.get(Number(record['id']))
          if (known === undefined || momentOf(known) < momentOf(record))
            newest.set(Number(record['id']), record)
        }
        const expected = [...newest.values()].map(({ id, name, label_ids }) => ({ id, name, label_ids }))
        expect(rows).toEqual(expected.toSorted((a, b) => Number(a.id) - Number(b.id)))
        const counted = report.inserted + report.updated + report.unchanged + report.stale
        expect(report.inserted).toBe(newest.size)
        expect(counted).toBeLessThanOrEqual(read.length)
        if (!checkpoints) expect(counted).toBe(newest.size)
      }),
      { numRuns: 40 },
    )
  })

  test('a record that comes twice in one page, and again in the next, is one row with its newest values', async () => {
    await using world = await openWorld()
    const pages = [
      [version({ id: 1, hour: 3 }), version({ id: 1, hour: 5 }), version({ id: 1, hour: 4 })],
      [version({ id: 1, hour: 2 }), version({ id: 2, hour: 1 })],
    ]
    world.tap.onAnswer = ({ path, query }, answer) =>
      path === '/api/v2/organizations' ? pagesOf(pages, answer, query.get('cursor')) : undefined
    const report = only(await world.run({ streams: [organizations] }))
    expect(report).toMatchObject({ status: 'done', inserted: 2, updated: 0, unchanged: 0, stale: 0 })
    const rows = await world.db.query('select id::int, name from pipedrive.organizations order by id')
    expect(rows).toEqual([
      { id: 1, name: '1 at 5' },
      { id: 2, name: '2 at 1' },
    ])
  })

  test.each(['descending', 'ascending'])(
    'every page comes in %s order: the tables end the same',
    async (order) => {
      await using world = await openWorld()
      checkpointEveryPage(world)
      if (order === 'descending')
        world.emulator.faults.add({ kind: 'unsorted-page', match: '/api/v2/persons?' })
      for (const plan of [undefined, SWEEP])
        expect(
          only(
            await world.run({ streams: [inPagesOf(5, persons)], ...(plan === undefined ? {} : { plan }) }),
          ),
        ).toMatchObject({ status: 'done', stale: 0, tombstoned: 0 })
      await expectWarehouseEquals(world, { streams: ['persons'] })
    },
  )
})
