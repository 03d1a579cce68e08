import { SyncError } from '../errors.ts'
import type { Stream } from '../streams/stream.ts'
import type { Verdict } from './findings.ts'

/** What a stream ends with that was never read into the warehouse. */
export function neverRead({ name }: Stream, verdict: Verdict): SyncError {
  verdict.unread = true
  return new SyncError({
    code: 'E_NOT_AVAILABLE',
    recovery: 'skip-stream',
    message: `${name}: it has never been read into this warehouse, so there is nothing to verify. Run sync --stream ${name} first.`,
  })
}
