import type { Company } from '../company/company.ts'
import { isDeleted, type EntityName } from '../company/entities.ts'
import type { Json, Row } from '../json.ts'

export interface Change {
  /** None when the record is about to be made. */
  readonly before: Row | undefined
  readonly patch: Row
  readonly company: Company
}

/** What keys of one record must be to each other; the text of the refusal when they are not. */
type Law = (change: Change) => string | undefined

const isSet = (value: Json | undefined): boolean => (value ?? null) !== null

const stageInPipeline: Law = ({ patch, company }) => {
  const [stage, pipeline] = [patch['stage_id'], patch['pipeline_id']]
  if (pipeline === undefined) return undefined
  if (stage === undefined) {
    const has = company.stages.list().some((row) => row['pipeline_id'] === pipeline && !isDeleted(row))
    return has ? undefined : 'The pipeline has no stages'
  }
  return company.stages.get(stage as number)?.['pipeline_id'] === pipeline
    ? undefined
    : 'The stage does not belong to the pipeline'
}

/** A time of an ending needs that ending (openapi v2, deals). */
const endings = { won_time: ['won'], lost_time: ['lost'], close_time: ['won', 'lost'] } as const

const timesOfItsStatus: Law = ({ before, patch }) => {
  const status = patch['status'] ?? before?.['status'] ?? 'open'
  const wrong = Object.entries(endings).find(
    ([key, allowed]) => isSet(patch[key]) && !allowed.some((one) => one === status),
  )
  return wrong && `Parameter '${wrong[0]}' needs a deal that is ${wrong[1].join(' or ')}`
}

const linkedLead: Law = ({ before, patch }) => {
  const keys = ['person_id', 'organization_id']
  if (before && !keys.some((key) => key in patch)) return undefined
  const after = { ...before, ...patch }
  return keys.some((key) => isSet(after[key]))
    ? undefined
    : 'A lead must be linked to a person or an organization'
}

const laws: Readonly<Partial<Record<EntityName, readonly Law[]>>> = {
  deals: [stageInPipeline, timesOfItsStatus],
  leads: [linkedLead],
}

export function brokenLaw(entity: EntityName, change: Change): string | undefined {
  for (const law of laws[entity] ?? []) {
    const refusal = law(change)
    if (refusal !== undefined) return refusal
  }
  return undefined
}
