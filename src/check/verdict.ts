import type { CheckReport } from '../check.ts'
import { otherCompany } from '../load/account.ts'
import type { NameClash } from '../load/name-clashes.ts'
import { hiddenBy, hiddenFrom } from './visibility.ts'

export interface Verdict {
  /** `failed`: a run would fail or spoil something; `partial`: it would leave streams out; `deferred`: not all were tried. */
  readonly status: 'ready' | 'partial' | 'deferred' | 'failed'
  /** What has to be mended first, a sentence each. */
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  /** What may be hidden from the token's user. */
  readonly hidden: readonly string[]
}

/** Milliseconds from which a difference of clocks is worth a word. */
const CLOCK_TOLERANCE = 30_000

/** What there is to say of what was found. */
export function judge(report: CheckReport): Verdict {
  const errors = [...companyErrors(report), ...clashErrors(report.warehouse?.clashes ?? [])]
  const hidden = hiddenThings(report)
  const warnings = [...blindness(report, hidden), ...clockWarnings(report), ...budgetWarnings(report)]
  return { status: statusOf(report, errors), errors, warnings, hidden }
}

function statusOf({ streams }: CheckReport, errors: readonly string[]): Verdict['status'] {
  if (errors.length > 0) return 'failed'
  const unreadable = streams.filter(({ error }) => error !== undefined)
  if (unreadable.length === 0) return 'ready'
  return unreadable.every(({ status }) => status === 'deferred') ? 'deferred' : 'partial'
}

function companyErrors({ warehouse, identity }: CheckReport): readonly string[] {
  const kept = warehouse?.company ?? null
  if (kept === null || kept.companyId === identity.companyId) return []
  return [otherCompany(warehouse?.schemas[0]?.name ?? '', kept, identity)]
}

function clashErrors(clashes: readonly NameClash[]): readonly string[] {
  return [...Map.groupBy(clashes, ({ schema }) => schema)].map(([schema, taken]) => {
    const what = taken.map(({ kind, name }) => `${kind} "${name}"`).join(', ')
    return `The schema "${schema}" holds what this program has not made, under names that it needs: ${what}. Give it a schema of its own with PIPEDRIVE_SCHEMA or PIPEDRIVE_SYNC_SCHEMA, or rename what is there.`
  })
}

function hiddenThings({ identity, rights }: CheckReport): readonly string[] {
  const hidden = hiddenFrom(identity)
  if (hidden.length === 0 || rights === null) return hidden
  const { refused } = rights
  const untold = refused.length === 0 ? [] : [`${refused.join(', ')}, which were refused`]
  return [...hidden, ...hiddenBy(rights), ...untold]
}

function blindness({ identity }: CheckReport, hidden: readonly string[]): readonly string[] {
  if (hidden.length === 0) return []
  const { userName, isAdmin } = identity
  const who = `${userName} is ${isAdmin ? 'not admin of everything' : 'no global admin'}`
  return [`The tables would look complete and not be: ${who}. Use a token of somebody who sees all of it.`]
}

function clockWarnings({ clock }: CheckReport): readonly string[] {
  if (clock === null || Math.abs(clock.ms) - clock.within < CLOCK_TOLERANCE) return []
  const side = clock.ms > 0 ? 'behind' : 'ahead of'
  return [
    `The clock of this machine is ${Math.round(Math.abs(clock.ms) / 1000)} s ${side} Pipedrive's. No record is missed, since bookmarks are the records' own times; but schedules, pauses and the time at which a run can go on are off by as much.`,
  ]
}

function budgetWarnings({ beyondBudget, streams }: CheckReport): readonly string[] {
  const deferred = streams.some(({ status }) => status === 'deferred')
  return [
    ...(beyondBudget === null
      ? []
      : [`The streams were not tried: that costs ${beyondBudget} tokens, more than --budget allows now.`]),
    ...(deferred ? ['The budget did not last to try every stream.'] : []),
  ]
}
