import { SyncError } from '../../errors.ts'

export function embeddedServerError(what: string, remedy: string, cause?: unknown): SyncError {
  return new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: `${what} ${remedy}`,
    ...(cause === undefined ? {} : { cause }),
  })
}
