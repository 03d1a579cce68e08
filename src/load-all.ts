import type { Loadable } from './batches.ts'
import type { SyncContext } from './context.ts'
import { relay } from './extract/relay.ts'
import type { Send } from './extract/request.ts'
import type { Loader } from './load/loader.ts'
import type { Stream } from './streams/stream.ts'
import { addTo, rowsRead, type Tally } from './tally.ts'

/** What loading into one stream takes. */
export interface Loading {
  readonly stream: Stream
  readonly context: SyncContext
  readonly loader: Loader
  readonly tally: Tally
}

/** Sends nothing more after the signal: what is read ahead of a batch that cannot be loaded is paid for in vain. */
function sendUntil(signal: AbortSignal, send: Send): Send {
  return async (request) => {
    signal.throwIfAborted()
    return send(request)
  }
}

/** What is read, and what is done with it. */
export interface Reading<Item extends Loadable> {
  /** `beginNext`: the next reading may begin, since walkers are idle before this one has come to its end. */
  readonly read: (send: Send, beginNext: () => void) => AsyncGenerator<Item, void>
  /** In the transaction of each batch. */
  readonly alongside: (item: Item) => Promise<void>
  /** When all of it is loaded. */
  readonly end?: () => Promise<void>
}

/**
 * Loads what the readings bring, a checkpoint at a time: while one batch is loaded the next is read. They are read one after
 * the other, but for the end of one, which the beginning of the next may overlap.
 */
export async function loadAll<Item extends Loadable>(
  { stream, context, loader, tally }: Loading,
  readings: readonly Reading<Item>[],
): Promise<void> {
  const failed = new AbortController()
  const send = sendUntil(failed.signal, context.send)
  const sources = readings.map(
    ({ read }) =>
      (beginNext: () => void) =>
        read(send, beginNext),
  )
  const shares = new Map<number, number | null>()
  const load = async (item: Item, { alongside }: Reading<Item>): Promise<void> => {
    addTo(tally, await loader.commit(item.batch, () => alongside(item)))
    tally.pages += item.batch.pages
    context.onProgress({
      stream: stream.name,
      rows: rowsRead(tally),
      pages: tally.pages,
      share: leastOf([...shares.values()]),
    })
  }
  for await (const { index, item } of relay(sources)) {
    const reading = readings[index]
    if (reading === undefined) continue
    if (item === null) shares.delete(index)
    else shares.set(index, item.share)
    const done = item === null ? reading.end?.() : load(item, reading)
    // At once: nothing more is to be sent while the sources are being left.
    done?.catch((error: unknown) => failed.abort(error))
    await done
  }
}

/** Of the readings that are under way, how far the one is that is the least far; null where one cannot tell. */
function leastOf(shares: readonly (number | null)[]): number | null {
  const known = shares.filter((share) => share !== null)
  return known.length < shares.length ? null : Math.min(...known)
}
