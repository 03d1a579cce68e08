import type { Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { below, drawsFor, hashText, pick } from '../random.ts'
import { DAY, HOUR, day, toSecond, v2Time } from '../time.ts'
import { address } from './custom-values.ts'
import { hangings, type Hanging, type HangingOf } from './hanging.ts'
import { emailsOf, personName } from './persons.ts'
import { activitySubjects, noteTexts } from './words.ts'
import { addedAt, userOf, type World } from './world.ts'

const PURPOSE = hashText('activities')
const types = ['call', 'meeting', 'task', 'email', 'lunch'] as const

interface Story {
  readonly on: Hanging
  readonly added: number
  readonly due: number
  readonly done: number | null
  readonly updated: number
}

function tell(world: World, hanging: HangingOf, n: number): Story {
  const draw = drawsFor(world.seed, PURPOSE, n)
  const added = addedAt(world, n, world.size.activities)
  const on = hanging(n, added)
  const due = added + below(draw, 20) * DAY
  const finished = toSecond(due + draw() * DAY)
  const done = finished < on.until && draw() < 0.85 ? finished : null
  return { on, added, due, done, updated: done ?? added }
}

function activityRow(world: World, story: Story, n: number): Row {
  const draw = drawsFor(world.seed, PURPOSE + 1, n)
  const { deal, person, organization } = story.on
  const owner = userOf(world, below(draw, world.size.users))
  const timed = draw() < 0.6
  return {
    id: n,
    subject: pick(draw, activitySubjects),
    type: pick(draw, types),
    owner_id: owner,
    creator_user_id: owner,
    is_deleted: false,
    add_time: v2Time(story.added),
    update_time: v2Time(story.updated),
    deal_id: deal,
    lead_id: null,
    person_id: person,
    org_id: organization,
    project_id: null,
    due_date: day(story.due),
    due_time: timed ? `${String(8 + below(draw, 9)).padStart(2, '0')}:30:00` : null,
    duration: timed ? '01:00:00' : null,
    busy: timed,
    done: story.done !== null,
    marked_as_done_time: story.done === null ? null : v2Time(story.done),
    location: draw() < 0.1 ? address(draw) : null,
    participants: person === null ? [] : [{ person_id: person, primary: true }],
    attendees: attendees(world, draw, person, story),
    conference_meeting_client: null,
    conference_meeting_url: null,
    conference_meeting_id: null,
    public_description: null,
    priority: null,
    note: draw() < 0.3 ? pick(draw, noteTexts) : null,
  }
}

/** Whoever has an address can be invited. */
function attendees(world: World, draw: () => number, person: number | null, story: Story): Row[] {
  if (person === null || draw() > 0.2) return []
  const { first, last } = personName(world, person)
  return emailsOf(world, person)
    .slice(0, 1)
    .map(({ value }) => ({
      email: value ?? null,
      name: `${first} ${last}`,
      status: story.due + HOUR < world.start ? 'accepted' : 'noreply',
      is_organizer: false,
      person_id: person,
      user_id: null,
    }))
}

export function activitySource(world: World): Source {
  const hanging = hangings(world, 'activities', 0.85)
  const story = (n: number): Story => tell(world, hanging, n)
  return {
    count: world.size.activities,
    id: (n) => n,
    head: (n) => ({ ...story(n), flags: 0 }),
    row: (n) => activityRow(world, story(n), n),
  }
}
