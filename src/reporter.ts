import type { LogLevel } from './config.ts'
import type { Progress } from './context.ts'

export interface RunProgress extends Progress {
  /** What the whole run has spent so far. */
  readonly tokens: number
}

/** Tells a person or a log how a run goes; the result of a command is not its business. */
export interface Reporter {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void
  /** A checkpoint has been made. */
  progress(progress: RunProgress): void
  /** Nothing more is reported of this stream. */
  finished(stream: string): void
}

const nothing = (): void => undefined

/** The same, without what is below the level: progress counts as information. */
export function atLevel(reporter: Reporter, level: LogLevel): Reporter {
  const warn: Reporter['warn'] = (message, facts) => reporter.warn(message, facts)
  const warnings = { info: nothing, warn, progress: nothing, finished: nothing }
  const reporters = { info: reporter, warn: warnings, silent: { ...warnings, warn: nothing } }
  return reporters[level]
}
