import { ARCHIVED, DELETED } from '../company/collection.ts'
import { below, drawsFor, hashText } from '../random.ts'
import { DAY, HOUR, toSecond } from '../time.ts'
import { seats, type Seat } from './pipelines.ts'
import { addedAt, type World } from './world.ts'

const PURPOSE = hashText('deal story')

/** What happened to one deal, in ms: it came in, moved through the stages of its pipeline, and perhaps ended. */
export interface DealStory {
  readonly added: number
  readonly moved: number | null
  readonly closed: number | null
  readonly archived: number | null
  readonly deleted: number | null
  readonly updated: number
  readonly status: 'open' | 'won' | 'lost'
  readonly seat: Seat
  readonly flags: number
}

export type TellDeal = (n: number) => DealStory

export function dealStories(world: World): TellDeal {
  const all = seats(world.size.pipelines)
  const byPipeline = Array.from({ length: world.size.pipelines }, (_, i) =>
    all.filter((seat) => seat.pipeline === i + 1),
  )
  return (n) => tell(world, byPipeline, n)
}

function tell(world: World, byPipeline: readonly (readonly Seat[])[], n: number): DealStory {
  const draw = drawsFor(world.seed, PURPOSE, n)
  const added = addedAt(world, n, world.size.deals)
  // Only the last 30 days of deletions are still there (changelog, permanent deletion logic).
  const deletable = world.start - added > 30 * DAY && draw() < 0.02
  const deleted = deletable ? toSecond(world.start - HOUR - draw() * 29 * DAY) : null
  const end = deleted ?? world.start
  const age = end - added
  const stages = byPipeline[below(draw, byPipeline.length)] ?? []
  const life = (5 + draw() * draw() * 200) * DAY
  const ended = life < age && draw() < 0.9
  const won = draw() < 0.4
  const reached = ended && won ? stages.length - 1 : below(draw, stages.length)
  const closed = ended ? toSecond(added + life) : null
  const moved = reached > 0 ? toSecond(added + Math.min(life, age) * draw()) : null
  const touched = toSecond(added + Math.min(life, age) * draw())
  const archived = closed !== null && draw() < 0.08 ? toSecond(closed + (end - closed) * draw()) : null
  const updated = deleted ?? Math.max(added, moved ?? 0, closed ?? 0, archived ?? 0, touched)
  return {
    added,
    moved,
    closed,
    archived,
    deleted,
    updated,
    status: !ended ? 'open' : won ? 'won' : 'lost',
    seat: stages[reached] as Seat,
    flags: (deleted === null ? 0 : DELETED) | (archived === null ? 0 : ARCHIVED),
  }
}
