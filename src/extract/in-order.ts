/** Works on some items at once and gives the results in the order of the items; the first failure ends it. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const under: Promise<Result>[] = []
  const begin = (item: Item): void => {
    const result = work(item)
    // A failure is met where it is awaited, or is of no interest any more.
    result.catch(() => undefined)
    under.push(result)
  }
  for (const item of items) {
    begin(item)
    const first = under.length < atOnce ? undefined : under.shift()
    if (first !== undefined) yield await first
  }
  for (const result of under) yield await result
}
