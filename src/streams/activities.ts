import { addressColumns } from './address.ts'
import { IS_INACTIVE, V1_NAMES, WHEN_INACTIVE, v1Collection, type Door } from './door.ts'
import { LIST_AGAIN, MANY_IDS, UPDATED_BETWEEN } from './lists.ts'
import { v1Whole, v2Fields, v2List } from './lists.ts'
import { goesWith, refersTo } from './mentions.ts'
import type { Exploded, Stream } from './stream.ts'

const participants: Exploded = {
  table: 'activity_participants',
  from: 'participants',
  parent: 'activity_id',
  description: 'Persons who take part in activities, one a row',
  columns: { person_id: 'bigint', is_primary: { type: 'boolean', from: 'primary' } },
  mentions: [goesWith('persons', 'person_id')],
}

const attendees: Exploded = {
  table: 'activity_attendees',
  from: 'attendees',
  parent: 'activity_id',
  description: 'People invited to activities, one a row',
  columns: {
    email: 'text',
    name: 'text',
    status: 'text',
    is_organizer: 'boolean',
    person_id: 'bigint',
    user_id: 'bigint',
  },
  mentions: [goesWith('persons', 'person_id')],
}

/** Participants and attendees are documented of v1's other lists only (openapi v1, 2026-01). */
const collection: Door = {
  partitions: [v1Collection('activities')],
  same: [
    ...['id', 'subject', 'type', 'deal_id', 'lead_id', 'person_id', 'org_id', 'project_id', 'add_time'],
    ...[
      'update_time',
      'due_date',
      'due_time',
      'duration',
      'done',
      'marked_as_done_time',
      'public_description',
    ],
    ...['conference_meeting_client', 'conference_meeting_url', 'conference_meeting_id'],
    ...Object.keys(addressColumns('location')),
  ],
  columns: {
    owner_id: { type: 'bigint', from: 'user_id' },
    creator_user_id: { type: 'bigint', from: 'created_by_user_id', nulls: 'stay' },
    busy: { type: 'boolean', from: 'busy_flag' },
    is_deleted: IS_INACTIVE,
  },
  exploded: [
    {
      ...participants,
      columns: { ...participants.columns, is_primary: { type: 'boolean', from: 'primary_flag' } },
      nulls: 'stay',
    },
    {
      ...attendees,
      columns: { ...attendees.columns, email: { type: 'text', from: 'email_address' } },
      nulls: 'stay',
    },
  ],
  deletedWhen: WHEN_INACTIVE,
  leftOut: [...V1_NAMES, 'deal_title', 'person_dropbox_bcc', 'deal_dropbox_bcc'],
}

export const activities: Stream = {
  name: 'activities',
  description: 'Calls, meetings, tasks and other activities',
  recentsItem: 'activity',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'is_deleted', is: true },
  readById: MANY_IDS,
  erasable: 'activity',
  mentions: [
    refersTo('deals', 'deal_id'),
    refersTo('leads', 'lead_id'),
    refersTo('persons', 'person_id'),
    refersTo('organizations', 'org_id'),
  ],
  catalogs: [v2Fields('activities', '/api/v2/activityFields')],
  partitions: [
    v2List('/api/v2/activities', 10, { params: { include_fields: 'attendees' }, filter: UPDATED_BETWEEN }),
  ],
  exploded: [participants, attendees],
  doors: { 'v1-collection': collection },
  columns: {
    id: 'bigint',
    subject: 'text',
    type: 'text',
    owner_id: 'bigint',
    creator_user_id: 'bigint',
    deal_id: 'bigint',
    lead_id: 'uuid',
    person_id: 'bigint',
    org_id: 'bigint',
    project_id: 'bigint',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
    due_date: 'date',
    due_time: 'time',
    duration: 'interval',
    busy: 'boolean',
    done: 'boolean',
    marked_as_done_time: 'timestamptz',
    is_deleted: 'boolean',
    ...addressColumns('location'),
    conference_meeting_client: 'text',
    conference_meeting_url: 'text',
    conference_meeting_id: 'text',
    public_description: 'text',
    priority: 'bigint',
    note: 'text',
  },
}

export const activityTypes: Stream = {
  name: 'activity_types',
  description: 'Types of activities; activities name one by its key_string',
  refreshHours: 24,
  recentsItem: 'activityType',
  key: ['id'],
  cursorField: 'update_time',
  deletedWhen: { field: 'active_flag', is: false },
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [v1Whole('/v1/activityTypes', 20)],
  columns: {
    id: 'bigint',
    name: 'text',
    key_string: 'text',
    icon_key: 'text',
    color: 'text',
    order_nr: 'bigint',
    active_flag: 'boolean',
    is_custom_flag: 'boolean',
    add_time: 'timestamptz',
    update_time: 'timestamptz',
  },
}
