import { check as tryConfiguration, type CheckReport } from '../src/check.ts'
import { judge, type Verdict } from '../src/check/verdict.ts'
import { EXIT } from '../src/errors.ts'
import { keptOf } from '../src/extract/allowance.ts'
import { readBudget } from '../src/flags.ts'
import { checkText } from './check-text.ts'
import { chosenStreams, type ChoiceFlags } from './chosen-streams.ts'
import { runParts, type JobContext, type JobResult } from './job.ts'

export interface CheckFlags extends ChoiceFlags {
  readonly budget: string
  readonly quick?: boolean
}

const EXITS = {
  ready: EXIT.done,
  partial: EXIT.partial,
  deferred: EXIT.deferred,
  failed: EXIT.usage,
} as const

/** Says whether a run would read everything; writes nothing but what that has spent, where a warehouse is there. */
export async function check(context: JobContext, flags: CheckFlags): Promise<JobResult> {
  const streams = chosenStreams(context, flags)
  const allowance = readBudget('--budget', flags.budget)
  const report = await tryConfiguration(runParts(context), {
    streams,
    allowance,
    quick: flags.quick === true,
  })
  const verdict = judge(report)
  return {
    json: checkJson(report, verdict),
    text: checkText(report, verdict, streams),
    exit: EXITS[verdict.status],
  }
}

/** Tokens of the day that TOKEN_RESERVE leaves to others; null where they are a share of a limit that was not told. */
function keptFor({ reserve, balance }: CheckReport): number | null {
  if ('tokens' in reserve) return reserve.tokens
  return balance === null ? null : keptOf(balance.limit, { others: reserve, ours: 0 })
}

function checkJson(report: CheckReport, { hidden, ...verdict }: Verdict): unknown {
  const { identity, rights, warehouse, balance, clock } = report
  const access = identity.access.map(({ app, admin, permissionSetId: id }) => ({
    app,
    admin,
    permission_set_id: id,
    permission_set: rights?.sets.get(id ?? '') ?? null,
  }))
  return {
    ...verdict,
    token: {
      user_id: identity.userId,
      user_name: identity.userName,
      company_id: identity.companyId,
      company_name: identity.companyName,
      company_domain: identity.companyDomain,
      global_admin: identity.isAdmin,
      access,
      sees_everything: hidden.length === 0,
      hidden,
    },
    streams: report.streams,
    budget: {
      daily_limit: balance?.limit ?? null,
      daily_remaining: balance?.remaining ?? null,
      kept_for_others: keptFor(report),
      requests_in_2_seconds: report.burstLimit,
    },
    clock: clock === null ? null : { ahead_ms: Math.round(clock.ms), within_ms: Math.round(clock.within) },
    database: warehouse,
    requests: report.requests,
    tokens: report.tokens,
  }
}
