import { SyncError } from '../errors.ts'

export interface Found {
  /** Rows without a tombstone. */
  readonly live: number
  /** Records that the complete walk saw. */
  readonly seen: number
  /** Keys of live rows that it did not see. */
  readonly absent: readonly string[]
}

/** `E_SWEEP_REFUSED`: so much would go that a person has to say that it is right. */
export function refuseSweep(stream: string, what: string): SyncError {
  return new SyncError({
    code: 'E_SWEEP_REFUSED',
    recovery: 'skip-stream',
    message: `${stream}: ${what}. None of them was marked as deleted; a lost permission looks the same. If it is right, run again with --max-share 1.`,
  })
}

/**
 * Keys that may be deleted, to be confirmed by id. Throws `E_SWEEP_REFUSED` when the walk saw nothing at all
 * where there were rows, or when more than `maxShare` (0 to 1) of the rows, rounded up to a whole row, would go.
 */
export function planTombstones(stream: string, found: Found, maxShare: number): readonly string[] {
  const { live, seen, absent } = found
  if (absent.length === 0) return []
  if (seen === 0 && maxShare < 1)
    throw refuseSweep(stream, `the list is empty, but the warehouse holds ${live} rows`)
  if (absent.length > Math.ceil(live * maxShare))
    throw refuseSweep(
      stream,
      `${absent.length} of ${live} rows are missing from the list, more than the share allowed`,
    )
  return absent
}
