import type { BatchLimits } from './batches.ts'
import type { Clock } from './clock.ts'
import type { CatalogReader } from './extract/field-catalog.ts'
import { prefetch } from './extract/prefetch.ts'
import type { Send } from './extract/request.ts'
import type { ReadPlan } from './extract/windows.ts'
import type { Session } from './load/connection.ts'
import type { Loader } from './load/loader.ts'
import type { Stream } from './streams/stream.ts'
import { addTo, rowsRead, type Tally } from './tally.ts'
import type { Batch } from './transform/batch.ts'
import type { StreamLayout } from './transform/layout.ts'
import type { Transform } from './transform/records.ts'

export interface SyncOptions extends BatchLimits {
  readonly account: string
  /** Whose token it is. */
  readonly userId: number
  readonly plan: ReadPlan
  /** Leave alone what was read whole not long ago (`refreshHours`). */
  readonly onlyDue: boolean
  readonly lookbackMs: number
  /** Share (0 to 1) of a table that one complete walk may find gone. */
  readonly maxShare: number
}

/** What the streams of one run share. */
export interface SyncContext {
  readonly options: SyncOptions
  readonly clock: Clock
  readonly send: Send
  readonly catalogs: CatalogReader
  readonly onProgress: (progress: Progress) => void
}

export interface Progress {
  readonly stream: string
  /** Rows that have been read so far, whatever became of them. */
  readonly rows: number
  readonly pages: number
  /** How much of the stream lies behind, 0 to 1; null where that cannot be told. */
  readonly share: number | null
}

/** What reading one stream takes. */
export interface Work {
  readonly stream: Stream
  readonly session: Session
  readonly context: SyncContext
  readonly layout: StreamLayout
  readonly transform: Transform
  readonly loader: Loader
  readonly tally: Tally
}

/** Rows that are to be committed at once. */
export interface Loadable {
  readonly batch: Batch
  /** How much of what is being read lies behind, 0 to 1; null where that cannot be told. */
  readonly share: number | null
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
  { stream, context, loader, tally }: Work,
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
