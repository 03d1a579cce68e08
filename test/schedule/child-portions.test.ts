import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shareOut, type ChildCandidate } from '../../src/schedule/child-portions.ts'

function children(stream: string, stale: number, more: Partial<ChildCandidate> = {}): ChildCandidate {
  return { stream, partition: stream, cost: 10, atOnce: 1, asked: stale, stale, ...more }
}

const parentsOf = (candidates: readonly ChildCandidate[], tokens: number) =>
  Object.fromEntries(shareOut(candidates, tokens).map(({ stream, parents }) => [stream, parents]))

describe('the portions of children', () => {
  test('are alike, and what one does not need goes to the others', () => {
    const all = [children('many', 1000), children('few', 2), children('more', 5000)]
    expect(parentsOf(all, 600)).toEqual({ few: 2, many: 29, more: 29 })
  })

  test('are counted by requests: of parents that are asked at once there are more', () => {
    const all = [children('single', 1000), children('together', 10_000, { atOnce: 100 })]
    expect(parentsOf(all, 400)).toEqual({ single: 20, together: 2000 })
  })

  test('leave out what nothing is left for, and what was asked within the week', () => {
    expect(parentsOf([children('fresh', 0), children('dear', 5, { cost: 40 })], 30)).toEqual({})
  })

  test('never cost more than they may, and one request is made wherever the tokens reach', () => {
    const any = fc.array(
      fc.record({
        cost: fc.constantFrom(10, 20, 40),
        atOnce: fc.constantFrom(1, 100),
        stale: fc.integer({ min: 0, max: 3000 }),
      }),
      { minLength: 1, maxLength: 25 },
    )
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 3000 }), (all, tokens) => {
        const candidates = all.map(({ stale, ...more }, at) => children(`s${at}`, stale, more))
        const portions = shareOut(candidates, tokens)
        const spent = portions.reduce(
          (sum, { parents, atOnce, cost }) => sum + Math.ceil(parents / atOnce) * cost,
          0,
        )
        expect(spent).toBeLessThanOrEqual(tokens)
        for (const { parents, stale } of portions) expect(parents).toBeLessThanOrEqual(stale)
        if (tokens >= 40 * all.length)
          expect(portions.length).toBe(all.filter(({ stale }) => stale > 0).length)
      }),
    )
  })
})
