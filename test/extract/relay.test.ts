import { describe, expect, test } from 'vitest'
import { relay, type Open } from '../../src/extract/relay.ts'

const pause = () => new Promise((resolve) => setImmediate(resolve))

interface Told {
  readonly name: string
  readonly end?: number
  readonly failAt?: number
  /** The item with which the next source may begin. */
  readonly beginNextAt?: number
}

/** Counts from 1, and tells how far it has been asked. */
function counter({ name, end = 3, failAt = Infinity, beginNextAt = Infinity }: Told) {
  const seen = { asked: 0, closed: false }
  const open: Open<string> = async function* count(beginNext) {
    try {
      for (let at = 1; at <= end; at++) {
        seen.asked = at
        await pause()
        if (at === failAt) throw new Error(`no ${name}${at}`)
        if (at === beginNextAt) beginNext()
        yield `${name}${at}`
      }
    } finally {
      seen.closed = true
    }
  }
  return { seen, open }
}

type Counter = ReturnType<typeof counter>

/** What they brought, a `/` with the index of one that has ended, and the failure that came last. */
async function brought(...counters: readonly Counter[]) {
  const given: string[] = []
  const relayed = async (): Promise<void> => {
    for await (const { index, item } of relay(counters.map(({ open }) => open)))
      given.push(item ?? `/${index}`)
  }
  const failure = await relayed().catch((error: Error) => error.message)
  return { given, failure }
}

test('one source begins when the one before has ended', async () => {
  const { given } = await brought(counter({ name: 'a' }), counter({ name: 'b', end: 2 }))
  expect(given).toEqual(['a1', 'a2', 'a3', '/0', 'b1', 'b2', '/1'])
})

test('one that may begin before brings what it has meanwhile, each in its order', async () => {
  const { given } = await brought(counter({ name: 'a', beginNextAt: 1 }), counter({ name: 'b' }))
  expect(given.filter((each) => each.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  expect(given.filter((each) => each.startsWith('b'))).toEqual(['b1', 'b2', 'b3'])
  expect(given.indexOf('b1')).toBeLessThan(given.indexOf('/0'))
  expect(given).toHaveLength(8)
})

test('of two that are ready the one before comes first, and its end too', async () => {
  const given: string[] = []
  for await (const { index, item } of relay(
    [counter({ name: 'a', beginNextAt: 1 }), counter({ name: 'b' })].map(({ open }) => open),
  )) {
    given.push(item ?? `/${index}`)
    for (let waited = 0; waited < 5; waited++) await pause()
  }
  expect(given).toEqual(['a1', 'a2', 'a3', '/0', 'b1', 'b2', 'b3', '/1'])
})

test('of each one item is asked for ahead, never two', async () => {
  const [one, other] = [counter({ name: 'a', end: 9, beginNextAt: 1 }), counter({ name: 'b', end: 9 })]
  const had = { a: 0, b: 0 }
  for await (const { item } of relay([one.open, other.open])) {
    if (item === null) continue
    had[item.startsWith('a') ? 'a' : 'b']++
    for (let waited = 0; waited < 5; waited++) await pause()
    expect(one.seen.asked).toBeLessThanOrEqual(had.a + 1)
    expect(other.seen.asked).toBeLessThanOrEqual(had.b + 1)
  }
  expect(had).toEqual({ a: 9, b: 9 })
})

describe('a failure', () => {
  test('comes after what the source has brought, and no other source is begun', async () => {
    const behind = counter({ name: 'b' })
    const { given, failure } = await brought(counter({ name: 'a', failAt: 3 }), behind)
    expect(given).toEqual(['a1', 'a2'])
    expect(failure).toBe('no a3')
    expect(behind.seen.asked).toBe(0)
  })

  test('of a source that was begun early takes nothing from the one before', async () => {
    const [first, third] = [counter({ name: 'a', end: 5, beginNextAt: 1 }), counter({ name: 'c' })]
    const { given, failure } = await brought(first, counter({ name: 'b', failAt: 1 }), third)
    expect(given).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', '/0'])
    expect(failure).toBe('no b1')
    expect(third.seen.asked).toBe(0)
  })

  test('of the one before lets a source that is under way come to its end', async () => {
    const { given, failure } = await brought(
      counter({ name: 'a', failAt: 2, beginNextAt: 1 }),
      counter({ name: 'b', end: 4 }),
    )
    expect(given).toEqual(['a1', 'b1', 'b2', 'b3', 'b4', '/1'])
    expect(failure).toBe('no a2')
  })
})

test('all are closed when nobody wants more, and what was not begun is never opened', async () => {
  const counters = [counter({ name: 'a', beginNextAt: 1 }), counter({ name: 'b' }), counter({ name: 'c' })]
  for await (const { item } of relay(counters.map(({ open }) => open))) if (item === 'b1') break
  expect(counters.map(({ seen }) => [seen.asked > 0, seen.closed])).toEqual([
    [true, true],
    [true, true],
    [false, false],
  ])
})
