import { badRequest, json, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import { isRow, type Json, type Row } from '../json.ts'

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
  return json(200, {
    success: true,
    statusCode: 20_000,
    statusText: 'OK',
    service: 'statistics-goals-api',
    data: { goals },
  })
}

export const goalsRoute: Route = {
  method: 'GET',
  version: 'v1',
  path: '/goals/find',
  cost: 20,
  feature: 'goals',
  handle: find,
}
