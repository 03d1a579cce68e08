import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planNight, type Candidate } from '../../src/schedule/night-plan.ts'
import { needsSweeps, sweepCost } from '../../src/schedule/sweep-cost.ts'
import { streams } from '../../src/streams/index.ts'
import { streamNamed } from '../support/world.ts'

const DAY = 86_400_000
const NIGHT = Date.UTC(2026, 5, 15, 2, 30)

/** What each night sweeps, if all of it is done. */
function nightsOf(
  candidates: readonly Candidate[],
  nights: number,
  left = Infinity,
): readonly (readonly string[])[] {
  const swept = new Map(candidates.map(({ stream, sweptAt }) => [stream, sweptAt]))
  return Array.from({ length: nights }, (_, night) => {
    const now = NIGHT + night * DAY
    const known = candidates.map((one) => ({ ...one, sweptAt: swept.get(one.stream) ?? 0 }))
    const planned = planNight(known, now, left).swept
    for (const stream of planned) swept.set(stream, now + 1000)
    return planned
  })
}

const anyCandidates = fc
  .array(fc.record({ tokens: fc.integer({ min: 1, max: 5000 }), sweptAt: fc.integer({ min: 0, max: 7 }) }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((all) =>
    all.map(({ tokens, sweptAt: days }, at) => ({ stream: `s${at}`, tokens, sweptAt: NIGHT - days * DAY })),
  )

describe('a night', () => {
  test('sweeps what was swept the longest ago, a seventh of the cost at least', () => {
    fc.assert(
      fc.property(anyCandidates, (candidates) => {
        const planned = new Set(planNight(candidates, NIGHT, Infinity).swept)
        const total = candidates.reduce((sum, { tokens }) => sum + tokens, 0)
        const taken = candidates.filter(({ stream }) => planned.has(stream))
        expect(taken.reduce((sum, { tokens }) => sum + tokens, 0)).toBeGreaterThanOrEqual(total / 7)
        const left = candidates.filter(({ stream }) => !planned.has(stream))
        for (const one of left)
          for (const other of taken) expect(one.sweptAt).toBeGreaterThanOrEqual(other.sweptAt)
      }),
    )
  })

  test('leaves nothing that was not swept in seven nights, nor in any seven after them', () => {
    fc.assert(
      fc.property(anyCandidates, (candidates) => {
        const nights = nightsOf(candidates, 21)
        for (let first = 0; first <= nights.length - 7; first++)
          expect(new Set(nights.slice(first, first + 7).flat()).size).toBe(candidates.length)
      }),
    )
  })

  test('sweeps all that is overdue, whatever it costs', () => {
    const late = [1, 2, 3].map((at) => ({ stream: `s${at}`, tokens: 100, sweptAt: NIGHT - 8 * DAY }))
    expect(planNight(late, NIGHT, Infinity).swept).toEqual(['s1', 's2', 's3'])
    const early = late.map((one) => ({ ...one, sweptAt: NIGHT - 3 * DAY }))
    expect(planNight(early, NIGHT, Infinity).swept).toEqual(['s1'])
  })

  test('never begins what its tokens do not reach for, and says what no night of so many does', () => {
    fc.assert(
      fc.property(anyCandidates, fc.integer({ min: 0, max: 8000 }), (candidates, left) => {
        const { swept, tooDear, ...night } = planNight(candidates, NIGHT, left)
        expect(night.left).toBeGreaterThanOrEqual(0)
        for (const one of tooDear) expect(one.tokens).toBeGreaterThan(0.9 * left)
        expect(swept.filter((name) => tooDear.some(({ stream }) => stream === name))).toEqual([])
        if (tooDear.length < candidates.length) expect(swept.length).toBeGreaterThan(0)
      }),
    )
  })

  test('of little sweeps in turn all that one night can', () => {
    const few = [900, 800, 700].map((tokens, at) => ({ stream: `s${at}`, tokens, sweptAt: NIGHT - 9 * DAY }))
    const dear = { stream: 'dear', tokens: 5000, sweptAt: NIGHT - 30 * DAY }
    expect(nightsOf([...few, dear], 3, 1000)).toEqual([['s0'], ['s1'], ['s2']])
    const names = (all: readonly Candidate[]) => all.map(({ stream }) => stream)
    const first = planNight([...few, dear], NIGHT, 1000)
    expect([names(first.later), names(first.tooDear)]).toEqual([['s1', 's2'], ['dear']])
    const ofAWholeDay = planNight([...few, dear], NIGHT, 1000, 6000)
    expect([names(ofAWholeDay.later), names(ofAWholeDay.tooDear)]).toEqual([['dear', 's1', 's2'], []])
  })

  test('of nothing is nothing', () => {
    expect(planNight([], NIGHT, 1000)).toEqual({ swept: [], left: 900, later: [], tooDear: [] })
  })
})

describe('what a sweep costs', () => {
  test('is a request a page, of the dearest partition, and one of each other', () => {
    const rows = (): number => 1200
    expect(sweepCost(streamNamed('persons'), rows)).toBe(10 + 3 * 10)
    expect(sweepCost(streamNamed('deals'), rows)).toBe(10 + 3 * 20 + 10)
    expect(sweepCost(streamNamed('files'), rows)).toBe(13 * 20)
  })

  test('of children is a request for as many parents as can be asked at once', () => {
    const rows = (stream: string): number => (stream === 'deals' ? 1200 : 0)
    expect(sweepCost(streamNamed('deal_products'), rows)).toBe(12 * 10)
    expect(sweepCost(streamNamed('deal_participants'), rows)).toBe(1200 * 10)
  })

  test('is none where passes read all of it', () => {
    const left = streams.filter((stream) => !needsSweeps(stream)).map(({ name }) => name)
    expect(left).toEqual(
      expect.arrayContaining([
        'users',
        'pipelines',
        'currencies',
        'roles',
        'fields',
        'projects',
        'record_merges',
      ]),
    )
    expect(left).not.toEqual(expect.arrayContaining(['deals']))
    expect(left).not.toEqual(expect.arrayContaining(['leads']))
  })
})
