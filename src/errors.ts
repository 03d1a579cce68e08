/** What went wrong. The message says it for a person; the code is for programs and tests. */
export type ErrorCode =
  | 'E_CONFIG'
  | 'E_AUTH'
  | 'E_FORBIDDEN'
  | 'E_NOT_AVAILABLE'
  | 'E_NOT_FOUND'
  | 'E_BAD_REQUEST'
  | 'E_RATE_LIMITED'
  | 'E_BUDGET'
  | 'E_BLOCKED'
  | 'E_SERVER'
  | 'E_NETWORK'
  | 'E_ENVELOPE'
  | 'E_PAGE_LOOP'
  | 'E_UNSTABLE'
  | 'E_RECORD'
  | 'E_SCHEMA'
  | 'E_SWEEP_REFUSED'
  | 'E_LOCKED'
  | 'E_DATABASE'
  | 'E_LOAD'
  | 'E_STOPPED'

/**
 * What the run does about it: try the request again, leave this stream and go on with the others,
 * end the run as deferred until the budget is back, or end it.
 */
export type Recovery = 'retry' | 'skip-stream' | 'defer' | 'abort-run'

/**
 * Of a deferral: who has to wait. Only the history that the run had not read yet, the run alone, all runs that matter no
 * more than it, or every process of the account.
 */
export type Waits = 'history' | 'run' | 'kind' | 'account'

export interface SyncErrorOptions {
  readonly code: ErrorCode
  readonly recovery: Recovery
  readonly message: string
  /** Milliseconds the server asks us to wait before the next request. */
  readonly retryAfterMs?: number
  /** The account when absent. */
  readonly waits?: Waits
  readonly cause?: unknown
}

export class SyncError extends Error {
  override readonly name = 'SyncError'
  readonly code: ErrorCode
  readonly recovery: Recovery
  readonly retryAfterMs: number | undefined
  readonly waits: Waits

  constructor(options: SyncErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
    this.recovery = options.recovery
    this.retryAfterMs = options.retryAfterMs
    this.waits = options.waits ?? 'account'
  }
}

/** Wrong usage or configuration: told in one sentence, before anything is read or written. */
export function configError(message: string): SyncError {
  return new SyncError({ code: 'E_CONFIG', recovery: 'abort-run', message })
}

/** `partial` also says that a verification found differences. */
export const EXIT = { done: 0, failed: 1, usage: 2, deferred: 3, partial: 4 } as const
