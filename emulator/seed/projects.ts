import { ARCHIVED, DELETED, type Source } from '../company/collection.ts'
import type { Json } from '../json.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { DAY, HOUR, day, leadTime } from '../time.ts'
import { seededCustom } from './custom-values.ts'
import { hangings } from './hanging.ts'
import { phases } from './project-boards.ts'
import { dealSubjects, noteTexts, places } from './words.ts'
import { addedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('projects')

/** What happened to one project, in ms. */
export interface ProjectStory {
  readonly added: number
  readonly updated: number
  readonly ended: number | null
  readonly archived: number | null
  readonly deleted: number | null
  readonly flags: number
}

export function projectStory(world: World, n: number): ProjectStory {
  const draw = drawsFor(world.seed, PURPOSE, n)
  const added = addedAt(world, n, world.size.projects) + below(draw, 1000)
  // Only the last 30 days of deletions are still there (openapi v2, `status`).
  const deletable = world.start - added > 30 * DAY && draw() < 0.08
  const deleted = deletable ? Math.floor(world.start - HOUR - draw() * 29 * DAY) : null
  const end = deleted ?? world.start
  const within = (from: number): number => Math.floor(from + draw() * (end - from))
  const ended = draw() < 0.5 ? within(added) : null
  const archived = ended !== null && draw() < 0.4 ? within(ended) : null
  return {
    added,
    updated: deleted ?? Math.max(archived ?? 0, ended ?? 0, within(added)),
    ended,
    archived,
    deleted,
    flags: (deleted === null ? 0 : DELETED) | (archived === null ? 0 : ARCHIVED),
  }
}

const time = (ms: number | null): Json => (ms === null ? null : leadTime(ms))
const ids = (id: number | null): Json => (id === null ? [] : [id])

export function projectTitle(world: World, n: number): string {
  const draw = drawsFor(world.seed, PURPOSE + 1, n)
  return `${pick(draw, places).street} ${n} – ${pick(draw, dealSubjects)}`
}

export const phaseOfProject = (world: World, n: number): (typeof phases)[number] =>
  pick(drawsFor(world.seed, PURPOSE + 2, n), phases)

/** As held: a project says by its status that it is deleted, and by its `archive_time` that it is archived. */
export function projectSource(world: World): Source {
  const hanging = hangings(world, 'projects', 0.7)
  return {
    count: world.size.projects,
    id: (n) => n,
    head: (n) => projectStory(world, n),
    custom: seededCustom(world, 'projects'),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE + 3, n)
      const { added, updated, ended, archived, deleted } = projectStory(world, n)
      const on = hanging(n, added)
      const phase = phaseOfProject(world, n)
      return {
        id: n,
        title: projectTitle(world, n),
        description: draw() < 0.4 ? null : pick(draw, noteTexts),
        status: ended === null ? 'open' : pick(draw, ['completed', 'completed', 'canceled']),
        board_id: phase.board,
        phase_id: phase.id,
        owner_id: userOf(world, below(draw, world.size.users)),
        start_date: draw() < 0.2 ? null : day(added),
        end_date: draw() < 0.3 ? null : day(added + (10 + below(draw, 90)) * DAY),
        deal_ids: ids(on.deal),
        person_ids: ids(on.person),
        org_ids: ids(on.organization),
        label_ids: draw() < 0.3 ? [11 + below(draw, 4)] : [],
        health_status: draw() < 0.5 ? null : 10 * below(draw, 4),
        add_time: leadTime(added),
        update_time: leadTime(updated),
        status_change_time: leadTime(ended ?? added),
        archive_time: time(archived),
        is_archived: archived !== null,
        is_deleted: deleted !== null,
      }
    },
  }
}
