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

/** A source whose first item may be asked for before it is wanted. */
export interface Early<Item> {
  begin(): void
  readonly items: AsyncGenerator<Item, void>
  /** Ends the source, when what it was asked for has come; to be called in any case. */
  leave(): Promise<void>
}

export function early<Item>(open: () => AsyncGenerator<Item, void>): Early<Item> {
  let begun: { source: AsyncGenerator<Item, void>; first: Promise<IteratorResult<Item, void>> } | null = null
  const begin = (): NonNullable<typeof begun> => {
    if (begun !== null) return begun
    const source = open()
    const first = source.next()
    // As above.
    first.catch(() => undefined)
    begun = { source, first }
    return begun
  }
  async function* items(): AsyncGenerator<Item, void> {
    const { source, first } = begin()
    const { value, done } = await first
    if (done === true) return
    yield value
    yield* source
  }
  return {
    begin: () => void begin(),
    items: items(),
    leave: async () => void (await begun?.source.return(undefined).catch(() => undefined)),
  }
}
