import { refersTo } from './mentions.ts'
import type { Stream } from './stream.ts'

export const callLogs: Stream = {
  name: 'call_logs',
  description: "Calls of the token's user",
  refreshHours: 24,
  key: ['id'],
  ofUser: 'user_id',
  cursorField: null,
  readById: { kind: 'one', path: '/v1/callLogs/{id}', cost: 2 },
  erasable: 'call',
  mentions: [
    // One of the numbers is the person's.
    refersTo('persons', 'person_id', ['from_phone_number', 'to_phone_number']),
    refersTo('organizations', 'org_id'),
    refersTo('deals', 'deal_id'),
    refersTo('leads', 'lead_id'),
    refersTo('activities', 'activity_id'),
  ],
  catalogs: [],
  partitions: [{ name: 'live', path: '/v1/callLogs', cost: 20, paging: 'offset', pageSize: 50 }],
  columns: {
    id: 'text',
    user_id: 'bigint',
    activity_id: 'bigint',
    person_id: 'bigint',
    org_id: 'bigint',
    deal_id: 'bigint',
    lead_id: 'uuid',
    subject: 'text',
    note: 'text',
    outcome: 'text',
    // In seconds.
    duration: 'bigint',
    start_time: 'timestamptz',
    end_time: 'timestamptz',
    from_phone_number: 'text',
    to_phone_number: 'text',
    has_recording: 'boolean',
    company_id: 'bigint',
  },
}
