import type { Logger } from 'pino'
import type { Reporter } from './reporter.ts'

/** One JSON line an event. */
export function logReporter(log: Logger): Reporter {
  return {
    info: (message, facts = {}) => log.info(facts, message),
    warn: (message, facts = {}) => log.warn(facts, message),
    progress: (progress) => log.info(progress, 'checkpoint'),
    finished: (stream) => log.info({ stream }, 'stream ended'),
  }
}
