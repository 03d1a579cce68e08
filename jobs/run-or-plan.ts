import { plan } from '../src/plan/plan.ts'
import { run } from '../src/run.ts'
import type { RunParts, RunRequest } from '../src/run-types.ts'
import type { JobResult } from './job.ts'
import { planResult } from './plan-result.ts'
import { runResult } from './run-result.ts'

/** Does the run, or only says what it would take. */
export async function runOrPlan(
  parts: RunParts,
  request: RunRequest,
  flags: { readonly plan?: boolean },
): Promise<JobResult> {
  return flags.plan === true ? planResult(await plan(parts, request)) : runResult(await run(parts, request))
}
