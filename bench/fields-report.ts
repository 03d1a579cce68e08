import { recordTable } from '../jobs/text-table.ts'
import type { FieldCase } from './fields.ts'
import { median, rounded } from './median.ts'
import type { Measurement } from './piece.ts'

const MEBIBYTE = 1024 ** 2

/** One line for each case of a group, from its rounds. */
export function fieldFigures(cases: readonly FieldCase[], rounds: readonly (readonly Measurement[])[]) {
  return cases.map(({ fields, unset }, index) => {
    const own = rounds.flatMap((round) => round[index] ?? [])
    const ratios = rounds.map((round) => (round[index]?.seconds ?? NaN) / (round[0]?.seconds ?? NaN))
    const seconds = median(own.map((each) => each.seconds))
    const deals = own[0]?.records ?? 0
    return {
      fields,
      unset,
      deals,
      seconds: rounded(seconds, 2),
      cpu_seconds: rounded(median(own.map((each) => each.cpuSeconds)), 2),
      deals_per_second: Math.round(deals / seconds),
      /** Of the seconds of the group's first in the same round. */
      ratio: rounded(median(ratios), 2),
      peak_mib: rounded(Math.max(...own.map(({ peakBytes }) => peakBytes)) / MEBIBYTE, 0),
    }
  })
}

export type FieldFigure = ReturnType<typeof fieldFigures>[number]

const COLUMNS = [
  'fields',
  'unset',
  'deals',
  'seconds',
  'cpu_seconds',
  'deals_per_second',
  'ratio',
  'peak_mib',
] as const

export function fieldText(figures: readonly FieldFigure[]): string {
  return `${recordTable(COLUMNS, figures)}\n`
}
