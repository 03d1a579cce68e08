import type { Source } from '../company/collection.ts'
import { below, drawsFor, firstDraw, hashText } from '../random.ts'
import { v1Time } from '../time.ts'
import { between, childSource, someOf, type SizeOf } from './brood.ts'
import { dealStories } from './deal-story.ts'
import { personOfDeal } from './deals.ts'
import { userOf, type World } from './world.ts'

const PURPOSE = hashText('participants')

/** The person of a deal takes part in it, and in one deal of three others do. */
function sizes(world: World): SizeOf {
  const others = someOf(world, PURPOSE, 0.35, 2)
  return (deal) => Math.min(world.size.persons, (personOfDeal(world, deal) === null ? 0 : 1) + others(deal))
}

/** The persons after the first one by number, so that nobody takes part twice. */
function personAt(world: World, deal: number, place: number): number {
  const { persons } = world.size
  const first =
    personOfDeal(world, deal) ?? 1 + Math.floor(firstDraw(world.seed, PURPOSE + 1, deal) * persons)
  return 1 + ((first + place - 2) % persons)
}

interface Joining {
  readonly person: number
  readonly time: string
  readonly by: number
}

function joinings(world: World): (deal: number, place: number, n: number) => Joining {
  const story = dealStories(world)
  return (deal, place, n) => {
    const draw = drawsFor(world.seed, PURPOSE + 2, n)
    const { added, deleted } = story(deal)
    return {
      person: personAt(world, deal, place),
      time: v1Time(place === 1 ? added : between(draw, added, deleted ?? world.start)),
      by: userOf(world, below(draw, world.size.users)),
    }
  }
}

/** Who takes part in deals, as it is held: the persons by their ids (openapi v1). */
export function participantSource(world: World): Source {
  const joining = joinings(world)
  return childSource({
    parents: world.size.deals,
    sizeOf: sizes(world),
    link: 'deal_id',
    row: (...which) => {
      const { person, time, by } = joining(...which)
      return { person_id: person, add_time: time, active_flag: true, added_by_user_id: by }
    },
  })
}

/** How they came to (openapi v1). */
export function participantChangeSource(world: World): Source {
  const joining = joinings(world)
  return childSource({
    parents: world.size.deals,
    sizeOf: sizes(world),
    link: 'deal_id',
    row: (...which) => {
      const { person, time, by } = joining(...which)
      return { actor_user_id: by, person_id: person, action: 'added', time }
    },
  })
}
