import { columnType, type Partition, type Stream } from './stream.ts'

export type Mode = 'incremental' | 'newest first' | 'full refresh' | 'per parent' | 'exploded'

/** How a pass reads a stream. */
export function modeOf({ partitions }: Stream): Mode {
  if (partitions.some(({ parents }) => parents !== undefined)) return 'per parent'
  if (partitions.some(({ filter }) => filter !== undefined)) return 'incremental'
  return partitions.some(({ newestFirst }) => newestFirst !== undefined) ? 'newest first' : 'full refresh'
}

/** When a run reads a stream that is not told what to read. */
export function whenRead({ onDemand, refreshHours, recentsItem, partitions }: Stream): string {
  if (onDemand === true) return 'when it is asked for'
  const seldom = partitions.flatMap(({ path, refreshHours: hours }) =>
    hours === undefined ? [] : [`\`${path}\` every ${hours} hours`],
  )
  const usual = refreshHours === undefined ? 'every pass' : `every ${refreshHours} hours`
  const told = recentsItem === undefined ? '' : ', and each tick that tells of it'
  return [usual + told, ...seldom].join('; ')
}

/** Which parents a partition's children are read of. */
export function whichParents({ parents }: Partition): string | null {
  if (parents === undefined) return null
  const { of, counter, always, ask } = parents
  const which = always === true ? 'every one' : 'those that have changed'
  const counted = counter === undefined ? '' : `, where \`${counter.column}\` is over ${counter.none}`
  const atOnce = ask === undefined || ask.most === 1 ? '' : `, ${ask.most} a request`
  return `of \`${of.name}\`: ${which}${counted}${atOnce}`
}

function confirmed({ readById }: Stream): string {
  return readById?.kind === 'list' ? 'confirmed by a second look' : 'confirmed by a read by id'
}

/** How a deletion is seen, by flag first. */
export function howDeleted(stream: Stream): string {
  const { deletedWhen, partitions } = stream
  const flag = deletedWhen === undefined ? [] : [`\`${deletedWhen.field}\` is ${String(deletedWhen.is)}`]
  const mode = modeOf(stream)
  if (mode === 'per parent')
    return [...flag, 'not among the children of its parent any more, or the parent is gone'].join('; ')
  if (stream.lasting === true || partitions.every(({ records }) => records?.kind === 'one')) return 'never'
  const when = mode === 'full refresh' ? 'absent' : 'absent in a sweep'
  return [...flag, `${when}, ${confirmed(stream)}`].join('; ')
}

/** What a column with this name refers to, where it is an id. */
const REFERENCES: Readonly<Record<string, string>> = {
  user_id: 'users',
  owner_id: 'users',
  creator_id: 'users',
  creator_user_id: 'users',
  actor_user_id: 'users',
  followed_user_id: 'users',
  last_update_user_id: 'users',
  updater_id: 'users',
  manager_id: 'users',
  created_by_user_id: 'users',
  created_by: 'users',
  updated_by: 'users',
  admin_id: 'users',
  deal_id: 'deals',
  source_deal_id: 'deals',
  person_id: 'persons',
  org_id: 'organizations',
  organization_id: 'organizations',
  rel_owner_org_id: 'organizations',
  rel_linked_org_id: 'organizations',
  lead_id: 'leads',
  source_lead_id: 'leads',
  product_id: 'products',
  product_variation_id: 'product_variations',
  pipeline_id: 'pipelines',
  stage_id: 'stages',
  activity_id: 'activities',
  next_activity_id: 'activities',
  last_activity_id: 'activities',
  note_id: 'notes',
  project_id: 'projects',
  task_id: 'tasks',
  parent_task_id: 'tasks',
  board_id: 'project_boards',
  projects_board_id: 'project_boards',
  phase_id: 'project_phases',
  role_id: 'roles',
  parent_role_id: 'roles',
  permission_set_id: 'permission_sets',
  team_id: 'teams',
  goal_id: 'goals',
  mail_thread_id: 'mail_threads',
}

/** A column and the table whose key it holds; the warehouse does not enforce it, since rows come in any order. */
export interface Reference {
  readonly column: string
  readonly table: string
}

export function referencesOf(columns: Stream['columns']): readonly Reference[] {
  return Object.entries(columns).flatMap(([column, spec]) => {
    const table = REFERENCES[column]
    return table === undefined || columnType(spec).endsWith('[]') ? [] : [{ column, table }]
  })
}
