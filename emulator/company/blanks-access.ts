import type { Row } from '../json.ts'
import type { AccessName } from './entities-access.ts'

/** New records of what hangs on settings, each with the key of what it hangs on (openapi v1). */
export const accessBlanks: Readonly<Record<AccessName, Row>> = {
  role_assignments: {
    user_id: null,
    role_id: 1,
    parent_role_id: 1,
    name: '',
    active_flag: true,
    type: '1',
  },
  role_settings: { role_id: 1, name: '', value: 1 },
  role_pipelines: { role_id: 1, pipeline_id: 1 },
  permission_set_assignments: { user_id: null, permission_set_id: null, name: '' },
  team_users: { team_id: 1, user_id: null },
  user_permissions: { user_id: null, name: '', value: false },
  goal_results: { goal_id: null, period_start: null, period_end: null, progress: 0 },
}
