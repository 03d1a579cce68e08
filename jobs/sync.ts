import { configError } from '../src/errors.ts'
import { inRecents } from '../src/extract/change-gate.ts'
import { readBudget, readContract, readShare } from '../src/flags.ts'
import type { RunRequest } from '../src/run-types.ts'
import type { Cadence } from '../src/schedule/timetable.ts'
import { areNamed, chosenStreams, type ChoiceFlags } from './chosen-streams.ts'
import { runParts, type JobContext, type JobResult } from './job.ts'
import { runOrPlan } from './run-or-plan.ts'

/** What a run of each cadence is called in the control tables. */
const COMMANDS = { tick: 'tick', pass: 'sync', sweep: 'sweep' } as const satisfies Record<Cadence, string>

/** What the cadences share. */
export interface ReadFlags extends ChoiceFlags {
  readonly budget: string
  readonly maxShare: string
  readonly schemaContract?: string
}

export interface SyncFlags extends ReadFlags {
  readonly plan?: boolean
  readonly tick?: boolean
  readonly sweep?: boolean
}

/** Reads what has changed since the bookmarks; with `tick` only where the change gate says so; with `sweep` everything, to see what was deleted; or says what that would take. */
export async function sync(context: JobContext, flags: SyncFlags): Promise<JobResult> {
  return runOrPlan(runParts(context), readRequest(context, flags, cadenceOf(flags)), flags)
}

function cadenceOf({ tick, sweep, plan }: SyncFlags): Cadence {
  if (tick === true && plan === true)
    throw configError(
      '--tick and --plan exclude one another: what has changed shows when it is asked, for 20 tokens.',
    )
  if (tick === true && sweep === true) throw configError('--tick and --sweep exclude one another.')
  return tick === true ? 'tick' : sweep === true ? 'sweep' : 'pass'
}

/** Throws `E_CONFIG` for flags that are wrong. */
export function readRequest(context: JobContext, flags: ReadFlags, cadence: Cadence): RunRequest {
  const streams = chosenStreams(context, flags)
  const allowance = readBudget('--budget', flags.budget)
  const maxShare = readShare('--max-share', flags.maxShare)
  const contract = readContract('--schema-contract', flags.schemaContract)
  const mode = cadence === 'sweep' ? 'sweep' : 'pass'
  const plan = { mode, since: null, until: null } as const
  const onlyDue = mode === 'pass' && !areNamed(context, flags)
  if (cadence === 'tick' && inRecents(streams).length === 0)
    throw configError(
      `A tick cannot tell whether ${streams.map(({ name }) => name).join(', ')} has changed: leave that to passes, without --tick or with schedule --tick off.`,
    )
  const only =
    cadence === 'tick' ? ({ only: 'changed', kind: 'tick', detail: 'what has changed' } as const) : {}
  return { command: COMMANDS[cadence], streams, plan, allowance, maxShare, contract, onlyDue, ...only }
}
