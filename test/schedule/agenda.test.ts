import { describe, expect, test } from 'vitest'
import { afterwards, lookedAt, nextOf, type Agenda } from '../../src/schedule/agenda.ts'
import { readCron, type Cadence } from '../../src/schedule/timetable.ts'

const MINUTE = 60_000
const NOON = Date.UTC(2026, 5, 15, 12)
const cron = (expression: string) => readCron('--x', expression, 'UTC')
const timetable = { tick: cron('*/5 * * * *'), pass: cron('0 * * * *'), sweep: cron('30 2 * * *') }

function agenda(...due: readonly Cadence[]): Agenda {
  return { due: new Set(due), until: NOON, notBefore: 0 }
}

const after = (before: Agenda, done: Cadence, minutes: number, resumeAt: number | null = null) =>
  afterwards(before, timetable, done, NOON + minutes * MINUTE, resumeAt)

describe('the agenda', () => {
  test('has the most important first', () => {
    expect(nextOf(agenda('tick', 'sweep', 'pass'), NOON)).toBe('pass')
    expect(nextOf(agenda('tick', 'sweep'), NOON)).toBe('sweep')
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

  test('has nothing done before what was deferred can go on, and then that', () => {
    const resumeAt = NOON + 120 * MINUTE
    const deferred = after(agenda('sweep', 'tick'), 'sweep', 1, resumeAt)
    expect(nextOf(lookedAt(deferred, timetable, resumeAt - 1), resumeAt - 1)).toBeNull()
    const back = lookedAt(deferred, timetable, resumeAt)
    expect(nextOf(back, resumeAt)).toBe('pass')
    expect(nextOf(after(back, 'pass', 121), NOON + 121 * MINUTE)).toBe('sweep')
  })
})
