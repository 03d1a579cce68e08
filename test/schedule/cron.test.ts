import { describe, expect, test } from 'vitest'
import { readCron } from '../../src/schedule/cron.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]

/** When an expression matches within a span, as UTC writes it. */
function timesOf(expression: string, zone: string, from: number, span: number): readonly string[] {
  const cron = readCron('--x', expression, zone)
  const times: string[] = []
  let time = from - 1
  for (;;) {
    const next = cron?.next(time, from + span) ?? null
    if (next === null) return times
    times.push(new Date(next).toISOString().slice(5, 16))
    time = next
  }
}

const hours = (...names: readonly string[]) => names.map((name) => `03-${name}`)

describe('an expression where clocks are set', () => {
  const SPRING = Date.UTC(2026, 2, 28, 12)
  const AUTUMN = Date.UTC(2026, 9, 24, 12)

  test('forward is done as the time comes that is left out', () => {
    expect(timesOf('30 2 * * *', 'Europe/Berlin', SPRING, DAY)).toEqual(['03-29T01:00'])
    expect(timesOf('30 3 * * *', 'Europe/Berlin', SPRING, DAY)).toEqual(['03-29T01:30'])
    expect(timesOf('15 2 * * *', 'Australia/Lord_Howe', Date.UTC(2026, 9, 3, 3), DAY)).toEqual([
      '10-03T15:30',
    ])
  })

  test('back is done the first time', () => {
    expect(timesOf('30 2 * * *', 'Europe/Berlin', AUTUMN, DAY)).toEqual(['10-25T00:30'])
    expect(timesOf('0 2,3 * * *', 'Europe/Berlin', AUTUMN, DAY)).toEqual(['10-25T00:00', '10-25T02:00'])
    expect(timesOf('45 1 * * *', 'Australia/Lord_Howe', Date.UTC(2026, 3, 4, 3), DAY)).toEqual([
      '04-04T14:45',
    ])
  })

  test('is done in every hour where it is to be', () => {
    const [spring, autumn] = [SPRING, AUTUMN].map((from) =>
      timesOf('0 * * * *', 'Europe/Berlin', from + 11 * HOUR, 4 * HOUR),
    )
    expect(spring).toEqual(hours('28T23:00', '29T00:00', '29T01:00', '29T02:00', '29T03:00'))
    expect(autumn).toHaveLength(5)
    expect(timesOf('*/5 * * * *', 'Europe/Berlin', AUTUMN, DAY - 1)).toHaveLength(288)
    expect(timesOf('*/5 * * * *', 'Europe/Berlin', SPRING, DAY - 1)).toHaveLength(288)
  })
})

test('an expression with seconds is looked through by the minute', () => {
  const NOON = Date.UTC(2026, 5, 15, 12)
  const cron = readCron('--x', '*/20 30 12 * * *', 'UTC')
  expect(cron?.next(NOON, NOON + DAY)).toBe(NOON + 30 * MINUTE)
  expect(cron?.next(NOON + 30 * MINUTE, NOON + DAY)).toBe(NOON + 30 * MINUTE + 20_000)
})

test('days of seconds are looked through about as fast as days of minutes', () => {
  const NOON = Date.UTC(2026, 5, 15, 12)
  const timeOf = (expression: string): number => {
    const cron = readCron('--x', expression, 'Europe/Berlin')
    const before = performance.now()
    expect(cron?.next(NOON, NOON + 8 * DAY)).toBeNull()
    return performance.now() - before
  }
  timeOf('0 0 1 1 *')
  expect(timeOf('*/30 0 0 1 1 *')).toBeLessThan(10 * timeOf('0 0 1 1 *'))
})
