import pg from 'pg'
import { SyncError } from '../errors.ts'

/** Errors that ended a connection of ours: by nothing else can a socket of the database be told from one of HTTP. */
const losses = new WeakSet<Error>()

export function rememberLoss(error: Error): void {
  losses.add(error)
}

function isLoss(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return (
    losses.has(error) || /^(Connection terminated|Client (has encountered|was closed))/.test(error.message)
  )
}

const LATER = 'Try again when the server is well.'

/** What a person can do about it, by how the SQLSTATE begins; the first that fits. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^42501/, 'Use the user that made the warehouse, or let an administrator grant what is missing.'],
  [/^25006/, 'The server takes no changes: DATABASE_URL must name one that does.'],
  [/^(55P03|40P01)/, 'Another session holds a lock on it: try again when it has ended.'],
  [/^53/, 'The server has run out of disk, memory or connections.'],
  [/^57014/, 'The statement was cancelled by somebody, or by the time limit of the server.'],
  [/^(08|57P|58)/, LATER],
]

/** A database that has to be set right before anything works; the others may be well again by themselves. */
const TO_BE_SET_RIGHT = /^(42501|25006)/
/** SQLSTATE classes of errors that lie in what a row holds: data, constraints, sizes. */
const OF_ROWS = /^(22|23|54)/
const CANCELLED = '57014'

function stateOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : ''
}

/** The reason of a stop, where the error is what the stop made of a statement. */
function reasonOf(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted && stateOf(error) === CANCELLED ? signal.reason : null
}

function remedyOf(error: unknown): string | null {
  if (isLoss(error)) return LATER
  const state = stateOf(error)
  return REMEDIES.find(([states]) => states.test(state))?.[1] ?? null
}

/** What a failure of the database means outside of a run: an `E_DATABASE` where it is a known one, else itself. */
export function databaseFailure(error: unknown, signal: AbortSignal): unknown {
  const remedy = remedyOf(error)
  if (remedy === null || !(error instanceof Error)) return error
  return reasonOf(error, signal) ?? refusedBy(error, remedy)
}

function refusedBy(error: Error, remedy: string): SyncError {
  return new SyncError({
    code: 'E_DATABASE',
    recovery: 'abort-run',
    message: `The database failed: ${error.message}. ${remedy}`,
    cause: error,
  })
}

function refusedRow(stream: string, cause: Error): SyncError {
  return new SyncError({
    code: 'E_LOAD',
    recovery: 'skip-stream',
    message: `${stream}: PostgreSQL refuses a row: ${cause.message}. What was committed before is kept; its batch was not loaded.`,
    cause,
  })
}

/**
 * What an error that came out of a run means: a row that PostgreSQL refuses ends its stream, a failure of the
 * database ends the run with what it holds, anything else is given back as it is.
 */
export function describeFailure(stream: string, error: unknown, signal: AbortSignal): unknown {
  if (!isLoss(error) && !(error instanceof pg.DatabaseError)) return error
  if (OF_ROWS.test(stateOf(error))) return refusedRow(stream, error)
  if (TO_BE_SET_RIGHT.test(stateOf(error))) return databaseFailure(error, signal)
  const failed = new SyncError({
    code: 'E_LOAD',
    recovery: 'abort-run',
    message: `${stream}: the database failed: ${error.message}. What was committed before is kept; run again when the database is well.`,
    cause: error,
  })
  return reasonOf(error, signal) ?? failed
}
