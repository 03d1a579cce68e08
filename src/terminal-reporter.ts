import { createLogUpdate } from 'log-update'
import type { Clock } from './clock.ts'
import type { Redact } from './log.ts'
import type { Reporter, RunProgress } from './reporter.ts'

const BAR = 20

function bar(share: number | null): string {
  if (share === null) return ' '.repeat(BAR + 2)
  const full = Math.round(share * BAR)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const parts = hours > 0 ? [hours, String(minutes).padStart(2, '0')] : [minutes]
  return [...parts, String(seconds % 60).padStart(2, '0')].join(':')
}

/** `deals  [####....]  12,500 rows  25 pages  3,200 rows/s  250 tokens  1:20 left` */
export function progressLine({ stream, rows, pages, share, tokens }: RunProgress, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? Math.round((rows * 1000) / elapsedMs) : 0
  const left = share === null || share <= 0 || elapsedMs <= 0 ? null : (elapsedMs * (1 - share)) / share
  const facts = [
    `${rows.toLocaleString('en')} rows`,
    `${pages.toLocaleString('en')} pages`,
    `${rate.toLocaleString('en')} rows/s`,
    `${tokens.toLocaleString('en')} tokens`,
    ...(left === null ? [] : [`${duration(left)} left`]),
  ]
  return `${stream.padEnd(14)} ${bar(share)}  ${facts.join('  ')}`
}

/** Progress bars that stay in place, one for each stream that is being read; messages pass above them. */
export function terminalReporter(terminal: NodeJS.WriteStream, clock: Clock, redact: Redact): Reporter {
  const update = createLogUpdate(terminal)
  const lines = new Map<string, string>()
  const since = new Map<string, number>()
  // A stream is heard of at its first checkpoint; it began when the run did, or when an earlier one ended.
  let began = clock.now()
  const draw = (): void => (lines.size === 0 ? update.clear() : update([...lines.values()].join('\n')))
  const say = (message: string): void => {
    update.clear()
    terminal.write(`${redact(message)}\n`)
    draw()
  }
  return {
    info(message) {
      began = clock.now()
      say(message)
    },
    warn: say,
    progress(progress) {
      const started = since.get(progress.stream) ?? began
      since.set(progress.stream, started)
      lines.set(progress.stream, progressLine(progress, clock.now() - started))
      draw()
    },
    finished(stream) {
      began = clock.now()
      lines.delete(stream)
      since.delete(stream)
      draw()
    },
  }
}
