import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HighWater } from '../../src/transform/high-water.ts'

/** The numbers of these tests are seconds. */
const ms = (second: number | null): number | null => (second === null ? null : second * 1000)
const seconds = (moment: number | null): number | null => (moment === null ? null : moment / 1000)

function walked(start: number | null, ...pages: (number | null)[][]): HighWater {
  const mark = new HighWater(ms(start))
  for (const page of pages) mark.add(page.map(ms))
  return mark
}

describe('the high-water mark', () => {
  test.each([
    ['an empty walk', null, [], null, null],
    ['an empty walk from a bookmark', 5, [], 5, 5],
    ['one page', null, [[1, 2, 3]], 3, 3],
    [
      'pages in ascending order',
      null,
      [
        [1, 2],
        [2, 4],
      ],
      4,
      4,
    ],
    ['records without a cursor', null, [[null, 1, null, 2]], 2, 2],
    ['nothing but records without a cursor', 7, [[null, null]], 7, 7],
    ['a lookback below the bookmark', 10, [[7, 8]], 10, 10],
    ['a descent within a page', 1, [[5, 4]], 1, 5],
    ['a descent between pages', 1, [[5], [4]], 1, 5],
    [
      'a descent across records without a cursor',
      1,
      [
        [5, null],
        [null, 4],
      ],
      1,
      5,
    ],
    ['order that comes back after a descent', 1, [[5], [4], [6, 7]], 1, 7],
    ['a descent in a first read', null, [[5, 4]], null, 5],
    ['a descent below the bookmark', 10, [[8, 7]], 10, 10],
    ['a descent within one second, of which the list has no order', 1, [[5.8], [5.2, 5.4]], 5.8, 5.8],
  ] as const)('after %s', (_what, start, pages, checkpoint, end) => {
    const mark = walked(start, ...pages.map((page) => [...page]))
    expect({ checkpoint: seconds(mark.checkpoint), end: seconds(mark.end) }).toEqual({ checkpoint, end })
  })

  const cursor = fc.option(fc.integer({ min: 0, max: 30 }), { nil: null })
  const walk = fc.tuple(cursor, fc.array(fc.array(cursor, { maxLength: 5 }), { minLength: 1, maxLength: 8 }))

  test('never passes what is still to come while the order holds, and stands still once it is broken', () => {
    fc.assert(
      fc.property(walk, ([start, pages]) => {
        const mark = new HighWater(ms(start))
        const all = pages.flat().filter((value) => value !== null)
        const sorted = all.every((value, index) => index === 0 || value >= (all[index - 1] ?? 0))
        let count = 0
        for (const page of pages) {
          mark.add(page.map(ms))
          count += page.filter((value) => value !== null).length
          const seen = all.slice(0, count)
          const ascending = seen.every((value, index) => index === 0 || value >= (seen[index - 1] ?? 0))
          const highest = seen.length === 0 ? start : Math.max(start ?? -1, ...seen)
          expect(seconds(mark.checkpoint)).toBe(ascending ? highest : start)
          expect(seconds(mark.end)).toBe(highest)
          if (!sorted || start !== null) continue
          for (const later of all.slice(count))
            expect(seconds(mark.checkpoint) ?? 0).toBeLessThanOrEqual(later)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('never falls below the bookmark it started from', () => {
    fc.assert(
      fc.property(walk, ([start, pages]) => {
        const mark = walked(start, ...pages)
        if (start === null) return
        expect(seconds(mark.checkpoint)).toBeGreaterThanOrEqual(start)
        expect(seconds(mark.end)).toBeGreaterThanOrEqual(start)
      }),
    )
  })
})

test('the mark of a walk without an order stays where it began until the walk ends', () => {
  const mark = new HighWater(ms(1), false)
  mark.add([2, 3].map(ms))
  expect([mark.checkpoint, mark.end, mark.isAscending, mark.hasPassed(1000)]).toEqual([
    1000,
    3000,
    false,
    false,
  ])
})

describe('the end of a range', () => {
  test.each([
    ['before it', 10, [[8, 9]], false],
    ['at it, which the range does not hold any more', 10, [[9, 10]], true],
    ['past it', 10, [[11]], true],
    ['past it, in doubtful order', 10, [[11, 9, 12]], false],
    ['anywhere, where there is no end', null, [[99]], false],
    ['nowhere yet', 10, [], false],
  ] as const)('is passed %s', (_what, until, pages, passed) => {
    expect(walked(null, ...pages.map((page) => [...page])).hasPassed(ms(until))).toBe(passed)
  })

  test('a bookmark at the end is not yet a record at the end', () => {
    expect(walked(20).hasPassed(ms(10))).toBe(false)
  })
})

test('records that another walk reads tell how far this one has come, and are no part of its bookmark', () => {
  const mark = new HighWater(null)
  mark.add([1000, 2000, 9000], 3000)
  expect([mark.checkpoint, mark.end, mark.reached, mark.hasPassed(3000)]).toEqual([2000, 2000, 2000, true])
  mark.add([8000], 3000)
  expect([mark.checkpoint, mark.end, mark.isAscending]).toEqual([null, 2000, false])
})
