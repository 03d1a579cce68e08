import { SyncError, type ErrorCode } from './errors.ts'

/** Failures that may be those of one parent: what it has is more than Pipedrive can show, or is not as it should be. */
const OF_ONE: ReadonlySet<ErrorCode> = new Set([
  'E_BAD_REQUEST',
  'E_SERVER',
  'E_ENVELOPE',
  'E_PAGE_LOOP',
  'E_RECORD',
  'E_UNSTABLE',
])

/** So many requests in a row fail for reasons of their own; when more do, and retries are dear, all would. */
const MOST_AT_FIRST = 3
const MOST_IN_A_ROW = 5

/** Whether the other parents of a stream are read all the same. */
export function isPassedOver(error: unknown): error is SyncError {
  return error instanceof SyncError && error.recovery === 'skip-stream' && OF_ONE.has(error.code)
}

interface Failing {
  /** The last time too. */
  readonly failed: boolean
}

/** Parents of a stream that were passed over, and why the first of them was. */
export interface Failures {
  /** How many parents there are so far. */
  readonly count: number
  /** A request was answered. */
  answered(): void
  /** So many failed in a row that the others would fail too. */
  readonly isOver: boolean
  /** The first failure with the number of parents; null where there was none. */
  readonly summary: SyncError | null
  /** The parents of another partition are asked. */
  begin(): void
  /** Those that failed the last time too count in the row only as long as no other parent was answered. */
  add(error: SyncError, parents: readonly Failing[]): void
}

function summarize(first: SyncError, parents: number): SyncError {
  const whose = parents === 1 ? 'one parent' : `${parents} parents`
  return new SyncError({
    code: first.code,
    recovery: first.recovery,
    message: `${first.message} The children of ${whose} could not be read: their rows stay as they are, and the next run asks again.`,
    cause: first,
  })
}

/** Counts the failures of one stream. */
export function countFailures(): Failures {
  let first: SyncError | null = null
  let failed = 0
  let inARow = 0
  let most = MOST_AT_FIRST
  return {
    get count() {
      return failed
    },
    get isOver() {
      return inARow >= most
    },
    get summary() {
      return first === null ? null : summarize(first, failed)
    },
    begin: () => {
      inARow = 0
      most = MOST_AT_FIRST
    },
    answered: () => {
      inARow = 0
      most = MOST_IN_A_ROW
    },
    add: (error, parents) => {
      first ??= error
      failed += parents.length
      if (most === MOST_AT_FIRST || !parents.every((parent) => parent.failed)) inARow++
    },
  }
}
