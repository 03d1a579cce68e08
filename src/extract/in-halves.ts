/** Refusals that are put up with before anything of a group is answered; each answer allows for one more. */
const MOST_REFUSED = 6

/**
 * Asks for some items at once; where that is refused, for either half, and so on: an item that is refused does not take
 * the others with it. Where nearly all is refused, what is left of it is given as it was refused.
 */
export async function inHalves<Item, Result>(
  items: readonly Item[],
  ask: (some: readonly Item[]) => Promise<Result>,
  isRefused: (result: Result) => boolean,
): Promise<readonly Result[]> {
  const parts = [items]
  const results: Result[] = []
  let spare = MOST_REFUSED
  for (const part of parts) {
    const result = await ask(part)
    if (!isRefused(result)) spare++
    if (isRefused(result) && part.length > 1 && spare-- > 0) parts.push(...halvesOf(part))
    else results.push(result)
  }
  return results
}

function halvesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}
