/**
 * Asks for the next item while the present one is being worked on: one item is ready or on its way, never more,
 * so that memory stays bounded whatever the source can deliver.
 */
export async function* prefetch<Item>(source: AsyncGenerator<Item, void>): AsyncGenerator<Item, void> {
  let next = source.next()
  try {
    for (;;) {
      const result = await next
      if (result.done === true) return
      next = source.next()
      // The failure is met where it is awaited, or is of no interest any more.
      next.catch(() => undefined)
      yield result.value
    }
  } finally {
    await source.return(undefined).catch(() => undefined)
  }
}
