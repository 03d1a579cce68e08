import type { Source } from '../company/collection.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { toSecond, v1Time } from '../time.ts'
import { hangings, type Hanging, type HangingOf } from './hanging.ts'
import { noteTexts } from './words.ts'
import { addedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('notes')

interface Story {
  readonly on: Hanging
  readonly added: number
  readonly updated: number
}

function tell(world: World, hanging: HangingOf, n: number): Story {
  const added = addedAt(world, n, world.size.notes)
  const on = hanging(n, added)
  const draw = drawsFor(world.seed, PURPOSE, n)
  return { on, added, updated: draw() < 0.7 ? added : toSecond(added + draw() * (on.until - added)) }
}

/** Notes without the names of what they hang on, which are looked up when they are answered. */
export function noteSource(world: World): Source {
  const hanging = hangings(world, 'notes', 1)
  const story = (n: number): Story => tell(world, hanging, n)
  return {
    count: world.size.notes,
    id: (n) => n,
    head: (n) => ({ ...story(n), flags: 0 }),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE + 1, n)
      const { on, added, updated } = story(n)
      return {
        id: n,
        user_id: userOf(world, below(draw, world.size.users)),
        deal_id: on.deal,
        person_id: on.person,
        org_id: on.organization,
        lead_id: null,
        content: pick(draw, noteTexts),
        add_time: v1Time(added),
        update_time: v1Time(updated),
        active_flag: true,
        pinned_to_deal_flag: on.deal !== null && draw() < 0.1,
        pinned_to_person_flag: false,
        pinned_to_organization_flag: false,
        pinned_to_lead_flag: false,
        last_update_user_id: null,
      }
    },
  }
}
