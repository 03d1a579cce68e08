import { EXIT, SyncError, type ErrorCode } from './errors.ts'
import type { StreamStatus } from './load/run-log.ts'

export type RunStatus = 'done' | 'partial' | 'deferred' | 'stopped' | 'failed'

/** Streams that were not read for a reason that is not a failure of theirs. */
const STATUS: Readonly<Partial<Record<ErrorCode, StreamStatus>>> = {
  E_LOCKED: 'locked',
  E_FORBIDDEN: 'skipped',
  E_NOT_AVAILABLE: 'skipped',
  E_NOT_FOUND: 'skipped',
  E_STOPPED: 'stopped',
}

/** Whether Pipedrive does not show this to us: the token's rights or the company's plan do not reach for it. */
export function isNotShown(error: unknown): boolean {
  return error instanceof SyncError && STATUS[error.code] === 'skipped'
}

/** How a stream ended. `cutOff`: it ended because the run was stopped, not by a failure of its own. */
export function outcomeOf(
  failure: unknown,
  cutOff: boolean,
): { readonly status: StreamStatus; readonly error: string | null } {
  if (failure === null) return { status: 'done', error: null }
  const known = failure instanceof SyncError ? failure : null
  const usual = known?.recovery === 'defer' ? 'deferred' : cutOff ? 'stopped' : 'failed'
  return {
    status: (known === null ? undefined : STATUS[known.code]) ?? usual,
    error: failure instanceof Error ? failure.message : 'unknown error',
  }
}

/** How a run ended: as what stopped it, else as its streams. */
export function runStatus(
  why: SyncError | null,
  streams: readonly { readonly status: StreamStatus }[],
): RunStatus {
  if (why?.code === 'E_STOPPED') return 'stopped'
  if (why !== null) return why.recovery === 'defer' ? 'deferred' : 'failed'
  return streams.every(({ status }) => status === 'done') ? 'done' : 'partial'
}

/** Failures that a person mends in the configuration. */
const CONFIGURATION: ReadonlySet<string> = new Set(['E_CONFIG', 'E_AUTH', 'E_DATABASE'] satisfies ErrorCode[])

/** The exit code of a command that ended with this code and status. */
export function exitCode(status: RunStatus, code?: string): number {
  switch (status) {
    case 'done':
      return EXIT.done
    case 'partial':
      return EXIT.partial
    case 'deferred':
      return EXIT.deferred
    case 'stopped':
    case 'failed':
      return code !== undefined && CONFIGURATION.has(code) ? EXIT.usage : EXIT.failed
  }
}
