import { MANY_IDS, UPDATED_BETWEEN, labels, addressColumns, v2Fields, v2List } from './stream.ts'
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

export const persons: Stream = {
  name: 'persons',
  description: 'Contact persons',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: MANY_IDS,
  catalogs: [v2Fields('persons', '/api/v2/personFields')],
  partitions: [
    v2List('/api/v2/persons', 10, {
      params: { include_fields: Object.keys(COUNTERS).join(',') },
      filter: UPDATED_BETWEEN,
    }),
  ],
  exploded: [
    labels('person_labels', 'persons', 'person_id'),
    contacts('person_emails', 'emails', 'E-mail addresses'),
    contacts('person_phones', 'phones', 'Telephone numbers'),
    // `im` in the schema of openapi v2, `ims` in its text.
    { ...contacts('person_ims', 'im', 'Messenger handles'), orFrom: 'ims' },
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
