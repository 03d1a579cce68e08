import type { BatchLimits } from './batches.ts'
import type { Clock } from './clock.ts'
import type { SourceConfig, WarehouseConfig } from './config.ts'
import type { Portions, Suspects } from './context.ts'
import type { Waits } from './errors.ts'
import type { Allowance } from './extract/allowance.ts'
import type { Client } from './extract/client.ts'
import type { ReadPlan } from './extract/windows.ts'
import type { Session } from './load/connection.ts'
import type { Database } from './load/database.ts'
import type { Contract } from './load/evolve.ts'
import type { StreamReport, StreamStatus } from './load/run-log.ts'
import type { RunStatus } from './outcome.ts'
import type { PlanProgress } from './plan/progress.ts'
import type { Kind } from './priority.ts'
import type { Reporter } from './reporter.ts'
import type { Stream } from './streams/stream.ts'

export interface RunRequest {
  /** What the run is called in the control tables. */
  readonly command: string
  readonly streams: readonly Stream[]
  readonly plan: ReadPlan
  readonly allowance: Allowance
  /** Share (0 to 1) of a table that one complete walk may find gone. */
  readonly maxShare: number
  /** Whether tables may be changed to hold what is new; they may when absent. */
  readonly contract?: Contract
  /** Leave alone what was read whole not long ago. */
  readonly onlyDue?: boolean
  /** Records of each stream, by their ids, that may be gone: what its read does not show is read by id. */
  readonly suspects?: Suspects
  /** Of these streams not all that hangs on their parents is read, but that of so many parents, of which it was read the longest ago. */
  readonly portions?: Portions
  /**
   * Read not all of the streams, but those of which the change gate says that they have changed; or those that were read
   * whole the longest ago.
   */
  readonly only?: 'changed' | 'stalest'
  /** When a checkpoint is due; as usual when absent. */
  readonly batch?: BatchLimits
  /** Walkers that may be sent besides the one of each stream; as usual when absent. */
  readonly walkers?: number
  /** Bytes from which on a table is given indexes for readers; as usual when absent. */
  readonly indexFrom?: number
  /** What it is for; what its plan says when absent. */
  readonly kind?: Kind
  /** It only says what the run would take. */
  readonly isPlan?: true
  /** What tells it from others of its kind, beside its streams and their windows. */
  readonly detail?: string
}

export interface RunParts {
  readonly warehouse: WarehouseConfig
  readonly source: SourceConfig
  readonly clock: Clock
  /** Ends the run after the checkpoints under way; its reason should be a SyncError `E_STOPPED`. */
  readonly signal: AbortSignal
  readonly reporter: Reporter
}

/** What is told of one stream of a run. */
export interface AnyReport {
  readonly status: StreamStatus
}

export interface RunReport<Report extends AnyReport = StreamReport> {
  readonly status: RunStatus
  readonly requests: number
  readonly tokens: number
  readonly seconds: number
  readonly streams: readonly Report[]
  /** Why the run as a whole did not end well: code and sentence. */
  readonly code?: string
  readonly error?: string
  /** When a deferred run can go on, ISO, and who has to wait until then. */
  readonly resume_at?: string
  readonly waits?: Waits
  /** What was planned, and what it has taken since; where a plan was made. */
  readonly plan?: PlanProgress
}

/** What the control tables call a run, and whose token it has. */
export interface Begun {
  readonly id: string
  readonly userId: number
  /** The streams, those first that matter most. */
  readonly order: readonly Stream[]
  /** Those of them that were never read to their end: they are read when the others have been. */
  readonly history: ReadonlySet<string>
  /** The run that planned this one; null where none did. */
  readonly planId: string | null
}

/** A run under way. */
export interface Run {
  readonly parts: RunParts
  readonly request: RunRequest
  readonly client: Client
  /** Aborting it ends every stream; the reason says why. */
  readonly stop: AbortController
}

/** What a run does between its opening and its end; its streams are told of by their reports. */
export type RunWork<Report extends AnyReport> = (
  state: Run,
  database: Database,
  session: Session,
  begun: Begun,
) => Promise<readonly Report[]>
