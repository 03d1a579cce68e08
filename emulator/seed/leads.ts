import { ARCHIVED, type Source } from '../company/collection.ts'
import type { Row } from '../json.ts'
import { below, drawsFor, hashText, hex, pick, uuid } from '../random.ts'
import { DAY, day, leadTime } from '../time.ts'
import { seededCustom } from './custom-values.ts'
import { organizationOfPerson } from './persons.ts'
import { currencies, dealSubjects } from './words.ts'
import { addedAt, pickEarlier, userOf, type World } from './world.ts'

const PURPOSE = hashText('leads')

export const leadLabels = [
  ['f08b42a0-4e75-11ea-9643-03698ef1cfd6', 'Hot', 'red'],
  ['f08b42a1-4e75-11ea-9643-03698ef1cfd6', 'Cold', 'blue'],
  ['f08b69b0-4e75-11ea-9643-03698ef1cfd6', 'Warm', 'yellow'],
] as const

const isArchived = (world: World, n: number): boolean => drawsFor(world.seed, PURPOSE + 1, n)() < 0.1

function times(world: World, n: number): { added: number; updated: number } {
  const draw = drawsFor(world.seed, PURPOSE + 2, n)
  const added = addedAt(world, n, world.size.leads) + below(draw, 1000)
  return { added, updated: draw() < 0.5 ? added : Math.floor(added + draw() * (world.start - added)) }
}

/** One lead in five was made by an app of the marketplace (as recorded 2026-05-15). */
function originOf(world: World, n: number): Row {
  const draw = drawsFor(world.seed, PURPOSE + 4, n)
  if (draw() < 0.8) return { origin: 'ManuallyCreated', origin_id: null, channel: null, channel_id: null }
  return { origin: 'Marketplace', origin_id: hex(draw, 16), channel: 8, channel_id: 'Roof planner' }
}

/** Leads as `/v1/leads` answers them (recorded 2026-05-15); custom fields are flattened when they are answered. */
function leadRow(world: World, n: number): Row {
  const draw = drawsFor(world.seed, PURPOSE + 3, n)
  const { added, updated } = times(world, n)
  const owner = userOf(world, below(draw, world.size.users))
  const person = pickEarlier(draw, n, world.size.leads, world.size.persons)
  return {
    id: leadId(world, n),
    title: `${pick(draw, dealSubjects)} #${n}`,
    owner_id: owner,
    creator_id: owner,
    label_ids: draw() < 0.4 ? [pick(draw, leadLabels)[0]] : [],
    value: draw() < 0.3 ? null : { amount: below(draw, 50_000), currency: pick(draw, currencies) },
    expected_close_date: draw() < 0.5 ? null : day(added + 60 * DAY),
    person_id: person,
    organization_id: person === null ? null : organizationOfPerson(world, person),
    is_archived: isArchived(world, n),
    archive_time: isArchived(world, n) ? leadTime(updated) : null,
    source_name: pick(draw, ['API', 'Manually created', 'Web forms', 'Import']),
    source_deal_id: null,
    ...originOf(world, n),
    was_seen: draw() < 0.8,
    next_activity_id: null,
    add_time: leadTime(added),
    update_time: leadTime(updated),
    visible_to: '3',
    cc_email: `pohjala+lead${hex(draw, 16)}@pipedrivemail.com`,
  }
}

const leadId = (world: World, n: number): string => uuid(drawsFor(world.seed, PURPOSE, n))

export function leadSource(world: World): Source {
  return {
    count: world.size.leads,
    id: (n) => leadId(world, n),
    head: (n) => ({ ...times(world, n), flags: isArchived(world, n) ? ARCHIVED : 0 }),
    row: (n) => leadRow(world, n),
    custom: seededCustom(world, 'deals', (n) => -n),
  }
}
