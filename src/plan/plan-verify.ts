import { verificationOf, type VerifyRequest } from '../reconcile/verify.ts'
import type { RunParts } from '../run-types.ts'
import { plan, type PlanReport } from './plan.ts'

/** Says what a verification would take, where nothing differs. */
export function planVerify(parts: RunParts, request: VerifyRequest): Promise<PlanReport> {
  const command = 'verify'
  return plan(parts, { ...verificationOf(request), command }, { mode: 'verify', sample: request.sample })
}
