import { isDeleted } from '../company/entities.ts'
import { childRows, childSlots } from '../company/links.ts'
import { badRequest, json, Refusal, refusals, type Answer } from '../http/answer.ts'
import type { ApiRequest, Route } from '../http/router.ts'
import type { Json } from '../json.ts'
import { cursorPage } from './cursor-page.ts'
import { fieldRoutes } from './field-routes.ts'
import { pageEndOf } from './page-token.ts'
import { integer } from './parameters.ts'
import { indexOfSome } from './selection.ts'
import { parentOf } from './parent.ts'
import { answered } from './v1-rows.ts'
import { v2Routes } from './v2-list.ts'
import { same, type V2Resource } from './v2-resources.ts'

const plain = { cost: 10, sorts: ['id'], windows: [], ids: false, include: [], carried: [] } as const
const lists = ['deal_id', 'person_id', 'org_id'] as const
const projects = {
  ...plain,
  entity: 'projects',
  statuses: ['open', 'completed', 'canceled'],
} as const

/** Lists by page token and without a window (openapi v2). */
const resources: readonly V2Resource[] = [
  {
    ...projects,
    path: 'projects',
    filters: { ...same('phase_id'), ...Object.fromEntries(lists.map((name) => [name, `${name}s`])) },
    partition: 'not-archived',
    byId: true,
  },
  {
    ...projects,
    path: 'projects/archived',
    filters: same('phase_id'),
    partition: 'archived',
    byId: false,
  },
  {
    ...plain,
    path: 'tasks',
    entity: 'tasks',
    filters: {
      ...same('is_done', 'is_milestone', 'project_id', 'parent_task_id'),
      assignee_id: 'assignee_ids',
    },
    byId: true,
  },
  { ...plain, path: 'projectTemplates', entity: 'project_templates', filters: {}, byId: true },
]

const whole = (data: Json): Answer => json(200, { success: true, data, additional_data: null })

const boards = ({ company }: ApiRequest): Answer => whole(company.project_boards.list())

function phases({ company, query }: ApiRequest): Answer {
  const board = integer(query, 'board_id')
  if (board === undefined) throw badRequest("Parameter 'board_id' is required")
  if (!company.project_boards.get(board)) throw new Refusal(refusals.notFound())
  return whole(childRows(company.collections.project_phases, 'board_id', board))
}

/** The latest change first (openapi v2, example). */
function changelog(request: ApiRequest): Answer {
  const { company, query, switches } = request
  const { id } = parentOf(request, 'projects')
  const held = company.collections.project_changes
  const end = pageEndOf(query, switches, ({ field }) => field === 'id')
  const index = indexOfSome(held, childSlots(held, 'project_id', id), 'id')
  const page = cursorPage(held, index, { field: 'id', direction: 'desc', end }, request, () => true)
  return json(200, {
    success: true,
    data: answered(page.slots.map(held.rowAt), ['id', 'project_id']),
    additional_data: { next_cursor: page.next },
  })
}

/** Projects are everyone's here. */
function permittedUsers(request: ApiRequest): Answer {
  parentOf(request, 'projects')
  const users = request.company.users.list().filter((user) => !isDeleted(user))
  return json(200, { success: true, data: users.map((user) => user['id'] ?? null) })
}

const get = (path: string, cost: number, handle: Route['handle']): Route => ({
  method: 'GET',
  version: 'v2',
  path,
  cost,
  handle,
})

/** Projects and what belongs to them, all of it an add-on of the plan (openapi v2). */
export const projectRoutes: readonly Route[] = [
  ...resources.flatMap(v2Routes),
  ...fieldRoutes('projectFields', 'projects'),
  get('/boards', 10, boards),
  get('/phases', 10, phases),
  get('/projects/:id/changelog', 10, changelog),
  get('/projects/:id/permittedUsers', 5, permittedUsers),
].map((route) => ({ ...route, feature: 'projects' }))
