import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { walkParams } from '../../src/extract/paging.ts'
import { apiTimestamp, floorToSecond } from '../../src/extract/timestamps.ts'
import { planWindow, type ReadPlan } from '../../src/extract/windows.ts'
import { UPDATED_BETWEEN, UPDATED_SINCE, v2List } from '../../src/streams/lists.ts'

const between = v2List('/api/v2/deals', 10, { filter: UPDATED_BETWEEN, params: { status: 'open' } })
const since = v2List('/api/v2/products', 10, { filter: UPDATED_SINCE })
const unfiltered = v2List('/api/v2/stages', 5)

const NOW = 1_000_000
const LOOKBACK = 300
const pass: ReadPlan = { mode: 'pass', since: null, until: null }
const sweep: ReadPlan = { mode: 'sweep', since: null, until: null }
const range = (from: number | null, to: number | null): ReadPlan => ({
  mode: 'range',
  since: from,
  until: to,
})

const complete = { since: null, until: null, complete: true, byCursor: false }
const walk = (from: number | null, to: number | null) => ({
  since: from,
  until: to,
  complete: false,
  byCursor: true,
})

describe('the window of a walk', () => {
  test.each([
    ['a first pass reads everything, in the order of the bookmark', between, null, pass, walk(null, null)],
    ['a pass starts a lookback before its bookmark', between, 5000, pass, walk(4700, null)],
    [
      'a pass with a bookmark in the future starts a lookback before now',
      between,
      NOW + 9999,
      pass,
      walk(NOW - 300, null),
    ],
    ['a sweep reads everything, in an order that edits do not disturb', between, 5000, sweep, complete],
    ['a pass over what cannot be filtered is a sweep', unfiltered, 5000, pass, complete],
    ['a range over what cannot be filtered is a sweep', unfiltered, null, range(1000, 2000), complete],
    ['a range reads what it is asked for', between, null, range(1000, 2000), walk(1000, 2000)],
    ['a range may be open at both ends', between, null, range(null, null), walk(null, null)],
    [
      'a resumed range goes on a lookback before its bookmark',
      between,
      1800,
      range(1000, 2000),
      walk(1500, 2000),
    ],
    ['a resumed range does not go back before its start', between, 1100, range(1000, 2000), walk(1000, 2000)],
    [
      'a resumed open range goes on a lookback before its bookmark',
      between,
      1100,
      range(null, 2000),
      walk(800, 2000),
    ],
    [
      'a range keeps its end where the API cannot cut there',
      since,
      null,
      range(1000, 2000),
      walk(1000, 2000),
    ],
  ])('%s', (_what, partition, bookmark, plan, window) => {
    expect(planWindow(partition, bookmark, plan, LOOKBACK, NOW)).toEqual(window)
  })

  test('never starts after its bookmark, so that nothing between is passed over', () => {
    const moment = fc.integer({ min: 0, max: 2 * NOW })
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 5000 }), moment, (bookmark, lookback, now) => {
        const window = planWindow(between, bookmark, pass, lookback, now)
        expect(window.since).toBeLessThanOrEqual(bookmark)
      }),
    )
  })
})

const T = Date.UTC(2026, 4, 15, 10, 0, 0)

describe('what a walk asks for', () => {
  test.each([
    [
      'ascending update_time and both ends',
      between,
      walk(T, T + 1000),
      {
        status: 'open',
        sort_by: 'update_time',
        sort_direction: 'asc',
        updated_since: '2026-05-15T10:00:00Z',
        updated_until: '2026-05-15T10:00:01Z',
      },
    ],
    [
      'no end where the API knows none',
      since,
      walk(T, T + 1000),
      { sort_by: 'update_time', sort_direction: 'asc', updated_since: '2026-05-15T10:00:00Z' },
    ],
    [
      'no start in a first read',
      between,
      walk(null, null),
      { status: 'open', sort_by: 'update_time', sort_direction: 'asc' },
    ],
    [
      'the stable order in a sweep',
      between,
      complete,
      { status: 'open', sort_by: 'id', sort_direction: 'asc' },
    ],
    [
      'no filter where there is none',
      unfiltered,
      walk(T, T),
      { sort_by: 'update_time', sort_direction: 'asc' },
    ],
  ])('%s', (_what, partition, window, params) => {
    expect(walkParams(partition, window)).toEqual(params)
  })

  test('tiles: of windows that follow one another, exactly one asks for any second between them', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 60_000 }), { minLength: 3, maxLength: 8 })
    fc.assert(
      fc.property(cuts, fc.integer({ min: 0, max: 60 }), (moments, second) => {
        const bounds = moments.toSorted((one, other) => one - other).map((ms) => T + ms)
        const asked = bounds.slice(1).map((until, index) => {
          const params = walkParams(between, walk(bounds[index] ?? 0, until))
          return [
            Date.parse(params['updated_since'] ?? ''),
            Date.parse(params['updated_until'] ?? ''),
          ] as const
        })
        const at = T + second * 1000
        const hits = asked.filter(([from, to]) => from <= at && at < to).length
        const first = floorToSecond(bounds[0] ?? 0)
        const last = floorToSecond(bounds.at(-1) ?? 0)
        expect(hits).toBe(first <= at && at < last ? 1 : 0)
      }),
    )
  })
})

describe('a moment in the API’s words', () => {
  test.each([
    [0, '1970-01-01T00:00:00Z'],
    [T, '2026-05-15T10:00:00Z'],
    [T + 999, '2026-05-15T10:00:00Z'],
    [Date.UTC(2024, 1, 29, 23, 59, 59), '2024-02-29T23:59:59Z'],
  ])('%i is %s', (ms, text) => {
    expect(apiTimestamp(ms)).toBe(text)
  })

  test('has no fraction, is UTC, and says the second it is in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), (ms) => {
        expect(apiTimestamp(ms)).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/)
        expect(Date.parse(apiTimestamp(ms))).toBe(floorToSecond(ms))
        expect(floorToSecond(ms)).toBeLessThanOrEqual(ms)
        expect(ms - floorToSecond(ms)).toBeLessThan(1000)
      }),
    )
  })
})
