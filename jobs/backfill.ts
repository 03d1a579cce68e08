import { configError } from '../src/errors.ts'
import { readBudget, readContract, readMoment, readShare } from '../src/flags.ts'
import { chosenStreams, type ChoiceFlags } from './chosen-streams.ts'
import { runParts, type JobContext, type JobResult } from './job.ts'
import { runOrPlan } from './run-or-plan.ts'

export interface BackfillFlags extends ChoiceFlags {
  readonly since?: string
  readonly until?: string
  readonly budget: string
  readonly maxShare: string
  readonly schemaContract?: string
  readonly plan?: boolean
}

/** Reads everything, or what was last updated between `since` (inclusive) and `until` (exclusive); or says what that would take. */
export async function backfill(context: JobContext, flags: BackfillFlags): Promise<JobResult> {
  const streams = chosenStreams(context, flags)
  const since = readMoment('--since', flags.since)
  const until = readMoment('--until', flags.until)
  if (since !== null && until !== null && since >= until)
    throw configError('--since must be earlier than --until.')
  const allowance = readBudget('--budget', flags.budget)
  const maxShare = readShare('--max-share', flags.maxShare)
  const contract = readContract('--schema-contract', flags.schemaContract)
  const plan = { mode: 'range', since, until } as const
  const request = { command: 'backfill', streams, plan, allowance, maxShare, contract }
  return runOrPlan(runParts(context), request, flags)
}
