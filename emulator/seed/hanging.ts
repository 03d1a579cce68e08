import { drawsFor, hashText } from '../random.ts'
import { dealStories } from './deal-story.ts'
import { organizationOfDeal, personOfDeal } from './deals.ts'
import { pickEarlier, type World } from './world.ts'

/** What a note, a file or an activity belongs to. */
export interface Hanging {
  readonly deal: number | null
  readonly person: number | null
  readonly organization: number | null
  /** Nothing more happens here from then on, ms. */
  readonly until: number
}

type Hanger = 'activities' | 'notes' | 'files' | 'projects' | 'mailThreads'

export type HangingOf = (n: number, added: number) => Hanging

/** Records of one kind, a share of which hang on a deal that was there and not deleted when they were added. */
export function hangings(world: World, kind: Hanger, share: number): HangingOf {
  const purpose = hashText(`deal of ${kind}`)
  const story = dealStories(world)
  const alone = { deal: null, person: null, organization: null, until: world.start }
  return (n, added) => {
    const draw = drawsFor(world.seed, purpose, n)
    const deal = draw() < share ? pickEarlier(draw, n, world.size[kind], world.size.deals) : null
    if (deal === null) return alone
    const until = story(deal).deleted ?? world.start
    if (until <= added) return alone
    return { deal, person: personOfDeal(world, deal), organization: organizationOfDeal(world, deal), until }
  }
}
