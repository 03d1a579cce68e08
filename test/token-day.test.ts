import { describe, expect, test } from 'vitest'
import { dayOf, restOfDay, turnBetween, untilTurn } from '../src/token-day.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const MIDNIGHT = Date.UTC(2026, 4, 15)
const NOON = MIDNIGHT + 12 * HOUR
const FIVE = MIDNIGHT - 3 * DAY + 5 * HOUR
const TEN_PM = MIDNIGHT + 8 * DAY + 22 * HOUR

describe('the token day', () => {
  test('is one of UTC as long as nothing is known', () => {
    expect([MIDNIGHT - 1, MIDNIGHT].map((now) => dayOf(now, null))).toEqual(['2026-05-14', '2026-05-15'])
    expect(restOfDay(NOON, null)).toBe(0.5)
  })

  test.each([
    ['behind', FIVE, MIDNIGHT + 5 * HOUR],
    ['ahead', TEN_PM, MIDNIGHT - 2 * HOUR],
  ])(
    'begins when it turns where that is %s of UTC, and is called what most of it is',
    (_where, turnsAt, turn) => {
      expect([turn - 1, turn].map((now) => dayOf(now, turnsAt))).toEqual(['2026-05-14', '2026-05-15'])
      expect(dayOf(NOON, turnsAt)).toBe('2026-05-15')
      expect(restOfDay(turn, turnsAt)).toBe(1)
      expect(restOfDay(turn + 18 * HOUR, turnsAt)).toBe(0.25)
    },
  )

  test('is waited for until it turns; where that is not known, or just past, an hour', () => {
    expect(untilTurn(NOON, FIVE)).toBe(17 * HOUR)
    expect(untilTurn(NOON, TEN_PM)).toBe(10 * HOUR)
    expect(untilTurn(NOON, null)).toBe(HOUR)
    expect(untilTurn(MIDNIGHT + 6 * HOUR, FIVE)).toBe(HOUR)
    expect(untilTurn(MIDNIGHT + 7 * HOUR, FIVE)).toBe(22 * HOUR)
  })
})

describe('the turn of the day', () => {
  const seen = (remaining: number, at: number, limit = 30_000) => ({ limit, remaining, at })
  const low = seen(900, MIDNIGHT - 20 * MINUTE)

  test.each([
    ['at the last whole hour between two balances', MIDNIGHT + 20 * MINUTE, MIDNIGHT],
    ['else at the last quarter of one', MIDNIGHT - MINUTE, MIDNIGHT - 15 * MINUTE],
    ['else when it is seen', MIDNIGHT - 16 * MINUTE, MIDNIGHT - 16 * MINUTE],
  ])('lies %s', (_what, at, turn) => {
    expect(turnBetween(low, seen(29_980, at))).toBe(turn)
  })

  test.each([
    ['the balance has fallen', seen(880, MIDNIGHT)],
    ['it has risen by no more than requests on their way have cost', seen(3900, MIDNIGHT)],
    ['the limit is another', seen(60_000, MIDNIGHT, 60_000)],
    ['nobody has looked for hours', seen(29_980, MIDNIGHT + 3 * HOUR)],
  ])('is not told where %s', (_what, later) => {
    expect(turnBetween(low, later)).toBeNull()
  })

  test('is not told by what is answered out of order under a small limit', () => {
    expect(turnBetween(seen(100, MIDNIGHT, 500), seen(480, MIDNIGHT, 500))).toBeNull()
  })
})
