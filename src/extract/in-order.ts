import type { Workers } from '../workers.ts'

/**
 * Works on some items at once, on one and on as many more as there are workers idle, and gives the results in the order
 * of the items; the first failure ends it. A worker is idle again when a result has come whose turn it was.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  workers: Workers,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const under: Promise<Result>[] = []
  const begin = (item: Item): void => {
    const result = work(item)
    // A failure is met where it is awaited, or is of no interest any more.
    result.catch(() => undefined)
    under.push(result)
  }
  const leave = (): void => {
    void under.shift()
    if (under.length > 0) workers.give()
  }
  try {
    for (const item of items) {
      for (let [first] = under; first !== undefined && !workers.take(); [first] = under) {
        const result = await first
        leave()
        yield result
      }
      begin(item)
    }
    for (let [first] = under; first !== undefined; [first] = under) {
      const result = await first
      leave()
      yield result
    }
  } finally {
    while (under.length > 0) leave()
  }
}
