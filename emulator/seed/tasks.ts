import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { DAY, day, leadTime } from '../time.ts'
import { projectStory } from './projects.ts'
import { activitySubjects, noteTexts } from './words.ts'
import { userOf, type World } from './world.ts'

const PURPOSE = hashText('tasks')
const A_PROJECT = 3

interface Story {
  readonly added: number
  readonly updated: number
  readonly done: number | null
}

const projectOf = (n: number): number => Math.ceil(n / A_PROJECT)

function tell(world: World, n: number): Story {
  const draw = drawsFor(world.seed, PURPOSE, n)
  const project = projectStory(world, projectOf(n))
  const later = (from: number): number => Math.floor(from + draw() * (project.updated - from))
  const added = later(project.added)
  const updated = later(added)
  return { added, updated, done: draw() < 0.6 ? updated : null }
}

/** The first task of a project is the parent of the last, the second a milestone. */
function taskRow(world: World, n: number): Row {
  const draw = drawsFor(world.seed, PURPOSE + 1, n)
  const { added, updated, done } = tell(world, n)
  const place = n % A_PROJECT
  return {
    id: n,
    title: pick(draw, activitySubjects),
    creator_id: userOf(world, below(draw, world.size.users)),
    description: draw() < 0.5 ? null : pick(draw, noteTexts),
    project_id: projectOf(n),
    is_done: done !== null,
    is_milestone: place === 2,
    due_date: draw() < 0.3 ? null : day(added + below(draw, 40) * DAY),
    start_date: draw() < 0.6 ? null : day(added),
    parent_task_id: place === 0 ? n - 2 : null,
    assignee_ids: draw() < 0.2 ? [] : [...new Set([userOf(world, n), userOf(world, n * 2)])],
    priority: draw() < 0.7 ? null : 1 + below(draw, 3),
    add_time: leadTime(added),
    update_time: leadTime(updated),
    marked_as_done_time: done === null ? null : leadTime(done),
  }
}

export function taskSource(world: World): Source {
  return {
    count: world.size.projects * A_PROJECT,
    id: (n) => n,
    head: (n) => ({ ...tell(world, n), flags: 0 }),
    row: (n) => taskRow(world, n),
  }
}
