import { childRows } from '../company/links.ts'
import { badRequest, json, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import { isRow, type Json, type Row } from '../json.ts'
import { parseTime } from '../time.ts'
import type { Query } from './parameters.ts'
import { parentOf } from './parent.ts'

/** Whoever asks by one of these is shown everyone's goals, others their own (openapi v1, goals/find). */
const everyones = ['type.name', 'assignee.type', 'expected_outcome.tracking_metric'] as const
const others = ['title', 'assignee.id'] as const
const known: ReadonlySet<string> = new Set([...everyones, ...others, 'is_active'])

function at(goal: Row, path: string): Json {
  return path.split('.').reduce<Json>((value, step) => (isRow(value) ? (value[step] ?? null) : null), goal)
}

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

function find({ company, query }: ApiRequest): Answer {
  const unknown = [...query.keys()].find((name) => !known.has(name))
  if (unknown !== undefined) throw badRequest(`Parameter '${unknown}' is not served by the emulator`)
  const isEveryones = [...everyones, 'assignee.id'].some((name) => query.has(name))
  const mine = company.users.list().find((user) => user['is_you'] === true)?.['id']
  const active = (query.get('is_active') ?? 'true') === 'true'
  const goals = company.goals
    .list()
    .filter((goal) => goal['is_active'] === active)
    .filter((goal) => isEveryones || at(goal, 'assignee.id') === mine)
    .filter((goal) =>
      [...everyones, ...others].every((path) => {
        const wanted = query.get(path)
        return wanted === null || asText(at(goal, path)) === wanted
      }),
    )
  return statistics({ goals })
}

const statistics = (data: Json): Answer =>
  json(200, { success: true, statusCode: 20_000, statusText: 'OK', service: 'statistics-goals-api', data })

function dayIn(query: Query, name: string): string {
  const text = query.get(name) ?? ''
  if (text.length !== 10 || Number.isNaN(parseTime(text)))
    throw badRequest(`Parameter '${name}' must be a date like 2026-01-31`)
  return text
}

/** The period lies within the duration of the goal (openapi v1, goals results). What was reached is the same in any. */
function results(request: ApiRequest): Answer {
  const { id, ...goal } = parentOf(request, 'goals')
  const [start, end] = [dayIn(request.query, 'period.start'), dayIn(request.query, 'period.end')]
  const [first, last] = [asText(at(goal, 'duration.start')), asText(at(goal, 'duration.end'))]
  if (start < first || end > last || start > end) throw badRequest('The period is outside of the goal')
  const [result] = childRows(request.company.collections.goal_results, 'goal_id', id)
  return statistics({ progress: result?.['progress'] ?? 0, goal: { id, ...goal } })
}

const get = (path: string, handle: Route['handle']): Route => ({
  method: 'GET',
  version: 'v1',
  path,
  cost: 20,
  feature: 'goals',
  handle,
})

export const goalRoutes: readonly Route[] = [get('/goals/find', find), get('/goals/:id/results', results)]
