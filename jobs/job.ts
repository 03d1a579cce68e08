import type { Clock } from '../src/clock.ts'
import type { Environment } from '../src/config.ts'
import { readSource, readWarehouse } from '../src/config.ts'
import { configError } from '../src/errors.ts'
import { databaseExists, openDatabase, type Database } from '../src/load/database.ts'
import type { Session } from '../src/load/connection.ts'
import type { Reporter } from '../src/reporter.ts'
import type { RunParts } from '../src/run.ts'

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

/** Opens the warehouse for something that reads what it holds. Throws `E_CONFIG` when there is none yet. */
export async function inWarehouse<Result>(
  context: Pick<JobContext, 'environment'>,
  name: string,
  work: (session: Session, database: Database) => Promise<Result>,
): Promise<Result> {
  if (!(await databaseExists(readWarehouse(context.environment))))
    throw configError('There is no warehouse here yet: run backfill, or demo, first.')
  return withWarehouse(context, name, work)
}

/** Opens the warehouse for something that needs no API, and makes the embedded server when there is none. */
export async function withWarehouse<Result>(
  { environment }: Pick<JobContext, 'environment'>,
  name: string,
  work: (session: Session, database: Database) => Promise<Result>,
): Promise<Result> {
  await using database = await openDatabase(readWarehouse(environment))
  await using session = await database.connect(name)
  return await work(session, database)
}
