import { deals } from './deals.ts'
import { goesWith } from './mentions.ts'
import type { Parents, Partition, Stream } from './stream.ts'
import { ofOne, tokenChildren } from './lists.ts'

const LINES = { column: 'products_count', none: 0 } as const

/** Lists that take the ids of many deals (openapi v2: at most 100). */
function ofManyDeals(path: string, counter: NonNullable<Parents['counter']>): Partition {
  const stable = { sort_by: 'id', sort_direction: 'asc' }
  const parents: Parents = {
    of: deals,
    columns: ['deal_id'],
    ask: { param: 'deal_ids', most: 100 },
    counter,
  }
  return { name: 'live', path, cost: 10, paging: 'page-token', pageSize: 500, order: { stable }, parents }
}

export const dealProducts: Stream = {
  name: 'deal_products',
  description: 'Products of deals, one line of a deal a row',
  key: ['id'],
  cursorField: 'update_time',
  catalogs: [],
  partitions: [ofManyDeals('/api/v2/deals/products', LINES)],
  columns: {
    id: 'bigint',
    deal_id: 'bigint',
    product_id: 'bigint',
    product_variation_id: 'bigint',
    name: 'text',
    order_nr: 'bigint',
    quantity: 'numeric',
    item_price: 'numeric',
    currency: 'text',
    discount: 'numeric',
    discount_type: 'text',
    tax: 'numeric',
    tax_method: 'text',
    sum: 'numeric',
    comments: 'text',
    is_enabled: 'boolean',
    billing_frequency: 'text',
    billing_frequency_cycles: 'bigint',
    billing_start_date: 'date',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}

export const dealInstallments: Stream = {
  name: 'deal_installments',
  description: 'Instalments in which deals with products are billed',
  key: ['id'],
  cursorField: null,
  catalogs: [],
  partitions: [ofManyDeals('/api/v2/deals/installments', { ...LINES, other: true })],
  columns: {
    id: 'bigint',
    deal_id: 'bigint',
    amount: 'numeric',
    billing_date: 'date',
    description: 'text',
  },
}

export const dealDiscounts: Stream = {
  name: 'deal_discounts',
  description: 'Discounts on deals as a whole',
  key: ['id'],
  cursorField: 'updated_at',
  catalogs: [],
  partitions: [
    {
      name: 'live',
      path: '/api/v2/deals/{id}/discounts',
      cost: 10,
      paging: 'single',
      pageSize: 0,
      records: { kind: 'list-or-null' },
      // A deal without products has no discount.
      parents: { of: deals, columns: ['deal_id'], counter: { ...LINES, other: true } },
    },
  ],
  columns: {
    id: 'uuid',
    deal_id: 'bigint',
    type: 'text',
    amount: 'numeric',
    description: 'text',
    created_at: 'timestamptz',
    created_by: 'bigint',
    updated_at: 'timestamptz',
    updated_by: 'bigint',
  },
}

const PARTICIPANTS = { column: 'participants_count', none: 0 } as const
const participants: Parents = { of: deals, columns: ['deal_id'], counter: PARTICIPANTS }

export const dealParticipants: Stream = {
  name: 'deal_participants',
  description: 'Persons who take part in deals',
  key: ['id'],
  cursorField: null,
  deletedWhen: { field: 'active_flag', is: false },
  mentions: [goesWith('persons', 'person_id')],
  // The person and the users stand in tables of their own.
  leftOut: [
    'person',
    'person_id',
    'added_by_user_id',
    'related_item_data',
    'related_item_type',
    'related_item_id',
  ],
  catalogs: [],
  partitions: [
    {
      name: 'live',
      path: '/v1/deals/{id}/participants',
      cost: 10,
      paging: 'offset',
      pageSize: 500,
      parents: participants,
    },
  ],
  columns: {
    id: 'bigint',
    deal_id: 'bigint',
    person_id: { type: 'bigint', from: 'person_id.value' },
    add_time: 'timestamptz',
    active_flag: 'boolean',
  },
}

export const dealParticipantChanges: Stream = {
  name: 'deal_participant_changes',
  description: 'When persons became participants of deals, and when they ceased to be',
  key: ['deal_id', 'person_id', 'time', 'action'],
  mentions: [goesWith('persons', 'person_id')],
  cursorField: null,
  catalogs: [],
  partitions: [
    tokenChildren('/v1/deals/{id}/participantsChangelog', 10, {
      ...participants,
      // What has become of participants is kept when the last one has gone.
      counter: { ...PARTICIPANTS, other: true },
    }),
  ],
  columns: {
    deal_id: 'bigint',
    person_id: 'bigint',
    time: 'timestamptz',
    action: 'text',
    actor_user_id: 'bigint',
  },
}

export const dealFlow: Stream = {
  name: 'deal_flow',
  description: 'What happened to deals: changes, notes, activities, mail and files in their order',
  onDemand: true,
  key: ['deal_id', 'object', 'timestamp', 'id'],
  // `data` is a copy of what happened, with the names of all that take part.
  mentions: [
    goesWith('persons', 'data.person_id'),
    goesWith('organizations', 'data.org_id'),
    goesWith('leads', 'data.lead_id'),
    goesWith('mail_threads', 'data.mail_thread_id'),
    { ...goesWith('persons', 'data.item_id'), where: { object: 'personChange' } },
    { ...goesWith('organizations', 'data.item_id'), where: { object: 'organizationChange' } },
    { ...goesWith('activities', 'id'), where: { object: 'activity' } },
    { ...goesWith('notes', 'id'), where: { object: 'note' } },
    { ...goesWith('files', 'id'), where: { object: 'file' } },
  ],
  cursorField: null,
  catalogs: [],
  partitions: [
    {
      name: 'live',
      path: '/v1/deals/{id}/flow',
      cost: 40,
      paging: 'offset',
      pageSize: 500,
      // Without it the changes of custom fields are left out (openapi v1).
      params: { all_changes: '1' },
      parents: ofOne(deals, 'deal_id'),
    },
  ],
  columns: {
    deal_id: 'bigint',
    object: 'text',
    timestamp: 'timestamptz',
    id: { type: 'text', from: 'data.id' },
    data: 'jsonb',
  },
}
