import type { Source } from '../company/collection.ts'
import type { ProjectName } from '../company/entities-projects.ts'
import { listed } from './listed.ts'
import { boardRows, phaseRows, templateRows } from './project-boards.ts'
import { projectChangeSource } from './project-changes.ts'
import { projectSource } from './projects.ts'
import { taskSource } from './tasks.ts'
import type { World } from './world.ts'

export const projectSources: Readonly<Record<ProjectName, (world: World) => Source>> = {
  projects: projectSource,
  tasks: taskSource,
  project_boards: listed('project_boards', boardRows),
  project_phases: listed('project_phases', phaseRows),
  project_templates: listed('project_templates', templateRows),
  project_changes: projectChangeSource,
}
