import type { EntitySpec } from './entities.ts'

export const projectNames = [
  'projects',
  'tasks',
  'project_boards',
  'project_phases',
  'project_templates',
  'project_changes',
] as const
export type ProjectName = (typeof projectNames)[number]

/** Times with milliseconds; what is deleted is in no list (openapi v2). */
const timed = {
  times: 'lead',
  addedKey: 'add_time',
  updatedKey: 'update_time',
  key: 'id',
  newKey: 'number',
  deletion: 'vanishes',
  purged: false,
  fields: null,
  namesOthers: false,
} as const

export const projectSpecs: Readonly<Record<ProjectName, EntitySpec>> = {
  projects: {
    ...timed,
    deletion: { is_deleted: true },
    purged: true,
    fields: 'projects',
    linkKey: 'project_id',
  },
  tasks: { ...timed, linkKey: 'task_id' },
  project_boards: { ...timed, linkKey: 'board_id' },
  project_phases: { ...timed, linkKey: 'phase_id' },
  project_templates: { ...timed, linkKey: 'template_id' },
  project_changes: { ...timed, addedKey: 'time', updatedKey: null, linkKey: 'project_change_id' },
}
