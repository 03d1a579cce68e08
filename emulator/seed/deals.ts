import type { Source } from '../company/collection.ts'
import type { Json, Row } from '../json.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { DAY, day, v2Time } from '../time.ts'
import { amount, seededCustom } from './custom-values.ts'
import { dealStories, type DealStory } from './deal-story.ts'
import { organizationName } from './organizations.ts'
import { organizationOfPerson } from './persons.ts'
import { currencies, dealSubjects, lostReasons } from './words.ts'
import { pickEarlier, userOf, type World } from './world.ts'

const PURPOSE = hashText('deals')
const PERSON = hashText('person of a deal')

export function personOfDeal(world: World, n: number): number | null {
  const draw = drawsFor(world.seed, PERSON, n)
  return draw() < 0.08 ? null : pickEarlier(draw, n, world.size.deals, world.size.persons)
}

export function organizationOfDeal(world: World, n: number): number | null {
  const person = personOfDeal(world, n)
  return person === null ? null : organizationOfPerson(world, person)
}

const time = (ms: number | null): Json => (ms === null ? null : v2Time(ms))
const date = (ms: number | null): Json => (ms === null ? null : day(ms))

function endings(story: DealStory, n: number): Row {
  const won = story.status === 'won' ? story.closed : null
  const lost = story.status === 'lost' ? story.closed : null
  // An unset won_time or lost_time is null on some deals and absent from others (seen live).
  if (story.status === 'open' && n % 7 === 0) return { close_time: null }
  return {
    close_time: time(story.closed),
    won_time: time(won),
    lost_time: time(lost),
    local_won_date: date(won),
    local_lost_date: date(lost),
    local_close_date: date(story.closed),
  }
}

function dealRow(world: World, story: DealStory, n: number): Row {
  const draw = drawsFor(world.seed, PURPOSE, n)
  const owner = userOf(world, below(draw, world.size.users))
  const organization = organizationOfDeal(world, n)
  const currency = pick(draw, currencies)
  const customer = organization === null ? 'Private customer' : organizationName(world, organization)
  return {
    id: n,
    title: `${customer} – ${pick(draw, dealSubjects)}`,
    creator_user_id: draw() < 0.7 ? owner : userOf(world, below(draw, world.size.users)),
    owner_id: owner,
    value: draw() < 0.1 ? 0 : amount(draw() * draw() * 80_000, currency),
    person_id: personOfDeal(world, n),
    org_id: organization,
    stage_id: story.seat.stage,
    pipeline_id: story.seat.pipeline,
    currency,
    archive_time: time(story.archived),
    add_time: v2Time(story.added),
    update_time: v2Time(story.updated),
    stage_change_time: time(story.moved),
    status: story.status,
    is_archived: story.archived !== null,
    is_deleted: story.deleted !== null,
    // Of a deal that has ended nothing is left to be probable.
    probability: story.status === 'open' && draw() < 0.2 ? below(draw, 101) : null,
    lost_reason: story.status === 'lost' ? pick(draw, lostReasons) : null,
    visible_to: 3,
    ...endings(story, n),
    expected_close_date: draw() < 0.6 ? day(story.added + (20 + below(draw, 120)) * DAY) : null,
    label_ids: draw() < 0.25 ? [11 + below(draw, 4)] : [],
    origin: draw() < 0.2 ? 'API' : 'ManuallyCreated',
    origin_id: null,
    channel: draw() < 0.1 ? 8 : null,
    channel_id: null,
    arr: null,
    mrr: null,
    acv: null,
  }
}

export function dealSource(world: World): Source {
  const story = dealStories(world)
  return {
    count: world.size.deals,
    id: (n) => n,
    head: (n) => story(n),
    row: (n) => dealRow(world, story(n), n),
    custom: seededCustom(world, 'deals'),
  }
}
