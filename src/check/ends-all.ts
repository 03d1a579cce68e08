import { SyncError } from '../errors.ts'

/** What nobody foresaw, what a person has to mend first, and a block, after which nothing may be sent. */
export function endsAll(error: unknown): boolean {
  return !(error instanceof SyncError) || error.recovery === 'abort-run' || error.code === 'E_BLOCKED'
}
