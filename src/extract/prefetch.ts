import { relay } from './relay.ts'

/**
 * Asks for the next item while the present one is being worked on: one item is ready or on its way, never more,
 * so that memory stays bounded whatever the source can deliver.
 */
export async function* prefetch<Item>(source: AsyncGenerator<Item, void>): AsyncGenerator<Item, void> {
  for await (const { item } of relay([() => source])) if (item !== null) yield item
}
