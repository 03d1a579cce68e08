import type { Stream } from './stream.ts'

export const callLogs: Stream = {
  name: 'call_logs',
  description: "Calls of the token's user",
  refreshHours: 24,
  key: ['id'],
  ofUser: 'user_id',
  cursorField: null,
  readById: { kind: 'one', path: '/v1/callLogs/{id}', cost: 2 },
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
