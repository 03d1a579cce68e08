import type { Row } from '../json.ts'
import type { ProjectName } from './entities-projects.ts'

const times = { add_time: null, update_time: null } as const

/** New projects and what belongs to them (openapi v2). */
export const projectBlanks: Readonly<Record<ProjectName, Row>> = {
  projects: {
    title: '',
    description: null,
    status: 'open',
    board_id: null,
    phase_id: null,
    owner_id: null,
    start_date: null,
    end_date: null,
    deal_ids: [],
    person_ids: [],
    org_ids: [],
    label_ids: [],
    health_status: null,
    ...times,
    status_change_time: null,
    archive_time: null,
    is_archived: false,
    is_deleted: false,
    custom_fields: {},
  },
  tasks: {
    title: '',
    creator_id: null,
    description: null,
    project_id: null,
    is_done: false,
    is_milestone: false,
    due_date: null,
    start_date: null,
    parent_task_id: null,
    assignee_ids: [],
    priority: null,
    ...times,
    marked_as_done_time: null,
  },
  project_boards: { name: '', order_nr: 1, ...times },
  project_phases: { name: '', board_id: 1, order_nr: 1, ...times },
  project_templates: { title: '', description: null, projects_board_id: 1, owner_id: null, ...times },
  project_changes: {
    project_id: null,
    change_source: 'api',
    change_source_user_agent: null,
    time: null,
    new_values: {},
    old_values: {},
    actor_user_id: null,
  },
}
