import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { divide, isNearlyOver, shareOf, statesOf, stretchOf, type Stretch } from '../src/stretches.ts'

const SECOND = 1000
const NOW = 1_000_000 * SECOND
const WINDOW = { since: null, until: null, complete: false, byCursor: true }

/** A part from `since` to `until`, of which pages with these cursors were read. */
function stretch(since: number | null, until: number | null, ...pages: (number | null)[][]): Stretch {
  const made = stretchOf({ since, until, bookmark: null, closed: false }, { ...WINDOW, since }, true)
  for (const page of pages) made.mark.add(page)
  return made
}

/** Two pages. */
const pages = (from: number, to: number): [number[], number[]] => {
  const middle = (from + to) / 2
  return [
    [from * SECOND, middle * SECOND],
    [middle * SECOND, to * SECOND],
  ]
}

describe('dividing what is ahead', () => {
  test('gives the later half of the part with most left, at a whole second', () => {
    const all = [
      stretch(null, 300_000 * SECOND, ...pages(1, 1001)),
      stretch(300_000 * SECOND, null, ...pages(300_000, 303_001)),
    ]
    const later = divide(all, NOW, Infinity)
    expect(later).toMatchObject({ since: 150_500 * SECOND, until: 300_000 * SECOND, closed: false })
    expect(later?.window).toMatchObject({ since: 150_500 * SECOND, until: 300_000 * SECOND })
    expect(all[0]?.until).toBe(150_500 * SECOND)
    expect(all).toHaveLength(3)
  })

  test('goes by where it was taken from, as long as nothing has been read of a part', () => {
    const all = [stretch(null, null, ...pages(0, 1000))]
    for (let walkers = 1; walkers < 8; walkers++) divide(all, NOW, Infinity)
    const widths = statesOf(all).map(({ since, until }) => (until ?? NOW) - (since ?? 0))
    expect(all).toHaveLength(8)
    expect(Math.max(...widths) / Math.min(...widths)).toBeLessThan(1.1)
  })

  test.each<[string, Stretch]>([
    ['of which nothing is known', stretch(null, null)],
    ['of which one page without a time tells nothing', stretch(null, null, [null])],
    ['with hardly a page left', stretch(null, 1003 * SECOND, ...pages(0, 1000))],
    ['that did not come in order', stretch(null, null, ...pages(5, 1000), ...pages(1, 2))],
    ['that is read to its end', { ...stretch(0, 900_000 * SECOND, ...pages(0, 1000)), closed: true }],
    [
      'that is not read by its cursor',
      { ...stretch(null, null, ...pages(0, 9)), window: { ...WINDOW, byCursor: false } },
    ],
    ['that ends within the second', stretch(null, 1_000_900, [1_000_000], [1_000_000])],
  ])('leaves a part whole %s', (_what, part) => {
    const until = part.until
    expect(divide([part], NOW, Infinity)).toBeNull()
    expect(part.until).toBe(until)
  })

  test('leaves all whole where the budget does not reach to the end', () => {
    const ahead = 1998
    expect(divide([stretch(null, null, ...pages(0, 1000))], NOW, ahead - 1)).toBeNull()
    expect(divide([stretch(null, null, ...pages(0, 1000))], NOW, ahead)).not.toBeNull()
  })

  test('always leaves parts that tile the whole', () => {
    const step = fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 100_000 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const all = [stretch(null, null, ...pages(0, 1))]
        for (const [which, ahead] of steps) {
          const part = all[which % all.length]
          const at = part?.mark.reached ?? part?.since ?? 0
          part?.mark.add([at, at + ahead * SECOND])
          divide(all, NOW, Infinity)
        }
        const states = statesOf(all)
        expect([states[0]?.since, states.at(-1)?.until]).toEqual([null, null])
        for (const [index, { since }] of states.slice(1).entries()) {
          expect(since).toBe(states[index]?.until)
          expect((since ?? 0) % SECOND).toBe(0)
        }
      }),
    )
  })
})

test('the share of a walk counts what every part has read', () => {
  const halfway = [
    stretch(0, 500_000 * SECOND, ...pages(0, 250_000)),
    stretch(500_000 * SECOND, null, ...pages(500_000, 750_000)),
  ]
  expect(shareOf(halfway, NOW)).toBeCloseTo(0.5)
  expect(shareOf([stretch(null, null)], NOW)).toBeNull()
  expect(shareOf([stretch(null, null, ...pages(5, 6), ...pages(1, 2))], NOW)).toBeNull()
  expect(
    shareOf([{ ...stretch(0, 500_000 * SECOND), closed: true }, stretch(500_000 * SECOND, null)], NOW),
  ).toBeCloseTo(0.5)
})

test('a part that is read to its end is known up to its highest record, another up to where it came in order', () => {
  const open = stretch(null, 9000, [5000, 6000], [1000])
  const closed = { ...stretch(9000, null, [9500, 9600], [9100]), closed: true }
  expect(statesOf([closed, open])).toEqual([
    { since: null, until: 9000, bookmark: null, closed: false },
    { since: 9000, until: null, bookmark: 9600, closed: true },
  ])
})

describe('whether a walk is nearly over', () => {
  const short = () => stretch(null, 1500 * SECOND, ...pages(0, 1000))
  const long = () => stretch(null, null, ...pages(0, 1000))

  test('it is where hardly a page is left of each part', () => {
    expect(isNearlyOver([short(), { ...long(), closed: true }], NOW, 10)).toBe(true)
  })

  test.each<[string, Stretch[], number]>([
    ['much is left', [long()], Infinity],
    ['much is left of one part', [short(), long()], Infinity],
    ['the budget does not reach to the end', [short()], 0.5],
    ['nothing is known of a part', [short(), stretch(null, null)], 10],
    ['it did not come in order', [stretch(null, 6000 * SECOND, ...pages(5, 1000), ...pages(1, 2))], 10],
    ['all of it is read', [{ ...short(), closed: true }], 10],
  ])('it is not where %s', (_what, parts, affordable) => {
    expect(isNearlyOver(parts, NOW, affordable)).toBe(false)
  })
})
