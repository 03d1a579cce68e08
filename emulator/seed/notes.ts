import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { toSecond, v1Time } from '../time.ts'
import { organizationOfDeal, personOfDeal } from './deals.ts'
import { noteTexts } from './words.ts'
import { addedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('notes')

function updatedAt(world: World, n: number): number {
  const added = addedAt(world, n, world.size.notes)
  const draw = drawsFor(world.seed, PURPOSE, n)
  return draw() < 0.7 ? added : toSecond(added + draw() * (world.start - added))
}

function links(world: World, deal: number | null): Row {
  if (deal === null) return { deal_id: null, person_id: null, org_id: null, lead_id: null }
  const person = personOfDeal(world, deal)
  return { deal_id: deal, person_id: person, org_id: organizationOfDeal(world, deal), lead_id: null }
}

/** Notes without the names of what they hang on, which are looked up when they are answered. */
export function noteSource(world: World): Source {
  const count = world.size.notes
  return {
    count,
    id: (n) => n,
    head: (n) => ({ added: addedAt(world, n, count), updated: updatedAt(world, n), flags: 0 }),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE + 1, n)
      return {
        id: n,
        user_id: userOf(world, below(draw, world.size.users)),
        ...links(world, world.size.deals > 0 ? 1 + below(draw, world.size.deals) : null),
        content: pick(draw, noteTexts),
        add_time: v1Time(addedAt(world, n, count)),
        update_time: v1Time(updatedAt(world, n)),
        active_flag: true,
        pinned_to_deal_flag: draw() < 0.1,
        pinned_to_person_flag: false,
        pinned_to_organization_flag: false,
        pinned_to_lead_flag: false,
        last_update_user_id: null,
      }
    },
  }
}
