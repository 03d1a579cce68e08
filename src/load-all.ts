import type { Loadable } from './batches.ts'
import type { SyncContext } from './context.ts'
import { early, prefetch, type Early } from './extract/prefetch.ts'
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
  /** `idle` says that walkers are idle and it is about to come to its end. */
  readonly read: (send: Send, idle: () => void) => AsyncGenerator<Item, void>
  /** In the transaction of each batch. */
  readonly alongside: (item: Item) => Promise<void>
  /** When all of it is loaded. */
  readonly end?: () => Promise<void>
}

/**
 * Loads what the readings bring, one after the other, a checkpoint at a time: while one batch is loaded the next is read.
 * Where walkers are idle the next reading begins before the present one has ended.
 */
export async function loadAll<Item extends Loadable>(
  { stream, context, loader, tally }: Loading,
  readings: readonly Reading<Item>[],
): Promise<void> {
  const failed = new AbortController()
  const send = sendUntil(failed.signal, context.send)
  const sources: readonly Early<Item>[] = readings.map(({ read }, index) =>
    early(() => read(send, () => sources[index + 1]?.begin())),
  )
  const load = async ({ items }: Early<Item>, { alongside, end }: Reading<Item>): Promise<void> => {
    for await (const item of prefetch(items)) {
      const committed = loader.commit(item.batch, () => alongside(item))
      committed.catch((error: unknown) => failed.abort(error))
      addTo(tally, await committed)
      tally.pages += item.batch.pages
      context.onProgress({
        stream: stream.name,
        rows: rowsRead(tally),
        pages: tally.pages,
        share: item.share,
      })
    }
    await end?.()
  }
  try {
    for (const [index, source] of sources.entries()) {
      const reading = readings[index]
      if (reading !== undefined) await load(source, reading)
    }
  } finally {
    failed.abort()
    await Promise.all(sources.map((source) => source.leave()))
  }
}
