/** The package as a library: configuration, one run, the registry, the errors. */
export { systemClock, type Clock } from './clock.ts'
export {
  readSource,
  readWarehouse,
  type Environment,
  type SourceConfig,
  type WarehouseConfig,
} from './config.ts'
export { SyncError, type ErrorCode, type Recovery } from './errors.ts'
export type { Allowance } from './extract/allowance.ts'
export type { ReadPlan } from './extract/windows.ts'
export type { StreamReport, StreamStatus } from './load/run-log.ts'
export type { RunStatus } from './outcome.ts'
export type { Reporter, RunProgress } from './reporter.ts'
export { run } from './run.ts'
export type { RunParts, RunReport, RunRequest } from './run-types.ts'
export { selectStreams, streams } from './streams/index.ts'
export type { Stream } from './streams/stream.ts'
