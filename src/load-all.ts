import type { Loadable } from './batches.ts'
import type { SyncContext } from './context.ts'
import { prefetch } from './extract/prefetch.ts'
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

/**
 * Loads what `read` brings, a checkpoint at a time: while one batch is loaded the next is read. `alongside` runs in the
 * transaction of its batch.
 */
export async function loadAll<Item extends Loadable>(
  { stream, context, loader, tally }: Loading,
  read: (send: Send) => AsyncGenerator<Item, void>,
  alongside: (item: Item) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  for await (const item of prefetch(read(sendUntil(failed.signal, context.send)))) {
    const committed = loader.commit(item.batch, () => alongside(item))
    committed.catch((error: unknown) => failed.abort(error))
    addTo(tally, await committed)
    tally.pages += item.batch.pages
    context.onProgress({ stream: stream.name, rows: rowsRead(tally), pages: tally.pages, share: item.share })
  }
}
