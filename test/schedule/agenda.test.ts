import { describe, expect, test } from 'vitest'
import {
  afterwards,
  lookedAt,
  nextOf,
  openAgenda,
  type Agenda,
  type Deferral,
} from '../../src/schedule/agenda.ts'
import { readCron } from '../../src/schedule/cron.ts'
import type { Cadence } from '../../src/schedule/timetable.ts'

const MINUTE = 60_000
const NOON = Date.UTC(2026, 5, 15, 12)
const cron = (expression: string) => readCron('--x', expression, 'UTC')
const timetable = { tick: cron('*/5 * * * *'), pass: cron('0 * * * *'), sweep: cron('30 2 * * *') }

function agenda(...due: readonly Cadence[]): Agenda {
  return openAgenda(due, NOON, 0)
}

const after = (before: Agenda, done: Cadence, minutes: number, deferral: Deferral | null = null) =>
  afterwards(before, timetable, done, NOON + minutes * MINUTE, deferral)

/** What is done of an agenda minute by minute, with each run over at once. */
function doneUntil(begun: Agenda, minutes: number): readonly string[] {
  let agenda = begun
  return Array.from({ length: minutes }, (_, minute) => minute + 1).flatMap((minute) => {
    const now = NOON + minute * MINUTE
    agenda = lookedAt(agenda, timetable, now)
    const next = nextOf(agenda, now)
    if (next !== null) agenda = after(agenda, next, minute)
    return next === null ? [] : [`${next} ${minute}`]
  })
}

describe('the agenda', () => {
  test('has the most important first', () => {
    expect(nextOf(agenda('tick', 'sweep', 'pass'), NOON)).toBe('pass')
    expect(nextOf(agenda('tick', 'sweep'), NOON)).toBe('tick')
    expect(nextOf(agenda(), NOON)).toBeNull()
  })

  test('takes in what comes due, and each of it once', () => {
    const looked = lookedAt(agenda(), timetable, NOON + 12 * MINUTE)
    expect([...looked.due]).toEqual(['tick'])
    expect([...lookedAt(after(looked, 'tick', 13), timetable, NOON + 14 * MINUTE).due]).toEqual([])
  })

  test('has no tick after a pass that it came due before or during', () => {
    expect([...after(agenda('pass', 'tick'), 'pass', 7).due]).toEqual([])
    expect([...after(agenda('sweep', 'tick'), 'sweep', 1).due]).toEqual(['tick'])
  })

  const until = NOON + 120 * MINUTE

  test('has nothing done before the account has a budget again, and then what was deferred', () => {
    const deferred = after(agenda('sweep', 'tick'), 'sweep', 1, { until, waits: 'account' })
    expect(doneUntil(deferred, 119)).toEqual([])
    const back = lookedAt(deferred, timetable, until)
    expect(nextOf(back, until)).toBe('pass')
    expect(nextOf(after(back, 'pass', 121), NOON + 121 * MINUTE)).toBe('sweep')
  })

  test.each([
    ['sweep', ['pass 1', 'pass 60', 'pass 120', 'sweep 121']],
    ['pass', ['pass 120', 'sweep 121']],
  ] as const)('has done what matters more than a %s that leaves it tokens', (cadence, expected) => {
    const done = doneUntil(after(agenda('pass', 'sweep'), cadence, 0, { until, waits: 'kind' }), 121)
    const [ticks, others] = [true, false].map((isTick) =>
      done.filter((each) => each.startsWith('tick') === isTick),
    )
    expect(ticks?.slice(0, 2)).toEqual(['tick 5', 'tick 10'])
    expect(ticks?.length).toBeGreaterThan(20)
    expect(others).toEqual(expected)
  })

  test.each([
    ['tick', 'tick 5'],
    ['pass', 'pass 60'],
    ['sweep', 'sweep 61'],
  ] as const)(
    'takes up a %s that has spent its share the next time, or an hour later',
    (cadence, expected) => {
      const deferred = after(agenda(cadence), cadence, 1, { until: NOON + MINUTE, waits: 'run' })
      expect(doneUntil(deferred, 90).find((each) => each.startsWith(cadence))).toBe(expected)
    },
  )

  test('is over with a pass that only leaves history for the next one', () => {
    const left = after(agenda('pass', 'tick'), 'pass', 1, { until, waits: 'history' })
    expect(doneUntil(left, 60).slice(0, 2)).toEqual(['tick 5', 'tick 10'])
    expect(doneUntil(left, 60)).toContain('pass 60')
  })
})
