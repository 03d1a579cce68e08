import { readBudget, readContract, readShare } from '../src/flags.ts'
import type { RunRequest } from '../src/run.ts'
import { areNamed, chosenStreams, type ChoiceFlags } from './chosen-streams.ts'
import { runParts, type JobContext, type JobResult } from './job.ts'
import { runOrPlan } from './run-or-plan.ts'

export interface SyncFlags extends ChoiceFlags {
  readonly sweep?: boolean
  readonly budget: string
  readonly maxShare: string
  readonly schemaContract?: string
  readonly plan?: boolean
}

/** Reads what has changed since the bookmarks; with `sweep` everything, to see what was deleted; or says what that would take. */
export async function sync(context: JobContext, flags: SyncFlags): Promise<JobResult> {
  return runOrPlan(runParts(context), readRequest(context, flags), flags)
}

/** Throws `E_CONFIG` for flags that are wrong. */
export function readRequest(context: JobContext, flags: SyncFlags): RunRequest {
  const streams = chosenStreams(context, flags)
  const allowance = readBudget('--budget', flags.budget)
  const maxShare = readShare('--max-share', flags.maxShare)
  const contract = readContract('--schema-contract', flags.schemaContract)
  const mode = flags.sweep === true ? 'sweep' : 'pass'
  const plan = { mode, since: null, until: null } as const
  const onlyDue = mode === 'pass' && !areNamed(context, flags)
  return { command: 'sync', streams, plan, allowance, maxShare, contract, onlyDue }
}
