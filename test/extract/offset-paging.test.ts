import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPages } from '../../src/extract/paging.ts'
import type { Window } from '../../src/extract/windows.ts'
import type { Partition, Stream } from '../../src/streams/stream.ts'
import { failure, respond, serve, transportTo, recordsOf } from './support.ts'

interface Thing {
  readonly id: number
  update_time: string
}

const at = (second: number): string => new Date(Date.UTC(2026, 4, 15, 10, 0, second)).toISOString()
const things = (count: number): Thing[] =>
  Array.from({ length: count }, (_, index) => ({ id: index + 1, update_time: at(index) }))

const list = {
  name: 'live',
  path: '/v1/things',
  cost: 20,
  paging: 'offset',
  pageSize: 3,
  order: { byCursor: { sort: 'update_time ASC' }, stable: { sort: 'id ASC' } },
} as const
const filtered: Partition = { ...list, filter: { since: 'updated_since' } }
const stream: Stream = {
  name: 'things',
  description: 'Things',
  key: ['id'],
  cursorField: 'update_time',
  columns: { id: 'bigint', update_time: 'timestamptz' },
  partitions: [filtered],
  catalogs: [],
}
/** Ordered by the cursor field and filtered by it; or in stable order, by offset alone. */
const anchored: Window = { since: null, until: null, complete: false, byCursor: true }
const unanchored: Window = { since: null, until: null, complete: true, byCursor: false }

interface Options {
  /** What happens to the list after the answer of this number, from 0. */
  readonly after?: (answer: number, held: Thing[]) => void
  readonly ignoresSort?: boolean
  readonly ignoresFilter?: boolean
}

/** A v1 list of these things over real HTTP; `held` may be changed while it is read. */
async function listOf(held: Thing[], { after, ignoresSort = false, ignoresFilter = false }: Options = {}) {
  const queries: string[] = []
  const url = await serve((requested, response) => {
    const { searchParams: query } = requested
    queries.push(`${query.get('updated_since') ?? '-'} ${query.get('start')}`)
    const since = Date.parse(query.get('updated_since') ?? at(0))
    const shown = held.filter(({ update_time: time }) => ignoresFilter || Date.parse(time) >= since)
    if (!ignoresSort)
      shown.sort((one, other) =>
        query.get('sort')?.startsWith('update') === true
          ? one.update_time.localeCompare(other.update_time) || one.id - other.id
          : one.id - other.id,
      )
    const start = Number(query.get('start'))
    const limit = Number(query.get('limit'))
    const data = shown.slice(start, start + limit).map((thing) => ({ ...thing }))
    const more_items_in_collection = start + limit < shown.length
    respond(response, {
      success: true,
      data: data.length === 0 ? null : data,
      additional_data: { pagination: { start, limit, more_items_in_collection } },
    })
    after?.(queries.length - 1, held)
  })
  return { url, queries }
}

async function read(url: string, window = anchored, partition = filtered): Promise<Thing[]> {
  const read: Thing[] = []
  for await (const page of readPages(transportTo(url), stream, partition, window))
    read.push(...(recordsOf(page) as Thing[]))
  return read
}

const ids = (read: readonly Thing[]): number[] =>
  [...new Set(read.map(({ id }) => id))].sort((one, other) => one - other)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

describe.each([
  ['anchored at the last cursor', anchored],
  ['by offset alone', unanchored],
])('a v1 list read %s', (_how, window) => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 20])('of %i records is read whole', async (count) => {
    const { url } = await listOf(things(count))
    expect(ids(await read(url, window))).toEqual(upTo(count))
  })

  test('loses nothing when records before the next page are deleted', async () => {
    const { url } = await listOf(things(20), {
      after: (answer, held) => void (answer < 4 && held.splice(0, 2)),
    })
    expect(ids(await read(url, window))).toEqual(expect.arrayContaining(upTo(20).slice(8)))
  })

  test('loses nothing when one record before the next page is deleted', async () => {
    const { url } = await listOf(things(20), {
      after: (answer, held) => void (answer === 2 && held.splice(0, 1)),
    })
    expect(ids(await read(url, window))).toEqual(upTo(20))
  })

  test('loses nothing when records come in front of the next page', async () => {
    const early = (id: number): Thing => ({ id, update_time: at(1).replace('000Z', '500Z') })
    const { url } = await listOf(things(20), {
      after: (answer, held) => void (answer === 2 && held.splice(2, 0, early(31), early(32), early(33))),
      ignoresSort: true,
    })
    expect(ids(await read(url, window))).toEqual(expect.arrayContaining(upTo(20)))
  })

  test('loses nothing when more than a page before the next one is deleted', async () => {
    const { url } = await listOf(things(20), {
      after: (answer, held) => void (answer === 2 && held.splice(0, 6)),
    })
    expect(ids(await read(url, window))).toEqual(upTo(20))
  })

  test('ends when all that was still to come is deleted', async () => {
    const { url } = await listOf(things(20), {
      after: (answer, held) => void (answer === 1 && held.splice(2)),
    })
    expect(ids(await read(url, window))).toEqual([1, 2, 3, 4, 5])
  })

  test('loses nothing when records are changed, and sees the last version of each', async () => {
    const touch = (answer: number, held: Thing[]): void => {
      const thing = held[answer % 5]
      if (answer < 12 && thing !== undefined) thing.update_time = at(100 + answer)
    }
    const held = things(20)
    const { url } = await listOf(held, { after: touch })
    const found = await read(url, window)
    expect(ids(found)).toEqual(upTo(20))
    if (!window.byCursor) return
    for (const { id, update_time } of held) {
      const versions = found.filter((thing) => thing.id === id).map((thing) => thing.update_time)
      expect(versions.sort().at(-1)).toBe(update_time)
    }
  })

  test('loses no record that stays, whatever happens between the pages', { timeout: 60_000 }, async () => {
    const change = fc.record({
      kind: fc.constantFrom('delete', 'touch', 'add', 'nothing'),
      index: fc.nat(30),
      times: fc.integer({ min: 1, max: 4 }),
    })
    const start = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 0, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(start, fc.array(change, { maxLength: 25 }), async (seconds, changes) => {
        const held = seconds.map((second, index): Thing => ({ id: index + 1, update_time: at(second) }))
        const stayed = new Set(held.map(({ id }) => id))
        let next = held.length
        const after = (answer: number): void => {
          const { kind = 'nothing', index = 0, times = 0 } = changes[answer] ?? {}
          for (let count = 0; count < times; count++) {
            const place = index % Math.max(1, held.length)
            const thing = held[place]
            if (kind === 'add') held.push({ id: ++next, update_time: at(50 + answer) })
            if (thing === undefined) continue
            if (kind === 'touch') thing.update_time = at(50 + answer)
            if (kind === 'delete') {
              stayed.delete(thing.id)
              held.splice(place, 1)
            }
          }
        }
        const { url } = await listOf(held, { after })
        const found = new Set(ids(await read(url, window)))
        expect([...stayed].filter((id) => !found.has(id))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('that stands still is E_PAGE_LOOP', async () => {
    const url = await serve((_requested, response) => {
      respond(response, {
        success: true,
        data: things(3),
        additional_data: { pagination: { more_items_in_collection: true } },
      })
    })
    expect(await failure(read(url, window))).toMatchObject({ code: 'E_PAGE_LOOP', recovery: 'skip-stream' })
  })

  test('that says there is more behind nothing is E_PAGE_LOOP', async () => {
    const url = await serve((_requested, response) => {
      respond(response, {
        success: true,
        data: null,
        additional_data: { pagination: { more_items_in_collection: true } },
      })
    })
    expect((await failure(read(url, window))).code).toBe('E_PAGE_LOOP')
  })

  test('that moves on every page is E_UNSTABLE, after a bounded number of requests', async () => {
    let count = 0
    const url = await serve((requested, response) => {
      const first = requested.searchParams.get('start') === '0'
      // All within one second, so that there is no new anchor to go on from.
      const data = upTo(3).map((id) => ({ id: first ? id : 100 + ++count, update_time: at(0) }))
      respond(response, {
        success: true,
        data,
        additional_data: { pagination: { more_items_in_collection: true } },
      })
    })
    const error = await failure(read(url, window))
    expect(error).toMatchObject({ code: 'E_UNSTABLE', recovery: 'skip-stream' })
    expect(error.message).toMatch(/^things: .*moved/)
    expect(count).toBeLessThan(1000)
  })

  test('whose order is not the one that was asked for is still read whole', async () => {
    const seconds = [9, 3, 14, 1, 12, 5, 0, 11, 2, 8, 6, 13, 4, 10, 7]
    const held = seconds.map((second, index): Thing => ({ id: index + 1, update_time: at(second) }))
    const { url } = await listOf(held, { ignoresSort: true })
    expect(ids(await read(url, window))).toEqual(upTo(15))
  })

  test('whose first page only happens to be in order is still read whole', async () => {
    const seconds = [1, 3, 90, 2, 4, 6, 5, 8, 7]
    const held = seconds.map((second, index): Thing => ({ id: index + 1, update_time: at(second) }))
    const { url } = await listOf(held, { ignoresSort: true })
    expect(ids(await read(url, window))).toEqual(upTo(9))
  })

  test('loses none of those of one second when others of it are changed meanwhile', async () => {
    const held = things(6).map((thing) => ({ ...thing, update_time: at(5) }))
    const { url } = await listOf(held, {
      after: (answer) => {
        if (answer === 0) for (const thing of held.slice(0, 2)) thing.update_time = at(60)
      },
    })
    expect(ids(await read(url, window))).toEqual(upTo(6))
  })

  test('is read whole where the filter is ignored', async () => {
    const { url } = await listOf(things(15), { ignoresFilter: true })
    expect(ids(await read(url, window))).toEqual(upTo(15))
  })
})

describe('a list that is hard to read', () => {
  test('is not read over and over where the filter is ignored', async () => {
    const { url, queries } = await listOf(things(80), { ignoresFilter: true })
    expect(ids(await read(url))).toEqual(upTo(80))
    expect(queries.length).toBeLessThan(50)
  })

  test('may lose a record now and then, however long it is', async () => {
    let gone = 0
    const { url } = await listOf(things(900), {
      after: (answer, held) => {
        if (answer % 3 === 0 && gone++ < 150) held.shift()
      },
    })
    expect(ids(await read(url, unanchored))).toEqual(expect.arrayContaining(upTo(900).slice(150)))
    expect(gone).toBeGreaterThan(150)
  })
})

describe('an anchor', () => {
  test('takes the place of a deep offset, once a second page has proved the order', async () => {
    const { url, queries } = await listOf(things(8))
    await read(url)
    expect(queries).toEqual(['- 0', '- 2', '2026-05-15T10:00:04Z 0', '2026-05-15T10:00:06Z 0'])
  })

  test('stands while a second has more records than a page, and the offset goes on', async () => {
    const held = things(9).map((thing) => ({ ...thing, update_time: at(5) }))
    const { url, queries } = await listOf(held)
    expect(ids(await read(url))).toEqual(upTo(9))
    expect(queries).toEqual(['- 0', '- 2', ...[0, 2, 4, 6].map((start) => `2026-05-15T10:00:05Z ${start}`)])
  })

  test('is in whole seconds, so that no fraction is passed over', async () => {
    const held = things(6).map((thing, index) => ({
      ...thing,
      update_time: at(5).replace('000Z', `${index}00Z`),
    }))
    const { url, queries } = await listOf(held)
    expect(ids(await read(url))).toEqual(upTo(6))
    expect(queries[2]).toBe('2026-05-15T10:00:05Z 0')
  })

  test('begins at the start of the window', async () => {
    const { url, queries } = await listOf(things(5))
    const window = { ...anchored, since: Date.parse(at(3)) + 400 }
    expect(ids(await read(url, window))).toEqual([4, 5])
    expect(queries).toEqual(['2026-05-15T10:00:03Z 0'])
  })

  test('is not taken from what cannot be filtered', async () => {
    const { url, queries } = await listOf(things(5))
    expect(ids(await read(url, anchored, list))).toEqual(upTo(5))
    expect(queries).toEqual(['- 0', '- 2'])
  })
})

test('a list that promises no order is never anchored, and is asked in the form that its filter takes', async () => {
  const { url, queries } = await listOf(things(7), { ignoresFilter: true })
  const loose: Partition = {
    ...{ name: 'live', path: '/v1/things', cost: 20, paging: 'offset', pageSize: 3 },
    ...{ filter: { since: 'updated_since' }, looseFilter: true },
  }
  const since = Date.parse(at(0))
  await read(url, { ...anchored, since }, loose)
  const asked = '2026-05-15 09:59:59'
  expect(queries).toEqual([`${asked} 0`, `${asked} 2`, `${asked} 4`])
})
