import { sql } from 'kysely'
import type { Stream } from '../streams/stream.ts'
import { placeOf } from '../transform/record-fields.ts'
import type { Session } from './connection.ts'
import { countRows } from './drift-rows.ts'

/** A field of which some values are kept in `_extra`. */
export interface DriftState {
  readonly stream: string
  /** Its label; null where the field catalog does not know it. */
  readonly field: string | null
  /** The first column of the field; null where it has none. */
  readonly column: string | null
  /** Its key in the records. */
  readonly code: string
  /** `unfit`: the column does not take it; `unknown`: there is no column; `unknown type`: the field's type is new. */
  readonly reason: string
  /** Rows that have such a value in `_extra` now; of a type that is new, the fields that have it. */
  readonly count: number
  /** When one was last read. */
  readonly last_seen: string
}

/** The first column that is taken from a key of the records. */
function nativeColumn(stream: Stream | undefined, key: string): string | null {
  const { columns = {} } = stream ?? {}
  const isFrom = (column: string): boolean => placeOf(columns, column).split('.')[0] === key.split('.')[0]
  return Object.keys(columns).find(isFrom) ?? null
}

/** The field whose key it is, or begins with: parts of a value stand in it, or in v1 beside it. */
function fieldOf({ schemas }: Session) {
  return sql<{ label: string; column_name: string | null }>`lateral (
    select label, column_name from ${sql.table(`${schemas.data}.fields`)}
    where entity = stream and (field_code = key or (is_custom and (starts_with(key, field_code || '_') or starts_with(key, field_code || '.'))))
    order by field_code = key desc, removed_at is not null, first_seen_at desc limit 1)`.as('field')
}

/** What is kept in `_extra`, what was seen last first. */
export async function readDrift(
  session: Session,
  account: string,
  streams: readonly Stream[],
): Promise<readonly DriftState[]> {
  const byName = new Map(streams.map((stream) => [stream.name, stream]))
  const rows = await session.control
    .selectFrom('drift')
    .leftJoin(fieldOf(session), (on) => on.onTrue())
    .select(['stream', 'key', 'reason', 'seen', 'last_seen_at', 'label', 'column_name'])
    .where('account', '=', account)
    .orderBy('last_seen_at', 'desc')
    .orderBy('stream')
    .orderBy('key')
    .execute()
  const found = rows.map((row) => ({
    ...row,
    stream: byName.get(row.stream),
    code: row.key,
    name: row.stream,
  }))
  const counted = await countRows(session, found)
  return found
    .map((each) => ({
      stream: each.name,
      field: each.label,
      column: each.column_name ?? nativeColumn(each.stream, each.code),
      code: each.code,
      reason: each.reason,
      count: each.reason === 'unknown type' ? Number(each.seen) : (counted.get(each) ?? 0),
      last_seen: each.last_seen_at.toISOString(),
    }))
    .filter(({ count }) => count > 0)
}
