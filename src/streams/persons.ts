import { addressColumns } from './address.ts'
import { FIRST_LABEL, IS_INACTIVE, V1_NAMES, WHEN_INACTIVE, v1Collection, type Door } from './door.ts'
import { MANY_IDS, UPDATED_BETWEEN, labels, v2Fields, v2List } from './lists.ts'
import { refersTo } from './mentions.ts'
import type { ColumnSpecs, Exploded, Stream } from './stream.ts'

/**
 * Sent only when asked for (openapi v2, `include_fields`). `marketing_status` and `doi_status` are left out:
 * they may be asked for only where the marketing app is on.
 */
const COUNTERS = {
  next_activity_id: 'bigint',
  last_activity_id: 'bigint',
  open_deals_count: 'bigint',
  related_open_deals_count: 'bigint',
  closed_deals_count: 'bigint',
  related_closed_deals_count: 'bigint',
  participant_open_deals_count: 'bigint',
  participant_closed_deals_count: 'bigint',
  won_deals_count: 'bigint',
  related_won_deals_count: 'bigint',
  lost_deals_count: 'bigint',
  related_lost_deals_count: 'bigint',
  email_messages_count: 'bigint',
  activities_count: 'bigint',
  done_activities_count: 'bigint',
  undone_activities_count: 'bigint',
  files_count: 'bigint',
  notes_count: 'bigint',
  followers_count: 'bigint',
  last_incoming_mail_time: 'timestamptz',
  last_outgoing_mail_time: 'timestamptz',
  smart_bcc_email: 'text',
} as const

const CONTACT: ColumnSpecs = {
  value: 'text',
  label: 'text',
  is_primary: { type: 'boolean', from: 'primary' },
}

function contacts(table: string, from: string, what: string): Exploded {
  return {
    table,
    from,
    parent: 'person_id',
    columns: CONTACT,
    description: `${what} of persons, one a row`,
  }
}

const personLabels = labels('person_labels', 'persons', 'person_id')
const ims: Exploded = {
  // `im` in the schema of openapi v2, `ims` in its text.
  ...contacts('person_ims', 'im', 'Messenger handles'),
  orFrom: 'ims',
}

/** v1 has an empty contact where there is none (seen live). */
const collection: Door = {
  partitions: [v1Collection('persons')],
  same: ['id', 'name', 'owner_id', 'org_id', 'add_time', 'update_time', 'visible_to', 'picture_id'],
  columns: { label_ids: FIRST_LABEL, is_deleted: IS_INACTIVE },
  exploded: [
    personLabels,
    { ...contacts('person_emails', 'email', 'E-mail addresses'), blank: 'value' },
    { ...contacts('person_phones', 'phone', 'Telephone numbers'), blank: 'value' },
    { ...ims, nulls: 'stay' },
  ],
  deletedWhen: WHEN_INACTIVE,
  leftOut: [...V1_NAMES, 'delete_time', 'first_char', 'primary_email'],
}

export const persons: Stream = {
  name: 'persons',
  description: 'Contact persons',
  recentsItem: 'person',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: MANY_IDS,
  erasable: 'person',
  mentions: [refersTo('organizations', 'org_id')],
  catalogs: [v2Fields('persons', '/api/v2/personFields')],
  doors: { 'v1-collection': collection },
  partitions: [
    v2List('/api/v2/persons', 10, {
      params: { include_fields: Object.keys(COUNTERS).join(',') },
      filter: UPDATED_BETWEEN,
    }),
  ],
  exploded: [
    personLabels,
    contacts('person_emails', 'emails', 'E-mail addresses'),
    contacts('person_phones', 'phones', 'Telephone numbers'),
    ims,
  ],
  columns: {
    id: 'bigint',
    name: 'text',
    first_name: 'text',
    last_name: 'text',
    owner_id: 'bigint',
    org_id: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    label_ids: 'bigint[]',
    visible_to: 'bigint',
    is_deleted: 'boolean',
    picture_id: 'bigint',
    job_title: 'text',
    birthday: 'date',
    notes: 'text',
    ...addressColumns('postal_address'),
    ...COUNTERS,
  },
}
