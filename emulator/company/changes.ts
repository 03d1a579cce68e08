import type { Json, Row } from '../json.ts'
import { day, timeForms, type TimeForm } from '../time.ts'
import type { EntityName } from './entities.ts'
import type { Collections } from './shapes.ts'

type Follow = (before: Row, patch: Row, now: number, all: Collections) => Row

function stageRow(all: Collections, id: Json | undefined): Row | undefined {
  const slot = typeof id === 'number' ? all.stages.slotOf(id) : undefined
  return slot === undefined ? undefined : all.stages.coreAt(slot)
}

function firstStageOf(all: Collections, pipeline: Json): Json {
  const stages = [...all.stages.slots()].map((slot) => all.stages.coreAt(slot))
  return stages.find((stage) => stage['pipeline_id'] === pipeline)?.['id'] ?? null
}

function closing(status: Json | undefined, now: number): Row {
  const [time, date] = [timeForms.v2(now), day(now)]
  const won = status === 'won'
  const lost = status === 'lost'
  return {
    close_time: won || lost ? time : null,
    won_time: won ? time : null,
    lost_time: lost ? time : null,
    local_close_date: won || lost ? date : null,
    local_won_date: won ? date : null,
    local_lost_date: lost ? date : null,
  }
}

const archiving =
  (form: TimeForm): Follow =>
  (before, patch, now) =>
    'is_archived' in patch && patch['is_archived'] !== before['is_archived']
      ? { archive_time: patch['is_archived'] === true ? timeForms[form](now) : null }
      : {}

/** A deal's times follow its stage and status. */
function dealFollows(before: Row, patch: Row, now: number, all: Collections): Row {
  const pipelineMoved = 'pipeline_id' in patch && patch['pipeline_id'] !== before['pipeline_id']
  const stage =
    pipelineMoved && !('stage_id' in patch)
      ? firstStageOf(all, patch['pipeline_id'] ?? null)
      : patch['stage_id']
  const stageMoved = stage !== undefined && stage !== before['stage_id']
  const ended = 'status' in patch && patch['status'] !== before['status']
  return {
    ...(stageMoved
      ? {
          stage_id: stage,
          pipeline_id:
            stageRow(all, stage)?.['pipeline_id'] ?? patch['pipeline_id'] ?? before['pipeline_id'] ?? null,
          stage_change_time: timeForms.v2(now),
        }
      : {}),
    ...(ended ? closing(patch['status'], now) : {}),
    ...archiving('v2')(before, patch, now, all),
  }
}

function personFollows(_before: Row, patch: Row): Row {
  const name = patch['name']
  if (typeof name !== 'string') return {}
  const [first = '', ...rest] = name.split(' ')
  return { first_name: first, last_name: rest.length > 0 ? rest.join(' ') : null }
}

function activityFollows(before: Row, patch: Row, now: number): Row {
  if (!('done' in patch) || patch['done'] === before['done']) return {}
  return { marked_as_done_time: patch['done'] === true ? timeForms.v2(now) : null }
}

/** What else a change of one record changes in it. */
export const follows: Readonly<Partial<Record<EntityName, Follow>>> = {
  deals: dealFollows,
  leads: archiving('lead'),
  persons: personFollows,
  activities: activityFollows,
}
