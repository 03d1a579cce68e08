import type { Loadable } from './batches.ts'
import type { SyncContext } from './context.ts'
import { SyncError } from './errors.ts'
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

/** Whether a failure is of the list that was read, and says nothing of the others. */
function isOfList(error: unknown): boolean {
  return error instanceof SyncError && error.recovery === 'skip-stream'
}

/** What a reading brings. A failure that is not of its list alone keeps the others from sending more. */
async function* bringing<Item extends Loadable>(
  { read }: Reading<Item>,
  send: Send,
  beginNext: () => void,
  failed: AbortController,
): AsyncGenerator<Item, void> {
  try {
    yield* read(send, beginNext)
  } catch (error) {
    if (!isOfList(error)) failed.abort(error)
    throw error
  }
}

/**
 * Loads what the readings bring, a checkpoint at a time: while one batch is loaded the next is read. They are read one after
 * the other, but for the end of one, which the beginning of the next may overlap. A record that moves from one list to the
 * next just then, and keeps its version, may be kept as it was, until a sweep reads it again.
 */
export async function loadAll<Item extends Loadable>(
  { stream, context, loader, tally }: Loading,
  readings: readonly Reading<Item>[],
): Promise<void> {
  const failed = new AbortController()
  const send = sendUntil(failed.signal, context.send)
  const sources = readings.map(
    (reading) =>
      (beginNext: () => void): AsyncGenerator<Item, void> =>
        bringing(reading, send, beginNext, failed),
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
  try {
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
  } catch (error) {
    // The first of several that concern more than a list.
    throw failed.signal.aborted ? failed.signal.reason : error
  }
}

/** Of the readings that are under way, how far the one is that is the least far; null where one cannot tell. */
function leastOf(shares: readonly (number | null)[]): number | null {
  const known = shares.filter((share) => share !== null)
  return known.length < shares.length ? null : Math.min(...known)
}
