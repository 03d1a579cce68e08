import { readTotals } from '../extract/totals.ts'
import { readErased } from '../load/erased.ts'
import { sumUp } from '../load/totals.ts'
import type { Subject } from './subject.ts'

/** Counts and sums of the records that agree in two columns, at Pipedrive and here. */
export interface TotalLine {
  readonly by: string
  readonly group: string
  readonly there: number
  readonly here: number
  readonly sum_there: number
  readonly sum_here: number
  readonly equal: boolean
}

interface Total {
  readonly by: string
  readonly group: string
  readonly count: number
  readonly sum: number
}

/** Pipedrive rounds its sums; ours may lie on the border between two cents. */
const HALF_A_CENT = 0.00501

/** Sets one side against the other, group by group. Sums are equal when they are the same cents. */
export function compareTotals(there: readonly Total[], here: readonly Total[]): readonly TotalLine[] {
  const groups = new Map([...there, ...here].map((each) => [`${each.by} ${each.group}`, each]))
  return [...groups.values()].map(({ by, group }) => {
    const of = (totals: readonly Total[]) =>
      totals.find((each) => each.by === by && each.group === group) ?? { count: 0, sum: 0 }
    const [their, our] = [of(there), of(here)]
    const equal = their.count === our.count && Math.abs(their.sum - our.sum) < HALF_A_CENT
    return { by, group, there: their.count, here: our.count, sum_there: their.sum, sum_here: our.sum, equal }
  })
}

/** The totals of a stream that Pipedrive gives some of; none of the others, nor where it counts what was erased here. */
export async function checkTotals({ stream, session, context }: Subject): Promise<readonly TotalLine[]> {
  const { totals } = stream
  if (totals === undefined) return []
  const erased = await readErased(session, context.options.account)
  if (erased.some((record) => record.stream === stream.name)) return []
  const there = await readTotals(context.send, stream, totals)
  return compareTotals(there, await sumUp(session, stream, totals))
}
