import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { DAY, day, toSecond, v2Time } from '../time.ts'
import { address, seededCustom } from './custom-values.ts'
import { firstNames, jobTitles, lastNames } from './names.ts'
import { noteTexts } from './words.ts'
import { addedAt, pickEarlier, userOf, type World } from './world.ts'

const PURPOSE = hashText('persons')
const ORGANIZATION = hashText('organization of a person')

export function personName(world: World, n: number): { first: string; last: string } {
  const draw = drawsFor(world.seed, PURPOSE, n)
  return { first: pick(draw, firstNames), last: pick(draw, lastNames) }
}

/** One person in ten belongs to no organization. */
export function organizationOfPerson(world: World, n: number): number | null {
  const draw = drawsFor(world.seed, ORGANIZATION, n)
  return draw() < 0.1 ? null : pickEarlier(draw, n, world.size.persons, world.size.organizations)
}

function updatedAt(world: World, n: number): number {
  const added = addedAt(world, n, world.size.persons)
  const draw = drawsFor(world.seed, PURPOSE + 1, n)
  return draw() < 0.3 ? added : toSecond(added + draw() * (world.start - added))
}

export function emailsOf(world: World, n: number): readonly Row[] {
  const draw = drawsFor(world.seed, PURPOSE + 4, n)
  const work = { value: `p${n}@example.com`, primary: true, label: 'work' }
  if (draw() < 0.1) return []
  return draw() < 0.3 ? [work, { value: `home.${n}@example.org`, primary: false, label: 'home' }] : [work]
}

/** Only companies that sync contacts have these (openapi v2, persons). */
function contactOf(world: World, n: number): Row {
  const draw = drawsFor(world.seed, PURPOSE + 3, n)
  return {
    notes: draw() < 0.5 ? null : pick(draw, noteTexts),
    [world.switches.messengerKey]:
      draw() < 0.5 ? [] : [{ value: `messenger.${n}`, primary: true, label: 'whatsapp' }],
    birthday: draw() < 0.5 ? null : day(-below(draw, 40 * 365) * DAY + 30 * 365 * DAY),
    job_title: draw() < 0.3 ? null : pick(draw, jobTitles),
    postal_address: draw() < 0.5 ? null : address(draw),
  }
}

export function personSource(world: World): Source {
  const count = world.size.persons
  return {
    count,
    custom: seededCustom(world, 'persons'),
    id: (n) => n,
    head: (n) => ({ added: addedAt(world, n, count), updated: updatedAt(world, n), flags: 0 }),
    row: (n) => {
      const draw = drawsFor(world.seed, PURPOSE + 2, n)
      const { first, last } = personName(world, n)
      return {
        id: n,
        name: `${first} ${last}`,
        first_name: first,
        last_name: last,
        owner_id: userOf(world, below(draw, world.size.users)),
        org_id: organizationOfPerson(world, n),
        add_time: v2Time(addedAt(world, n, count)),
        update_time: v2Time(updatedAt(world, n)),
        emails: emailsOf(world, n),
        phones: draw() < 0.4 ? [] : [{ value: `+372 5${1_000_000 + n}`, primary: true, label: 'mobile' }],
        is_deleted: false,
        visible_to: 3,
        label_ids: draw() < 0.3 ? [11 + below(draw, 4)] : [],
        picture_id: draw() < 0.05 ? n : null,
        ...(world.switches.contactSync ? contactOf(world, n) : {}),
      }
    },
  }
}
