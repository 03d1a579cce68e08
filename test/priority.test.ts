import { describe, expect, test } from 'vitest'
import {
  before,
  historyIn,
  inOrderOfNeed,
  keptFromHistory,
  kindOf,
  moreImportant,
  needOfADay,
} from '../src/priority.ts'
import { selectStreams } from '../src/streams/index.ts'
import { BACKFILL, PASS, SWEEP } from './support/world.ts'

const some = selectStreams(['deals', 'persons', 'users', 'deal_products', 'note_comments', 'notes'])
const read = (times: Record<string, number>): ReadonlyMap<string, number> => new Map(Object.entries(times))
const order = (times: Record<string, number>, plan: typeof PASS | typeof SWEEP | typeof BACKFILL) =>
  inOrderOfNeed(some, read(times), plan).map(({ name }) => name)

describe('the streams of a run', () => {
  test('come stalest first, lists before children', () => {
    const times = { deals: 5, persons: 3, users: 4, notes: 2, deal_products: 1, note_comments: 0 }
    const expected = ['notes', 'persons', 'users', 'deals', 'note_comments', 'deal_products']
    expect(order(times, PASS)).toEqual(expected)
    expect(order(times, SWEEP)).toEqual(expected)
  })

  test('that were read at the same time keep their order', () => {
    const times = Object.fromEntries(some.map(({ name }) => [name, 1]))
    expect(order(times, PASS)).toEqual(some.map(({ name }) => name))
  })

  test('that were never read come last, and their children with them, since that is history', () => {
    const times = { persons: 3, users: 4, notes: 2, deal_products: 1 }
    expect(order(times, PASS)).toEqual([
      'notes',
      'persons',
      'users',
      'deals',
      'note_comments',
      'deal_products',
    ])
  })

  test('come first in a backfill where they were never read', () => {
    const times = { persons: 3, users: 4, notes: 2, deal_products: 1 }
    expect(order(times, BACKFILL)).toEqual([
      'deals',
      'notes',
      'persons',
      'users',
      'note_comments',
      'deal_products',
    ])
  })

  test('never come before those that they go by', () => {
    const all = selectStreams([])
    for (const plan of [PASS, SWEEP, BACKFILL])
      for (const seed of [1, 2, 3]) {
        const times = read(
          Object.fromEntries(all.map(({ name }, index) => [name, (index * 7919 * seed) % 41])),
        )
        const names = inOrderOfNeed(all, times, plan).map(({ name }) => name)
        expect(names.toSorted()).toEqual(all.map(({ name }) => name).toSorted())
        for (const stream of all)
          for (const first of before(stream).filter((name) => name !== stream.name && names.includes(name)))
            expect(names.indexOf(first), `${first} before ${stream.name}`).toBeLessThan(
              names.indexOf(stream.name),
            )
      }
  })
})

describe('history', () => {
  test('is what was never read to its end, and what goes by that', () => {
    const times = read({ persons: 3, users: 4, notes: 2, deal_products: 1 })
    expect([...historyIn(some, times, PASS)]).toEqual(['deals', 'deal_products', 'note_comments'])
    expect([...historyIn(some, times, BACKFILL)]).toEqual([])
  })

  test('leaves of a day what others of ours need, and what a quiet day takes where that is not known to be more', () => {
    expect(keptFromHistory([], 30_000)).toBe(12_000)
    expect(keptFromHistory([], 200_000)).toBe(12_000)
    expect(keptFromHistory([], 1000)).toBe(400)
    expect(keptFromHistory([{ kind: 'pass', tokens: 700 }], 1000)).toBe(700)
  })
})

describe('what a run leaves to others of ours', () => {
  test('is what those spend that matter more: ticks before a pass, all that keeps the tables current before a backfill', () => {
    expect(moreImportant(kindOf({ kind: 'tick', plan: PASS }))).toEqual([])
    expect(moreImportant(kindOf({ plan: PASS }))).toEqual(['tick'])
    expect(moreImportant(kindOf({ plan: SWEEP }))).toEqual(['tick', 'pass'])
    expect(moreImportant(kindOf({ kind: 'verify', plan: SWEEP }))).toEqual(['tick', 'pass', 'sweep'])
    expect(moreImportant(kindOf({ plan: BACKFILL }))).toEqual(['tick', 'pass', 'sweep', 'verify'])
  })

  const spent = [100, 5000, 120].map((tokens) => ({ kind: 'pass', tokens }))

  test('is what a usual day takes of each', () => {
    expect(needOfADay(spent, ['tick', 'pass'])).toBe(120)
    expect(needOfADay([...spent, { kind: 'sweep', tokens: 1000 }], ['pass', 'sweep'])).toBe(1120)
    expect(needOfADay([...spent, { kind: 'sweep', tokens: 1000 }], ['sweep'])).toBe(1000)
  })

  test('is nothing where there is no such day yet, and one day of much makes no habit', () => {
    expect(needOfADay([], ['pass'])).toBe(0)
    expect(needOfADay(spent.slice(0, 2), ['pass'])).toBe(100)
  })
})
