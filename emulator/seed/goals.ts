import type { Row } from '../json.ts'
import { DAY, day } from '../time.ts'
import { drawsFor, hashText, hex } from '../random.ts'
import { COMPANY_ID, foundedAt, FIRST_USER, userOf, type World } from './world.ts'

const PURPOSE = hashText('goals')

const goals = [
  ['Uued tehingud', 'deals_started', 'person', 0, 20, 'quantity'],
  ['Won in a month 💰', 'deals_won', 'company', 0, 50_000, 'sum'],
  ['Kõned', 'activities_completed', 'person', 1, 100, 'quantity'],
  ['季度目标', 'deals_won', 'team', 0, 120_000, 'sum'],
  ['Visits', 'activities_added', 'person', 2, 12, 'quantity'],
] as const

const assigneeOf = (world: World, type: 'person' | 'company' | 'team', n: number): number =>
  type === 'person' ? userOf(world, n) : type === 'team' ? 1 : COMPANY_ID

function params(type: string): Row {
  return type.startsWith('activities')
    ? { activity_type_id: [1, 2] }
    : { pipeline_id: [1], activity_type_id: [] }
}

/** Goals as `/v1/goals/find` answers them (openapi v1); the last of them are over. */
/** How far each of them has come in all its time. */
export const goalResultRows = (world: World): Row[] =>
  goalRows(world).map(({ id = null, duration }, i) => {
    const { start = null, end = null } = duration as Row
    return { id: i + 1, goal_id: id, period_start: start, period_end: end, progress: 3 + 7 * i }
  })

export function goalRows(world: World): Row[] {
  return goals.map(([title, type, assignee, n, target, metric], i) => ({
    id: hex(drawsFor(world.seed, PURPOSE, i), 32),
    owner_id: FIRST_USER,
    title,
    type: { name: type, params: params(type) },
    assignee: { type: assignee, id: assigneeOf(world, assignee, n) },
    interval: i % 2 === 0 ? 'weekly' : 'monthly',
    duration: {
      start: day(foundedAt(world.start)),
      end: day(foundedAt(world.start) + (i > 2 ? 300 : 3000) * DAY),
    },
    expected_outcome: {
      target,
      tracking_metric: metric,
      ...(metric === 'sum' ? { currency_id: 1 } : {}),
    },
    is_active: i <= 2,
    report_ids: i === 0 ? [hex(drawsFor(world.seed, PURPOSE + 1, i), 32)] : [],
  }))
}
