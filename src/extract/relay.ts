/** What one of several sources has brought; null when it has ended. */
export interface Brought<Item> {
  readonly index: number
  readonly item: Item | null
}

/** Opens a source; `beginNext` may be called to have the one behind it begin before this one has ended. */
export type Open<Item> = (beginNext: () => void) => AsyncGenerator<Item, void>

/**
 * What several sources bring, each in its order, and as it comes where one was begun early. Of each one item is ready or on
 * its way while the present one is worked on, never more. After a failure no other source is begun, those that are under
 * way come to their end, and then it is thrown.
 */
export async function* relay<Item>(opens: readonly Open<Item>[]): AsyncGenerator<Brought<Item>, void> {
  const sources: AsyncGenerator<Item, void>[] = []
  /** In the order of the sources: of two that are ready the one before comes first. */
  const asked = new Map<number, Promise<{ index: number; result?: IteratorResult<Item, void> }>>()
  let failure: { readonly error: unknown } | undefined

  function ask(index: number, source: AsyncGenerator<Item, void>): void {
    const answer = source.next().then(
      (result) => ({ index, result }),
      (error: unknown) => {
        failure ??= { error }
        return { index }
      },
    )
    asked.set(index, answer)
  }

  function begin(index: number): void {
    const open = opens[index]
    if (open === undefined || sources[index] !== undefined || failure !== undefined) return
    const source = open(() => begin(index + 1))
    sources[index] = source
    ask(index, source)
  }

  begin(0)
  try {
    while (asked.size > 0) {
      const { index, result } = await Promise.race(asked.values())
      const source = sources[index]
      const isOver = result === undefined || source === undefined || result.done === true
      if (isOver) asked.delete(index)
      else ask(index, source)
      if (result?.done === true) begin(index + 1)
      if (result !== undefined) yield { index, item: isOver ? null : result.value }
    }
    if (failure !== undefined) throw failure.error
  } finally {
    // The failure is met above, or is of no interest any more.
    await Promise.allSettled(sources.map((source) => source.return(undefined)))
  }
}
