import { randomUUID } from 'node:crypto'
import { configError } from '../src/errors.ts'
import { readBudget, readContract, readSample, readShare } from '../src/flags.ts'
import { planVerify } from '../src/plan/plan-verify.ts'
import { isComparable, verify as compare, type VerifyRequest } from '../src/reconcile/verify.ts'
import { chosenStreams, type ChoiceFlags } from './chosen-streams.ts'
import { inWarehouse, runParts, type JobContext, type JobResult } from './job.ts'
import { planResult } from './plan-result.ts'
import { verifyResult } from './verify-result.ts'

export interface VerifyFlags extends ChoiceFlags {
  readonly sample: string
  readonly seed?: string
  readonly repair?: boolean
  readonly budget: string
  readonly maxShare: string
  readonly schemaContract?: string
  readonly plan?: boolean
}

function readRequest(context: JobContext, flags: VerifyFlags): VerifyRequest {
  const streams = chosenStreams(context, flags).filter(isComparable)
  if (streams.length === 0)
    throw configError(
      'Of this Pipedrive has no list to compare with that is whole: name a stream that has one.',
    )
  return {
    streams,
    allowance: readBudget('--budget', flags.budget),
    maxShare: readShare('--max-share', flags.maxShare),
    contract: readContract('--schema-contract', flags.schemaContract),
    sample: readSample('--sample', flags.sample),
    seed: flags.seed ?? randomUUID().slice(0, 8),
    repair: flags.repair === true,
  }
}

/** Compares the warehouse with Pipedrive; with `repair` mends what differs. Throws `E_CONFIG` where there is none yet. */
export async function verify(context: JobContext, flags: VerifyFlags): Promise<JobResult> {
  const request = readRequest(context, flags)
  const parts = runParts(context)
  await inWarehouse(context, 'verify', () => Promise.resolve())
  if (flags.plan === true) return planResult(await planVerify(parts, request))
  return verifyResult(await compare(parts, request))
}
