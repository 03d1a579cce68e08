import { once } from 'node:events'
import type { Clock } from '../src/clock.ts'
import type { Environment } from '../src/config.ts'
import { readSource, readWarehouse } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { readAccount } from '../src/load/account.ts'
import { databaseExists, withSession, type Database } from '../src/load/database.ts'
import type { Session } from '../src/load/connection.ts'
import type { Reporter } from '../src/reporter.ts'
import type { RunParts } from '../src/run-types.ts'

/** What every job is given. */
export interface JobContext {
  readonly environment: Environment
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly reporter: Reporter
}

/** What a job ends with: one value for programs, the same for people, and an exit code. */
export interface JobResult {
  readonly json: unknown
  readonly text: string
  readonly exit: number
  /** What people keep in the warehouse, or what is all our own: shown as it is even where it holds a word that is a secret elsewhere. */
  readonly verbatim?: true
}

/** Reads and checks the whole configuration of a run. Throws `E_CONFIG`. */
export function runParts({ environment, clock, signal, reporter }: JobContext): RunParts {
  return {
    source: readSource(environment),
    warehouse: readWarehouse(environment),
    clock,
    signal,
    reporter,
  }
}

const NONE = 'There is no warehouse here yet: run backfill, or demo, first.'

/** Opens the warehouse for something that needs no API, and makes the embedded server when there is none. */
export function withWarehouse<Result>(
  { environment, signal }: JobContext,
  name: string,
  work: (session: Session, database: Database) => Promise<Result>,
): Promise<Result> {
  return withSession(readWarehouse(environment), name, signal, work)
}

/** Opens a database that is there. Throws `E_CONFIG` where the embedded server would have to be made. */
export async function inDatabase<Result>(
  context: JobContext,
  name: string,
  work: (session: Session, database: Database) => Promise<Result>,
): Promise<Result> {
  if (!(await databaseExists(readWarehouse(context.environment)))) throw configError(NONE)
  return withWarehouse(context, name, work)
}

/** Opens a database that holds the account's warehouse. Throws `E_CONFIG` when nothing was ever synced into it. */
export function inWarehouse<Result>(
  context: JobContext,
  name: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { account } = readWarehouse(context.environment)
  return inDatabase(context, name, async (session) => {
    if ((await readAccount(session, account)) === null) throw configError(NONE)
    return work(session)
  })
}

/** Resolves when the signal aborts. */
export async function untilStopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
