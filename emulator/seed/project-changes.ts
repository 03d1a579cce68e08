import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { drawsFor, hashText, below } from '../random.ts'
import { leadTime } from '../time.ts'
import { phases } from './project-boards.ts'
import { phaseOfProject, projectStory, projectTitle } from './projects.ts'
import { userOf, type World } from './world.ts'

const PURPOSE = hashText('project changes')
const A_PROJECT = 2
const BROWSER = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36'

/** A project came from the first phase of its board, and was renamed later. */
function values(world: World, n: number, project: number): Row {
  if (n % A_PROJECT === 0) {
    const title = projectTitle(world, project)
    return { old_values: { title: `${title} (draft)` }, new_values: { title } }
  }
  const { board, id } = phaseOfProject(world, project)
  const first = phases.find((phase) => phase.board === board)
  return { old_values: { phase_id: first?.id ?? null }, new_values: { phase_id: id } }
}

export function projectChangeSource(world: World): Source {
  return {
    count: world.size.projects * A_PROJECT,
    id: (n) => n,
    head: () => ({ added: NaN, updated: NaN, flags: 0 }),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE, n)
      const project = Math.ceil(n / A_PROJECT)
      const { added, updated } = projectStory(world, project)
      const app = draw() < 0.7
      const step = n % A_PROJECT === 0 ? 2 : 1
      return {
        id: n,
        project_id: project,
        change_source: app ? 'app' : 'api',
        change_source_user_agent: app ? BROWSER : null,
        time: leadTime(Math.floor(added + ((updated - added) * step) / (A_PROJECT + 1))),
        ...values(world, n, project),
        actor_user_id: userOf(world, below(draw, world.size.users)),
      }
    },
  }
}
