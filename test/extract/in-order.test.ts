import { expect, test } from 'vitest'
import { inOrder } from '../../src/extract/in-order.ts'

async function all<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of source) items.push(item)
  return items
}

test('results come in the order of the items, whichever is ready first', async () => {
  const ready = Array.from({ length: 5 }, () => Promise.withResolvers<string>())
  const reading = all(
    inOrder([0, 1, 2, 3, 4], 3, (item) => ready[item]?.promise ?? Promise.reject(new Error())),
  )
  for (const item of [2, 1, 0, 4, 3]) ready[item]?.resolve(`result ${item}`)
  expect(await reading).toEqual([0, 1, 2, 3, 4].map((item) => `result ${item}`))
})

test('at most so many are worked on at once, and as many as may be', async () => {
  let under = 0
  let most = 0
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++under)
    await new Promise(setImmediate)
    under--
    return item
  }
  expect(await all(inOrder(Array(20).keys(), 4, work))).toHaveLength(20)
  expect(most).toBe(4)
})

test('the first failure in their order is thrown, and none is left unhandled', async () => {
  const work = (item: number): Promise<number> =>
    item < 2 ? Promise.resolve(item) : Promise.reject(new Error(`no ${item}`))
  const got: number[] = []
  const reading = (async () => {
    for await (const item of inOrder([0, 1, 2, 3, 4, 5], 4, work)) got.push(item)
  })()
  await expect(reading).rejects.toThrowError('no 2')
  expect(got).toEqual([0, 1])
})
