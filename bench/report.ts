import type { Measurement } from './piece.ts'
import type { Round } from './rounds.ts'

const MEBIBYTE = 1024 * 1024

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const [high = Number.NaN, low = high] = [
    sorted[middle],
    sorted[sorted.length % 2 === 1 ? middle : middle - 1],
  ]
  return (low + high) / 2
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

/** Ours by the slower floor of the same round. */
function ratioOf({ backfill, fetch, copy }: Round): number {
  return backfill.seconds / Math.max(fetch.seconds, copy.seconds)
}

export function peakOf(measurements: readonly Measurement[]): number {
  return rounded(Math.max(...measurements.map(({ peakBytes }) => peakBytes)) / MEBIBYTE, 0)
}

export function summarize(rounds: readonly Round[]) {
  const of = (pick: (round: Round) => number, digits: number) => rounded(median(rounds.map(pick)), digits)
  const records = rounds[0]?.backfill.records ?? 0
  const seconds = of(({ backfill }) => backfill.seconds, 2)
  return {
    records,
    rounds: rounds.length,
    seconds,
    cpu_seconds: of(({ backfill }) => backfill.cpuSeconds, 2),
    fetch_seconds: of(({ fetch }) => fetch.seconds, 2),
    copy_seconds: of(({ copy }) => copy.seconds, 2),
    ratio: of(ratioOf, 2),
    records_per_second: Math.round(records / seconds),
    peak_mib: peakOf(rounds.map(({ backfill }) => backfill)),
  }
}

export function summarizeMemory(small: readonly Measurement[], large: readonly Measurement[]) {
  const peaks = { peak_mib: peakOf(small), large_peak_mib: peakOf(large) }
  return {
    records: small[0]?.records ?? 0,
    large_records: large[0]?.records ?? 0,
    rounds: small.length,
    ...peaks,
    growth: rounded(peaks.large_peak_mib / peaks.peak_mib, 2),
  }
}

/** One line a figure. */
export function asText(figures: Readonly<Record<string, number>>): string {
  const width = Math.max(...Object.keys(figures).map((name) => name.length))
  return Object.entries(figures)
    .map(([name, value]) => `${name.replaceAll('_', ' ').padEnd(width)}  ${value.toLocaleString('en')}\n`)
    .join('')
}
