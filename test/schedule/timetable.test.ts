import { describe, expect, test } from 'vitest'
import { readCron } from '../../src/schedule/cron.ts'
import { dueBetween, missed, untilNext, type Timetable } from '../../src/schedule/timetable.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOON = Date.UTC(2026, 5, 15, 12)

function timetable(tick: string, pass: string, sweep: string, zone = 'UTC'): Timetable {
  const [one, two, three] = [tick, pass, sweep].map((text) => readCron('--x', text, zone) ?? null)
  return { tick: one ?? null, pass: two ?? null, sweep: three ?? null }
}

const usual = timetable('*/5 * * * *', '0 * * * *', '30 2 * * *')

describe('what is due', () => {
  test('is what matches after one time and until another, in the order in which it is done', () => {
    expect(dueBetween(usual, NOON - 1, NOON)).toEqual(['pass', 'tick'])
    expect(dueBetween(usual, NOON, NOON + 5 * MINUTE - 1)).toEqual([])
    expect(dueBetween(usual, NOON, NOON + 5 * MINUTE)).toEqual(['tick'])
    expect(dueBetween(usual, NOON, NOON + 15 * HOUR)).toEqual(['pass', 'tick', 'sweep'])
  })

  test('is never what is off', () => {
    expect(dueBetween(timetable('off', 'off', '30 2 * * *'), NOON, NOON + 12 * HOUR)).toEqual([])
  })

  test('follows the time zone, through the change to summer time', () => {
    const helsinki = timetable('off', 'off', '30 2 * * *', 'Europe/Helsinki')
    const [winter, summer] = [Date.UTC(2026, 0, 10), Date.UTC(2026, 6, 10)]
    expect(dueBetween(helsinki, winter, winter + 30 * MINUTE)).toEqual(['sweep'])
    expect(dueBetween(helsinki, summer, summer + HOUR)).toEqual([])
    expect(dueBetween(helsinki, summer - HOUR, summer - 30 * MINUTE)).toEqual(['sweep'])
  })

  test('may come due every second where an expression has seconds', () => {
    const fast = timetable('*/10 * * * * *', 'off', 'off')
    expect(dueBetween(fast, NOON + 1000, NOON + 10_000)).toEqual(['tick'])
    expect(dueBetween(fast, NOON + 1000, NOON + 9000)).toEqual([])
    expect(untilNext(fast, NOON + 250)).toBe(750)
    expect(untilNext(usual, NOON + 250)).toBe(MINUTE - 250)
  })
})

describe('what was missed', () => {
  test('is done once, and of ticks nothing', () => {
    expect(missed(usual, { pass: NOON - 3 * HOUR, sweep: NOON - 20 * HOUR }, NOON)).toEqual(['pass', 'sweep'])
    expect(missed(usual, { pass: NOON - 1, sweep: NOON - 9 * HOUR }, NOON - MINUTE)).toEqual([])
    expect(missed(usual, { pass: NOON - MINUTE, sweep: NOON - 9 * HOUR }, NOON)).toEqual(['pass'])
  })

  test('is nothing where nothing was ever done', () => {
    expect(missed(usual, { pass: null, sweep: null }, NOON)).toEqual([])
  })
})

test.each(['never', '61 * * * *', '0 0 30 2 *', ''])('%j is no expression', (expression) => {
  expect(() => readCron('--pass', expression, 'UTC')).toThrow(/^--pass takes an expression like/)
})
