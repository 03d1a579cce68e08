import { LIST_AGAIN, ofOne, tokenChildren, v2Fields } from './lists.ts'
import { refersTo } from './mentions.ts'
import { type Partition, type Stream } from './stream.ts'

/** The lists of projects take no order and no window (openapi v2). */
function projectList(path: string, more: Partial<Partition> = {}): Partition {
  return { name: 'live', path, cost: 10, paging: 'page-token', pageSize: 500, ...more }
}

/** Without `deleted` deleted projects are left out (openapi v2). */
const params = { status: 'open,completed,canceled,deleted' }

export const projects: Stream = {
  name: 'projects',
  description: 'Projects, archived and deleted ones included',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'status', is: 'deleted' },
  readById: { kind: 'one', path: '/api/v2/projects/{id}', cost: 1 },
  mentions: [
    refersTo('deals', 'deal_ids'),
    refersTo('persons', 'person_ids'),
    refersTo('organizations', 'org_ids'),
  ],
  catalogs: [v2Fields('projects', '/api/v2/projectFields')],
  partitions: [
    projectList('/api/v2/projects', { params }),
    projectList('/api/v2/projects/archived', { name: 'archived', params, markedBy: 'archive_time' }),
  ],
  columns: {
    id: 'bigint',
    title: 'text',
    description: 'text',
    status: 'text',
    board_id: 'bigint',
    phase_id: 'bigint',
    owner_id: 'bigint',
    start_date: 'date',
    end_date: 'date',
    deal_ids: 'bigint[]',
    person_ids: 'bigint[]',
    org_ids: 'bigint[]',
    label_ids: 'bigint[]',
    health_status: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    status_change_time: 'timestamptz',
    archive_time: 'timestamptz',
  },
}

export const tasks: Stream = {
  name: 'tasks',
  description: 'Tasks of projects',
  key: ['id'],
  cursorField: 'update_time',
  readById: { kind: 'one', path: '/api/v2/tasks/{id}', cost: 1 },
  catalogs: [],
  partitions: [projectList('/api/v2/tasks')],
  columns: {
    id: 'bigint',
    title: 'text',
    description: 'text',
    project_id: 'bigint',
    parent_task_id: 'bigint',
    creator_id: 'bigint',
    assignee_ids: 'bigint[]',
    is_done: 'boolean',
    is_milestone: 'boolean',
    priority: 'bigint',
    start_date: 'date',
    due_date: 'date',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    marked_as_done_time: 'timestamptz',
  },
}

export const projectBoards: Stream = {
  name: 'project_boards',
  refreshHours: 24,
  description: 'Boards on which projects stand',
  key: ['id'],
  cursorField: 'update_time',
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [
    projectList('/api/v2/boards', { paging: 'single', pageSize: 0, records: { kind: 'list-or-null' } }),
  ],
  columns: {
    id: 'bigint',
    name: 'text',
    order_nr: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}

export const projectPhases: Stream = {
  name: 'project_phases',
  refreshHours: 24,
  description: 'Phases of the boards',
  key: ['id'],
  cursorField: 'update_time',
  catalogs: [],
  partitions: [
    projectList('/api/v2/phases', {
      paging: 'single',
      pageSize: 0,
      records: { kind: 'list-or-null' },
      parents: {
        of: projectBoards,
        columns: ['board_id'],
        ask: { param: 'board_id', most: 1 },
        always: true,
      },
    }),
  ],
  columns: {
    id: 'bigint',
    board_id: 'bigint',
    name: 'text',
    order_nr: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}

export const projectTemplates: Stream = {
  name: 'project_templates',
  refreshHours: 24,
  description: 'Templates that projects are made from',
  key: ['id'],
  cursorField: 'update_time',
  readById: { kind: 'one', path: '/api/v2/projectTemplates/{id}', cost: 1 },
  catalogs: [],
  partitions: [projectList('/api/v2/projectTemplates')],
  columns: {
    id: 'bigint',
    title: 'text',
    description: 'text',
    projects_board_id: 'bigint',
    owner_id: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}

/** One entry tells of several fields. */
export const projectChanges: Stream = {
  name: 'project_changes',
  description: 'What was changed in projects',
  onDemand: true,
  key: ['project_id', 'time', 'actor_user_id', 'position'],
  numbered: ['time', 'actor_user_id'],
  cursorField: null,
  catalogs: [],
  partitions: [tokenChildren('/api/v2/projects/{id}/changelog', 10, ofOne(projects, 'project_id'))],
  columns: {
    project_id: 'bigint',
    time: 'timestamptz',
    actor_user_id: 'bigint',
    position: 'bigint',
    old_values: 'jsonb',
    new_values: 'jsonb',
    change_source: 'text',
    change_source_user_agent: 'text',
  },
}
