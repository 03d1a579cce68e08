import type { EntityName, WorkName } from '../company/entities.ts'
import { leadLabels } from '../seed/leads.ts'
import { address } from './custom-readers.ts'
import {
  binary,
  clockText,
  currency,
  dayText,
  filled,
  flag,
  integer,
  link,
  listOf,
  moment,
  number,
  oneOf,
  orNull,
  partsOf,
  percent,
  text,
  type Reader,
  type Readers,
} from './readers.ts'

/** The keys of a body that set something; any other key is ignored. */
interface Writable {
  readonly always: Readers
  /** Taken only when the record is made. */
  readonly atBirth?: Readers
}

const maybe = (name: EntityName): Reader => orNull(link(name))
const contact = listOf(
  partsOf({ value: text, primary: flag, label: text }, { primary: false, label: 'work' }),
)
const owned = {
  owner_id: link('users'),
  visible_to: oneOf([1, 3, 5, 7]),
  label_ids: listOf(integer),
} as const
const hanging = {
  lead_id: maybe('leads'),
  deal_id: maybe('deals'),
  person_id: maybe('persons'),
  org_id: maybe('organizations'),
} as const
const added = { add_time: moment('v2') } as const

const attendee = partsOf(
  {
    email: text,
    name: orNull(text),
    status: text,
    is_organizer: flag,
    person_id: maybe('persons'),
    user_id: maybe('users'),
  },
  { name: null, status: 'noreply', is_organizer: false, person_id: null, user_id: null },
)

const price = partsOf(
  {
    product_id: integer,
    price: number,
    currency,
    cost: orNull(number),
    direct_cost: orNull(number),
    notes: text,
  },
  { product_id: null, cost: 0, direct_cost: null, notes: '' },
)

/** Categories are options, whose ids are numbers in a body and texts in an answer (openapi v2). */
const category: Reader = (value) => {
  if (value === null) return null
  const id = typeof value === 'number' ? String(value) : value
  return typeof id === 'string' && /^\d+$/.test(id) ? id : undefined
}

const frequencies = ['one-time', 'annually', 'semi-annually', 'quarterly', 'monthly', 'weekly']

/** By the request bodies of the documents (openapi v1, v2). */
export const writable: Readonly<Record<WorkName, Writable>> = {
  deals: {
    always: {
      ...owned,
      title: filled,
      person_id: maybe('persons'),
      org_id: maybe('organizations'),
      pipeline_id: link('pipelines'),
      stage_id: link('stages'),
      value: number,
      currency,
      is_deleted: flag,
      is_archived: flag,
      archive_time: orNull(moment('v2')),
      status: oneOf(['open', 'won', 'lost']),
      probability: orNull(percent),
      lost_reason: orNull(text),
      close_time: orNull(moment('v2')),
      won_time: orNull(moment('v2')),
      lost_time: orNull(moment('v2')),
      expected_close_date: orNull(dayText),
    },
  },
  persons: {
    always: { ...owned, name: filled, org_id: maybe('organizations'), emails: contact, phones: contact },
    atBirth: added,
  },
  organizations: { always: { ...owned, name: filled, address: orNull(address) }, atBirth: added },
  activities: {
    always: {
      ...hanging,
      subject: text,
      type: filled,
      owner_id: link('users'),
      project_id: orNull(integer),
      due_date: orNull(dayText),
      due_time: orNull(clockText),
      duration: orNull(clockText),
      busy: flag,
      done: flag,
      location: orNull(address),
      participants: listOf(partsOf({ person_id: link('persons'), primary: flag }, { primary: false })),
      attendees: listOf(attendee),
      public_description: orNull(text),
      priority: orNull(integer),
      note: orNull(text),
    },
  },
  products: {
    always: {
      owner_id: link('users'),
      visible_to: oneOf([1, 3, 5, 7]),
      name: filled,
      code: orNull(text),
      description: orNull(text),
      unit: orNull(text),
      tax: number,
      category,
      is_linkable: flag,
      prices: listOf(price),
      billing_frequency: oneOf(frequencies),
      billing_frequency_cycles: orNull(integer),
    },
  },
  pipelines: { always: { name: filled, is_deal_probability_enabled: flag } },
  stages: {
    always: {
      name: filled,
      pipeline_id: link('pipelines'),
      deal_probability: percent,
      is_deal_rot_enabled: flag,
      days_to_rotten: orNull(integer),
    },
  },
  leads: {
    always: {
      title: filled,
      owner_id: link('users'),
      label_ids: listOf(oneOf(leadLabels.map(([id]) => id))),
      person_id: maybe('persons'),
      organization_id: maybe('organizations'),
      is_archived: flag,
      value: orNull(partsOf({ amount: number, currency })),
      expected_close_date: orNull(dayText),
      visible_to: oneOf(['1', '3', '5', '7']),
      was_seen: flag,
      channel: orNull(integer),
      channel_id: orNull(text),
    },
    atBirth: { origin_id: orNull(text) },
  },
  notes: {
    always: {
      ...hanging,
      content: filled,
      user_id: link('users'),
      add_time: moment('v1'),
      pinned_to_lead_flag: binary,
      pinned_to_deal_flag: binary,
      pinned_to_person_flag: binary,
      pinned_to_organization_flag: binary,
    },
  },
  files: { always: { name: filled, description: orNull(text) } },
  users: { always: { active_flag: binary } },
}
