import { expect, test } from 'vitest'
import { inOrder } from '../../src/extract/in-order.ts'
import { createWorkers } from '../../src/workers.ts'

async function all<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of source) items.push(item)
  return items
}

test('results come in the order of the items, whichever is ready first', async () => {
  const ready = Array.from({ length: 5 }, () => Promise.withResolvers<string>())
  const reading = all(
    inOrder([0, 1, 2, 3, 4], createWorkers(2), (item) => ready[item]?.promise ?? Promise.reject(new Error())),
  )
  for (const item of [2, 1, 0, 4, 3]) ready[item]?.resolve(`result ${item}`)
  expect(await reading).toEqual([0, 1, 2, 3, 4].map((item) => `result ${item}`))
})

/** Work that takes a moment, and how much of it was under way at once. */
function watched() {
  const seen = { under: 0, most: 0 }
  const work = async (item: number): Promise<number> => {
    seen.most = Math.max(seen.most, ++seen.under)
    await new Promise(setImmediate)
    seen.under--
    return item
  }
  return { work, seen }
}

test('at most so many are worked on at once, and as many as may be', async () => {
  const helpers = createWorkers(3)
  const { work, seen } = watched()
  expect(await all(inOrder(Array(20).keys(), helpers, work))).toHaveLength(20)
  expect(seen.most).toBe(4)
})

test('the first failure in their order is thrown, and none is left unhandled', async () => {
  const work = (item: number): Promise<number> =>
    item < 2 ? Promise.resolve(item) : Promise.reject(new Error(`no ${item}`))
  const got: number[] = []
  const reading = (async () => {
    for await (const item of inOrder([0, 1, 2, 3, 4, 5], createWorkers(3), work)) got.push(item)
  })()
  await expect(reading).rejects.toThrowError('no 2')
  expect(got).toEqual([0, 1])
})

const idleOf = (helpers: ReturnType<typeof createWorkers>): number => {
  let idle = 0
  while (helpers.take()) idle++
  return idle
}

test('several share their helpers, and each goes on without', async () => {
  const helpers = createWorkers(3)
  const { work, seen } = watched()
  const lists = await Promise.all([1, 2].map(() => all(inOrder(Array(20).keys(), helpers, work))))
  expect(lists).toEqual([[...Array(20).keys()], [...Array(20).keys()]])
  expect(seen.most).toBe(5)
  expect(idleOf(helpers)).toBe(3)
  expect(await all(inOrder(Array(3).keys(), helpers, work))).toEqual([0, 1, 2])
})

test('helpers are given back where a failure ends it, or nobody wants the rest', async () => {
  const helpers = createWorkers(3)
  for await (const item of inOrder([0, 1, 2, 3, 4], helpers, (each) => Promise.resolve(each)))
    if (item === 1) break
  await expect(all(inOrder([0, 1, 2], helpers, () => Promise.reject(new Error('no'))))).rejects.toThrow('no')
  expect(idleOf(helpers)).toBe(3)
})
