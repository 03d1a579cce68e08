import { LIST_AGAIN, v1Whole } from './lists.ts'
import { type Partition, type Stream } from './stream.ts'

/**
 * Who asks for no metric is shown only the goals of the token's user, and who does not say which are active only those
 * that are (openapi v1).
 */
function goalsOf(metric: 'quantity' | 'sum', isActive: boolean): Partition {
  return v1Whole('/v1/goals/find', 20, {
    name: `${isActive ? 'active' : 'inactive'} ${metric}`,
    records: { kind: 'member', name: 'goals' },
    params: { is_active: String(isActive), 'expected_outcome.tracking_metric': metric },
  })
}

export const goals: Stream = {
  name: 'goals',
  description: 'Goals of users, teams and the company, those that are over included',
  refreshHours: 24,
  key: ['id'],
  cursorField: null,
  readById: LIST_AGAIN,
  catalogs: [],
  partitions: [
    goalsOf('quantity', true),
    goalsOf('sum', true),
    goalsOf('quantity', false),
    goalsOf('sum', false),
  ],
  columns: {
    id: 'text',
    title: 'text',
    owner_id: 'bigint',
    type_name: { type: 'text', from: 'type.name' },
    type_params: { type: 'jsonb', from: 'type.params' },
    assignee_type: { type: 'text', from: 'assignee.type' },
    assignee_id: { type: 'bigint', from: 'assignee.id' },
    interval: 'text',
    duration_start: { type: 'date', from: 'duration.start' },
    duration_end: { type: 'date', from: 'duration.end' },
    expected_outcome_target: { type: 'numeric', from: 'expected_outcome.target' },
    expected_outcome_tracking_metric: { type: 'text', from: 'expected_outcome.tracking_metric' },
    expected_outcome_currency_id: { type: 'bigint', from: 'expected_outcome.currency_id' },
    is_active: 'boolean',
    report_ids: 'text[]',
  },
}

export const goalResults: Stream = {
  name: 'goal_results',
  description: 'How far goals have come, from their beginning to their end or to today',
  onDemand: true,
  key: ['goal_id'],
  cursorField: null,
  leftOut: ['goal'],
  catalogs: [],
  partitions: [
    v1Whole('/v1/goals/{id}/results', 20, {
      records: { kind: 'one' },
      parents: {
        of: goals,
        columns: ['goal_id'],
        params: { 'period.start': 'duration_start', 'period.end': 'duration_end' },
        always: true,
      },
    }),
  ],
  columns: { goal_id: 'text', progress: 'numeric', period_start: 'date', period_end: 'date' },
}
