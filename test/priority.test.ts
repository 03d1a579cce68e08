import { describe, expect, test } from 'vitest'
import { before, inOrderOfNeed, kindOf, moreImportant, needOfTheRest } from '../src/priority.ts'
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

describe('what a run leaves to others of ours', () => {
  test('is what those spend that matter more: nothing before a pass, passes and sweeps before a backfill', () => {
    expect(moreImportant(kindOf({ plan: PASS }))).toEqual([])
    expect(moreImportant(kindOf({ kind: 'tick', plan: PASS }))).toEqual([])
    expect(moreImportant(kindOf({ plan: SWEEP }))).toEqual(['tick', 'pass'])
    expect(moreImportant(kindOf({ kind: 'verify', plan: SWEEP }))).toEqual(['tick', 'pass', 'sweep'])
    expect(moreImportant(kindOf({ plan: BACKFILL }))).toEqual(['tick', 'pass', 'sweep', 'verify'])
  })

  test('is what a usual day takes of each, for as much of the day as is left', () => {
    const spent = [100, 5000, 120].map((tokens) => ({ kind: 'pass', tokens }))
    expect(needOfTheRest(spent, 0.5)).toBe(60)
    expect(needOfTheRest([...spent, { kind: 'sweep', tokens: 1000 }], 0.5)).toBe(560)
    expect(needOfTheRest(spent, 1)).toBe(120)
  })

  test('is nothing where there is no such day yet, and one day of first reads makes no habit', () => {
    expect(needOfTheRest([], 1)).toBe(0)
    expect(
      needOfTheRest(
        [5000, 100].map((tokens) => ({ kind: 'pass', tokens })),
        0.5,
      ),
    ).toBe(50)
  })
})
