import { isRow, type Json, type Row } from '../json.ts'
import { day, timeForms, timeOf, type TimeForm } from '../time.ts'
import { attachedProductFollows, variationPricesFollow } from './child-follows.ts'
import { isDeleted, type EntityName } from './entities.ts'
import type { Collections } from './shapes.ts'

type Follow = (before: Row, patch: Row, now: number, all: Collections) => Row

function stageRow(all: Collections, id: Json | undefined): Row | undefined {
  const slot = typeof id === 'number' ? all.stages.slotOf(id) : undefined
  return slot === undefined ? undefined : all.stages.coreAt(slot)
}

const order = (row: Row): number => (typeof row['order_nr'] === 'number' ? row['order_nr'] : 0)

const live = (all: Collections, name: EntityName): Row[] =>
  [...all[name].slots()].map(all[name].coreAt).filter((row) => !isDeleted(row))

const firstOf = (rows: readonly Row[]): Json =>
  rows.toSorted((a, b) => order(a) - order(b)).at(0)?.['id'] ?? null

const firstStageOf = (all: Collections, pipeline: Json): Json =>
  firstOf(live(all, 'stages').filter((stage) => stage['pipeline_id'] === pipeline))

/** After what is there already. */
const placed =
  (name: 'pipelines' | 'stages'): Follow =>
  (before, patch, _now, all) => {
    if (before['order_nr'] !== null || 'order_nr' in patch) return {}
    const among = live(all, name).filter(
      (row) => name === 'pipelines' || row['pipeline_id'] === patch['pipeline_id'],
    )
    return { order_nr: Math.max(0, ...among.map(order)) + 1 }
  }

const endingKeys = ['status', 'won_time', 'lost_time', 'close_time', 'lost_reason']

const dayOf = (time: Json): Json => (typeof time === 'string' ? day(timeOf(time)) : null)

/** A time that is given wins over the time of the change; what belongs to another ending is unset. */
function ending(before: Row, patch: Row, now: number): Row {
  if (!endingKeys.some((key) => key in patch)) return {}
  const status = patch['status'] ?? before['status']
  const changed = status !== before['status']
  const unlessGiven = (key: string): Json =>
    patch[key] ?? (changed ? timeForms.v2(now) : (before[key] ?? null))
  const won = status === 'won' ? unlessGiven('won_time') : null
  const lost = status === 'lost' ? unlessGiven('lost_time') : null
  const closed = won ?? lost
  const close = closed === null ? null : (patch['close_time'] ?? closed)
  return {
    close_time: close,
    won_time: won,
    lost_time: lost,
    local_close_date: dayOf(close),
    local_won_date: dayOf(won),
    local_lost_date: dayOf(lost),
    lost_reason: status === 'lost' ? (patch['lost_reason'] ?? before['lost_reason'] ?? null) : null,
  }
}

const archiving =
  (form: TimeForm): Follow =>
  (before, patch, now) =>
    'is_archived' in patch && patch['is_archived'] !== before['is_archived']
      ? {
          archive_time:
            patch['is_archived'] === true ? (patch['archive_time'] ?? timeForms[form](now)) : null,
        }
      : {}

/** A stage brings its pipeline, a pipeline its first stage; a new deal starts in the first of both. */
function seat(before: Row, patch: Row, now: number, all: Collections): Row {
  const wanted = patch['pipeline_id'] ?? before['pipeline_id'] ?? firstOf(live(all, 'pipelines'))
  const moved = wanted !== before['pipeline_id']
  const stage = patch['stage_id'] ?? (moved ? firstStageOf(all, wanted) : (before['stage_id'] ?? null))
  const changed = stage !== before['stage_id'] && before['stage_id'] !== null
  return {
    stage_id: stage,
    pipeline_id: stageRow(all, stage)?.['pipeline_id'] ?? wanted,
    ...(changed ? { stage_change_time: timeForms.v2(now) } : {}),
  }
}

/** A deal's times follow its stage and status. */
const dealFollows: Follow = (before, patch, now, all) => ({
  ...seat(before, patch, now, all),
  ...ending(before, patch, now),
  ...archiving('v2')(before, patch, now, all),
})

function personFollows(_before: Row, patch: Row): Row {
  const name = patch['name']
  if (typeof name !== 'string') return {}
  const [first = '', ...rest] = name.split(' ')
  return { first_name: first, last_name: rest.length > 0 ? rest.join(' ') : null }
}

const doneFollows =
  (key: 'done' | 'is_done', form: TimeForm): Follow =>
  (before, patch, now) => {
    if (!(key in patch) || patch[key] === before[key]) return {}
    return { marked_as_done_time: patch[key] === true ? timeForms[form](now) : null }
  }

/** A new project starts in the first phase of its board, and of the first board where none is named. */
function phaseOf(before: Row, patch: Row, all: Collections): Row {
  const board = patch['board_id'] ?? before['board_id'] ?? firstOf(live(all, 'project_boards'))
  const ofBoard = live(all, 'project_phases').filter((phase) => phase['board_id'] === board)
  const kept = board === before['board_id'] ? (before['phase_id'] ?? null) : null
  return { board_id: board, phase_id: patch['phase_id'] ?? kept ?? firstOf(ofBoard) }
}

const projectFollows: Follow = (before, patch, now, all) => {
  const moved =
    before['status_change_time'] === null || (patch['status'] ?? before['status']) !== before['status']
  return {
    ...phaseOf(before, patch, all),
    ...(moved ? { status_change_time: timeForms.lead(now) } : {}),
    ...archiving('lead')(before, patch, now, all),
  }
}

/** An assignment goes by the name of what is assigned. */
const assigned =
  (key: string, name: 'roles' | 'permission_sets', copied: readonly string[]): Follow =>
  (_before, patch, _now, all) => {
    const id = patch[key]
    const slot = typeof id === 'number' || typeof id === 'string' ? all[name].slotOf(id) : undefined
    if (slot === undefined) return {}
    const row = all[name].coreAt(slot)
    return Object.fromEntries(copied.map((one) => [one, patch[one] ?? row[one] ?? null]))
  }

/** A result is held for the whole of its goal. */
function resultFollows(_before: Row, patch: Row, _now: number, all: Collections): Row {
  const goal = patch['goal_id']
  const slot = typeof goal === 'string' ? all.goals.slotOf(goal) : undefined
  const duration = slot === undefined ? undefined : all.goals.coreAt(slot)['duration']
  return isRow(duration)
    ? { period_start: duration['start'] ?? null, period_end: duration['end'] ?? null }
    : {}
}

/** A message belongs to the deal of its thread. */
function messageFollows(before: Row, patch: Row, now: number, all: Collections): Row {
  const thread = patch['mail_thread_id']
  const slot = typeof thread === 'number' ? all.mail_threads.slotOf(thread) : undefined
  const deal = slot === undefined ? null : (all.mail_threads.coreAt(slot)['deal_id'] ?? null)
  return {
    ...('deal_id' in patch || thread === undefined ? {} : { deal_id: deal }),
    message_time: patch['message_time'] ?? before['message_time'] ?? timeForms.lead(now),
  }
}

const rowsIn = (value: Json | undefined): Row[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isRow) : []

/** The person of an activity is its primary participant (openapi v2, activities). */
function participantsFollow(before: Row, patch: Row): Row {
  if ('participants' in patch) {
    const given = rowsIn(patch['participants'])
    const primary = given.find((one) => one['primary'] === true) ?? given[0]
    return { person_id: primary?.['person_id'] ?? null }
  }
  const person = patch['person_id']
  if (person === undefined) return {}
  const others = rowsIn(before['participants']).filter(
    (one) => one['primary'] !== true && one['person_id'] !== person,
  )
  return { participants: [...(person === null ? [] : [{ person_id: person, primary: true }]), ...others] }
}

function pricesFollow(before: Row, patch: Row): Row {
  if (!('prices' in patch)) return {}
  return { prices: rowsIn(patch['prices']).map((price) => ({ ...price, product_id: before['id'] ?? null })) }
}

/** What else a change of one record changes in it. */
export const follows: Readonly<Partial<Record<EntityName, Follow>>> = {
  deals: dealFollows,
  leads: archiving('lead'),
  persons: personFollows,
  activities: (before, patch, now, all) => ({
    ...doneFollows('done', 'v2')(before, patch, now, all),
    ...participantsFollow(before, patch),
  }),
  products: pricesFollow,
  pipelines: placed('pipelines'),
  stages: placed('stages'),
  deal_products: attachedProductFollows,
  product_variations: variationPricesFollow,
  projects: projectFollows,
  tasks: doneFollows('is_done', 'lead'),
  mail_messages: messageFollows,
  goal_results: resultFollows,
  role_assignments: assigned('role_id', 'roles', ['name', 'parent_role_id']),
  permission_set_assignments: assigned('permission_set_id', 'permission_sets', ['name']),
}
