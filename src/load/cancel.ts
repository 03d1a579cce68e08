import { systemClock } from '../clock.ts'
import type { Session } from './connection.ts'

/** When a session is to be interrupted, and in what: in any statement, or only where it waits for somebody's lock. */
export interface Interrupt {
  readonly signal: AbortSignal
  readonly in: 'statement' | 'lock'
}

/** Who waits no longer than this for a lock is let be: a checkpoint that is under way may end. */
const CANCEL: Readonly<Record<Interrupt['in'], string>> = {
  statement: 'select pg_cancel_backend($1)',
  lock: `select pg_cancel_backend(pid) from pg_locks
         where pid = $1 and not granted and waitstart < clock_timestamp() - interval '1 second'`,
}
const AGAIN_MS = 250

/**
 * From the signal's abort until it is disposed of, lets the server cancel what the process `pid` of the server does;
 * the connection that waits for it cannot ask. `open` opens another one.
 */
export function cancelOnAbort(
  pid: number,
  { signal, in: where }: Interrupt,
  open: () => Promise<Session>,
): AsyncDisposable {
  const over = new AbortController()
  let cancelling = Promise.resolve()
  const begin = (): void => {
    // Where nobody can be asked, the statement takes its time.
    cancelling = cancelUntil(over.signal, open, CANCEL[where], pid).catch(() => undefined)
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return {
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener('abort', begin)
      over.abort()
      await cancelling
    },
  }
}

/** More than once: the statement may only be about to begin. */
async function cancelUntil(over: AbortSignal, open: () => Promise<Session>, statement: string, pid: number) {
  await using other = await open()
  while (!over.aborted) {
    await other.client.query(statement, [pid])
    await systemClock.sleep(AGAIN_MS, over).catch(() => undefined)
  }
}
