import { describe, expect, test } from 'vitest'
import { progressText } from '../../jobs/plan-progress-text.ts'
import { dateAfter, daysFor } from '../../src/plan/days.ts'
import { progressOf } from '../../src/plan/progress.ts'

const NOON = Date.UTC(2026, 11, 30, 12)

describe('how long a budget lets a run last', () => {
  test.each([
    [100, { today: 100, perDay: 50 }, 1],
    [101, { today: 100, perDay: 50 }, 2],
    [200, { today: 100, perDay: 50 }, 3],
    [201, { today: 100, perDay: 50 }, 4],
    [10, { today: -5, perDay: 10 }, 2],
    [10, { today: 0, perDay: 0 }, null],
  ])('%i tokens with %o', (tokens, budget, days) => {
    expect(daysFor(tokens, budget)).toBe(days)
  })

  test('is told as the date of its last day', () => {
    expect(dateAfter(1, NOON)).toBe('2026-12-30')
    expect(dateAfter(3, NOON)).toBe('2027-01-01')
  })

  const taken = (tokens: number, is_over: boolean) => ({
    ...{ run: 1, made_at: '', runs: 1, is_over, streams: [] },
    planned: { requests: 10, tokens: 1000, seconds: 1 },
    taken: { requests: 1, tokens, seconds: 1 },
  })

  test('is counted from what is left of the plan', () => {
    expect(progressOf(taken(400, false), 250, NOON)).toMatchObject({
      tokens_left: 600,
      done_on: '2027-01-02',
    })
    expect(progressOf(taken(400, false), 0, NOON)).toMatchObject({ tokens_left: 600, done_on: null })
    expect(progressOf(taken(400, true), 250, NOON)).toMatchObject({ tokens_left: 0, done_on: null })
  })

  test('is not told where more was taken than was planned', () => {
    const text = (tokens: number): string => progressText(progressOf(taken(tokens, false), 250, NOON))
    expect(text(400)).toMatch(/About 600 tokens are left; at a run a day it is done on 2027-01-02/)
    for (const tokens of [1000, 1200]) {
      expect(text(tokens)).toMatch(/more than was planned: a new plan says what is left\.$/)
      expect(text(tokens)).not.toContain('never end')
    }
  })
})
