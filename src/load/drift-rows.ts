import { sql } from 'kysely'
import type { Stream } from '../streams/stream.ts'
import { EXTRA } from '../transform/layout.ts'
import { tableExists, type Session } from './connection.ts'
import { DRIFT_KEY } from './run-log.ts'

/** Where the values of a key are kept: those of a list that becomes rows, in their rows. */
function keptIn({ name, exploded = [] }: Stream, key: string) {
  const child = exploded.find(({ from }) => key.startsWith(`${from}.`))
  return child === undefined
    ? { table: name, key }
    : { table: child.table, key: key.slice(child.from.length + 1) }
}

/** Whether a row has a key in `_extra`: at its top, or as `key.part` in the object that is kept of a value. */
function hasKey(key: string) {
  const extra = sql.id(EXTRA)
  if (key.length >= DRIFT_KEY)
    return sql`exists (select from jsonb_object_keys(${extra}) as each where left(each, ${DRIFT_KEY}) = ${key})`
  const steps = key.split('.')
  const places = steps.slice(1).flatMap((_, index) => {
    const [under, part] = [steps.slice(0, index + 1).join('.'), steps.slice(index + 1).join('.')]
    // Where something else stood under the key already.
    return [
      [under, part],
      [`${under}.`, part],
    ]
  })
  const isPart = places.map((place) => sql`${extra} #> ${place}::text[] is not null`)
  return sql`(${sql.join([sql`${extra} ? ${key}`, ...isPart], sql` or `)})`
}

async function countKeys(
  session: Session,
  table: string,
  keys: readonly string[],
): Promise<readonly number[]> {
  const { data, schemas } = session
  if (!(await tableExists(session, schemas.data, table))) return keys.map(() => 0)
  const counts = sql.join(keys.map((key) => sql`count(*) filter (where ${hasKey(key)})`))
  const { rows } = await sql<{ counts: string[] }>`select array[${counts}] as counts
    from ${sql.table(`${schemas.data}.${table}`)} where ${sql.id(EXTRA)} is not null`.execute(data)
  return (rows[0]?.counts ?? []).map(Number)
}

/** A key of a stream's records; no stream where the registry has it no more. */
export interface Key {
  readonly stream: Stream | undefined
  readonly code: string
}

/** How many rows have each key in `_extra` now; each table is scanned once. */
export async function countRows(session: Session, keys: readonly Key[]): Promise<ReadonlyMap<Key, number>> {
  const kept = keys.flatMap((each) =>
    each.stream === undefined || each.stream.partitions.length === 0
      ? []
      : [{ each, ...keptIn(each.stream, each.code) }],
  )
  const counted = new Map<Key, number>()
  for (const [table, some] of Map.groupBy(kept, (one) => one.table)) {
    const counts = await countKeys(
      session,
      table,
      some.map(({ key }) => key),
    )
    for (const [index, { each }] of some.entries()) counted.set(each, counts[index] ?? 0)
  }
  return counted
}
