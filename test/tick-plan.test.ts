import { describe, expect, test } from 'vitest'
import type { GateAnswer, Told } from '../src/extract/change-gate.ts'
import { isOpen, isTimeFor, movedGate, newsIn, openedGate } from '../src/tick-plan.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOON = Date.UTC(2026, 5, 15, 12)
const LOOKBACK = 5 * MINUTE

function told(id: string, time: number | null, gone = false): Told {
  return { stream: 'persons', id, time, gone }
}

function answer(...all: readonly Told[]): GateAnswer {
  const times = all.flatMap(({ time }) => time ?? [])
  return { told: all, latest: times.length === 0 ? null : Math.max(...times), muchMore: false }
}

const moved = (from: Parameters<typeof movedGate>[0], what: GateAnswer, at = NOON) =>
  movedGate(from, what, at, LOOKBACK)

describe('the gate', () => {
  test('is closed as long as it was never asked, and when that is 25 days ago', () => {
    expect(isOpen(null, NOON)).toBe(false)
    const gate = openedGate([NOON], NOON)
    expect(isOpen(gate, NOON + 25 * DAY - 1)).toBe(true)
    expect(isOpen(gate, NOON + 25 * DAY)).toBe(false)
  })

  test('tells as news what it did not tell the last time, whatever its time', () => {
    const gate = moved(null, answer(told('1', NOON - MINUTE), told('2', NOON - 2 * MINUTE)))
    const late = told('3', NOON - 3 * MINUTE)
    const again = told('1', NOON - MINUTE + 1000)
    expect(newsIn(answer(told('1', NOON - MINUTE), told('2', NOON - 2 * MINUTE)), gate.told).size).toBe(0)
    for (const one of [late, again]) {
      const news = newsIn(answer(told('1', NOON - MINUTE), told('2', NOON - 2 * MINUTE), one), gate.told)
      expect([...news]).toEqual([['persons', []]])
    }
  })

  test('names each record once that may be gone', () => {
    const news = newsIn(answer(told('1', null, true), told('1', NOON, true), told('2', NOON)), new Set())
    expect([...news]).toEqual([['persons', ['1']]])
  })

  test('tells again what may have changed once more in the second that it told', () => {
    const fresh = answer(told('1', NOON - 9000))
    const gate = moved(null, fresh)
    expect(newsIn(fresh, gate.told).size).toBe(1)
    const later = moved(gate, fresh, NOON + MINUTE)
    expect(newsIn(fresh, later.told).size).toBe(0)
  })

  test('moves to the latest time that it told, and never back', () => {
    const gate = moved(null, answer(told('1', NOON - MINUTE)))
    expect(gate).toMatchObject({ since: NOON - MINUTE, askedAt: NOON })
    expect(moved(gate, answer(told('2', NOON - 2 * MINUTE)), NOON + 1)).toMatchObject({
      since: NOON - MINUTE,
    })
    expect(moved(gate, answer(), NOON + MINUTE)).toMatchObject({
      since: NOON - MINUTE,
      askedAt: NOON + MINUTE,
    })
    expect(moved(null, answer())).toMatchObject({ since: null })
  })

  test('remembers no more than it will be told again', () => {
    const old = told('1', NOON - MINUTE - LOOKBACK - 1001)
    const gate = moved(null, answer(old, told('2', NOON - MINUTE), told('3', null, true)))
    expect(gate.told.size).toBe(2)
    expect(newsIn(answer(old), gate.told).size).toBe(1)
  })

  test('opens at the latest bookmark, but not behind the start of the pass', () => {
    expect(openedGate([NOON - DAY, NOON - MINUTE], NOON).since).toBe(NOON - MINUTE)
    expect(openedGate([NOON + MINUTE], NOON).since).toBe(NOON)
    expect(openedGate([], NOON)).toEqual({ since: null, askedAt: NOON, told: new Set() })
  })
})

test('what could not be read is tried again after as long as it has failed, and each hour in the end', () => {
  const hint = { stream: 'persons', suspects: [] }
  const tries = [NOON]
  for (let now = NOON; now < NOON + 4 * HOUR; now += LOOKBACK) {
    const triedAt = tries.at(-1) ?? NOON
    if (now > triedAt && isTimeFor({ ...hint, failing: { since: NOON, triedAt } }, now)) tries.push(now)
  }
  expect(isTimeFor({ ...hint, failing: null }, NOON)).toBe(true)
  expect(tries.map((at) => (at - NOON) / MINUTE)).toEqual([0, 5, 10, 20, 40, 80, 140, 200])
})
