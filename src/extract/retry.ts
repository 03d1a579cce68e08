import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import { LONGEST_WAIT_MS } from './places.ts'
import type { Send } from './request.ts'

export interface RetryOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How often one request is sent at most. */
  readonly attempts: number
  /** Milliseconds: the upper bound of the first pause, doubled with each attempt up to `maxDelayMs`. */
  readonly baseDelayMs: number
  readonly maxDelayMs: number
  /** In [0, 1). */
  readonly random: () => number
}

function skipping(error: SyncError, attempts: number): SyncError {
  return new SyncError({
    code: error.code,
    recovery: 'skip-stream',
    message: `${error.message} (${attempts} attempts)`,
    cause: error,
  })
}

function deferring(error: SyncError, retryAfterMs: number): SyncError {
  return new SyncError({
    code: error.code,
    recovery: 'defer',
    retryAfterMs,
    message: `${error.message} The server asks for ${Math.ceil(retryAfterMs / 60_000)} minutes of patience.`,
    cause: error,
  })
}

/**
 * Repeats a request after a failure that is known to pass, after a random pause (full jitter) or as long as
 * the server says. Every other error goes through at once; so does the last one, as the end of its stream.
 */
export function withRetry(next: Send, options: RetryOptions): Send {
  const { clock, signal, attempts, baseDelayMs, maxDelayMs, random } = options
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await next(request)
      } catch (error) {
        if (!(error instanceof SyncError) || error.recovery !== 'retry') throw error
        if (attempt >= attempts) throw skipping(error, attempt)
        const asked = error.retryAfterMs
        if (asked !== undefined && asked > LONGEST_WAIT_MS) throw deferring(error, asked)
        const bound = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1))
        await clock.sleep(asked ?? random() * bound, signal)
      }
    }
  }
}
