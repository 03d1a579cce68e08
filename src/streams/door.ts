import { columnType, type ColumnSpec, type Exploded, type Partition, type Stream } from './stream.ts'

/** The ways to the records of a stream, by name: v2, or v1's `/collection` where there is one. */
export const API_NAMES = ['v2', 'v1-collection'] as const
export type ApiName = (typeof API_NAMES)[number]
export type DoorName = Exclude<ApiName, 'v2'>

/** Other endpoints that show a stream's records, in another form and not in full. */
export interface Door {
  readonly partitions: readonly Partition[]
  /** Names of the columns that stand in every record under their own names. */
  readonly same: readonly string[]
  /** The columns that stand elsewhere or otherwise. */
  readonly columns: Readonly<Record<string, ColumnSpec>>
  readonly exploded?: readonly Exploded[]
  readonly deletedWhen?: Stream['deletedWhen']
  readonly leftOut?: readonly string[]
}

/** Columns that a door does not promise are taken where it sends them, and stay as they are where it does not. */
function columnsThrough(door: Door, stream: Stream): Stream['columns'] {
  const specs = Object.entries(stream.columns).map(([name, spec]): [string, ColumnSpec] => {
    const type = columnType(spec)
    return [name, door.columns[name] ?? (door.same.includes(name) ? { type } : { type, nulls: 'stay' })]
  })
  return Object.fromEntries(specs)
}

/** The stream as it is read through an API: itself where it has no such door. */
export function throughDoor(stream: Stream, api: ApiName): Stream {
  const door = api === 'v2' ? undefined : stream.doors?.[api]
  if (door === undefined) return stream
  const { name, description, key, cursorField, catalogs, recentsItem } = stream
  const { partitions, exploded = [], leftOut = [], deletedWhen } = door
  return {
    ...{ name, description, key, cursorField, catalogs, partitions, exploded, leftOut },
    ...(deletedWhen === undefined ? {} : { deletedWhen }),
    ...(recentsItem === undefined ? {} : { recentsItem }),
    columns: columnsThrough(door, stream),
    whole: stream,
  }
}

/**
 * A v1 list that was made for copying everything (openapi v1, 2026-01; out of support since 2026-08-01). It names no
 * order. Only global admins may read it.
 */
export function v1Collection(entity: string, more: Partial<Partition> = {}): Partition {
  return {
    name: 'collection',
    path: `/v1/${entity}/collection`,
    cost: 10,
    paging: 'page-token',
    pageSize: 500,
    filter: { since: 'since', until: 'until' },
    looseFilter: true,
    forbidden: 'Only global admins can read these endpoints.',
    ...more,
  }
}

/** Deals have one label under this key, or several separated by commas (openapi v1, 2026-01). */
export const LABEL: ColumnSpec = { type: 'bigint[]', from: 'label', nulls: 'empty' }
/** The others have all their labels, and the first one under the key that is older (openapi v1, 2026-01). */
export const FIRST_LABEL: ColumnSpec = { type: 'bigint[]', orFrom: 'label', nulls: 'empty' }

/** v1's word for what v2 calls `is_deleted` (documentation, v2 migration guide). */
export const IS_INACTIVE: ColumnSpec = { type: 'boolean', from: 'active_flag', is: false }
export const WHEN_INACTIVE = { field: 'active_flag', is: false } as const

/** What v1 repeats from other records (openapi v1, 2026-01): v2 leaves it out, and other tables hold it. */
export const V1_NAMES = [
  ...['company_id', 'cc_email', 'owner_name', 'org_name', 'person_name', 'last_activity_date'],
  ...['next_activity_date', 'next_activity_time', 'next_activity_subject', 'next_activity_type'],
  ...['next_activity_duration', 'next_activity_note'],
] as const
