import type { Json, Row } from '../json.ts'
import { isDeleted, type EntityName } from './entities.ts'
import { childRows, named } from './links.ts'
import type { Collections } from './shapes.ts'

type Answered = (row: Row, all: Collections) => Row

const idOf = (row: Row): Json => row['id'] ?? null

/** A number in a text (openapi v1, roles). */
const role: Answered = (row, all) => ({
  ...row,
  assignment_count: String(childRows(all.role_assignments, 'role_id', idOf(row)).length),
})

const permissionSet: Answered = (row, all) => ({
  ...row,
  assignment_count: childRows(all.permission_set_assignments, 'permission_set_id', idOf(row)).length,
})

const team: Answered = (row, all) => ({
  ...row,
  users: childRows(all.team_users, 'team_id', idOf(row)).map((one) => one['user_id'] ?? null),
})

const thread: Answered = (row, all) => {
  const messages = childRows(all.mail_messages, 'mail_thread_id', idOf(row)).filter((one) => !isDeleted(one))
  const times = messages.map((one) => one['message_time']).filter((time) => typeof time === 'string')
  return {
    ...row,
    message_count: messages.length,
    last_message_timestamp: times.toSorted().at(-1) ?? row['last_message_timestamp'] ?? null,
    deal_status: named(all.deals, row['deal_id'], 'status'),
  }
}

/** Records that say how many others belong to them, or which, as it is now. */
export const parentAnswers: Readonly<Partial<Record<EntityName, Answered>>> = {
  roles: role,
  permission_sets: permissionSet,
  teams: team,
  mail_threads: thread,
}
