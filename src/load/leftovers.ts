import { sql } from 'kysely'
import type { Batch } from '../transform/batch.ts'
import { DELETED_AT, EXTRA, type TableLayout } from '../transform/layout.ts'
import { ROW_KEY } from '../transform/present.ts'
import type { LeftOver } from '../transform/targets.ts'
import type { Session } from './connection.ts'
import { stageOf, whileStaged } from './stage.ts'
import { qualified, quoteIdentifier } from './table-plan.ts'
import { sameKey } from './upsert.ts'

/** Rows that are read at once. */
const ROWS = 2000

/** Why values are in `_extra`; a type that nobody has described is told of, but its values have their column. */
const KEPT = ['unknown', 'unfit'] as const

/** The keys of what is left over, and why. */
export async function keysLeftOver(
  { control, schemas }: Session,
  account: string,
  stream: string,
): Promise<readonly LeftOver[]> {
  const fields = sql.table(`${schemas.data}.fields`)
  const ofKey = sql`select from ${fields} where entity = stream and field_code = key and is_custom`
  const retyped = sql<boolean>`exists (${ofKey} and removed_at is null)
    and exists (${ofKey} and removed_at >= last_seen_at)`.as('retyped')
  return control
    .selectFrom('drift')
    .select(['key', 'reason', retyped])
    .where((is) => is.and({ account, stream }))
    .where('reason', 'in', KEPT)
    .execute()
}

/** They have columns now. */
export async function forgetLeftOver(
  { control }: Session,
  account: string,
  stream: string,
  keys: readonly string[],
): Promise<void> {
  await control
    .deleteFrom('drift')
    .where((is) => is.and({ account, stream }))
    .where('key', 'in', keys)
    .where('reason', 'in', KEPT)
    .execute()
}

/**
 * The leftovers of the rows that hold one of these keys, or the object whose part it is, each with the key of its row:
 * pages of records, JSON arrays. To be read within a transaction.
 */
export async function* readLeftovers(
  { client, schemas }: Session,
  { table, key }: TableLayout,
  keys: readonly string[],
): AsyncGenerator<Uint8Array, void> {
  const name = qualified(schemas.data, table)
  const row = key.map((column) => `${client.escapeLiteral(column)}, ${quoteIdentifier(column)}`).join(', ')
  // A cursor takes no parameters.
  const held = new Set(keys.flatMap((each) => [each, each.split('.')[0] ?? each]))
  const wanted = [...held].map((each) => client.escapeLiteral(each)).join(', ')
  await client.query(`declare leftovers cursor for
    select (${EXTRA} || jsonb_build_object('${ROW_KEY}', jsonb_build_object(${row})))::text as record
    from ${name} where ${EXTRA} ?| array[${wanted}]`)
  for (;;) {
    const { rows } = await client.query<{ record: string }>(`fetch ${ROWS} from leftovers`)
    if (rows.length === 0) break
    yield Buffer.from(`[${rows.map(({ record }) => record).join()}]`)
  }
  await client.query('close leftovers')
}

/**
 * Puts what was read out of leftovers into the columns of their rows, and what is left of them back. A part of a value
 * may have had its column all along: what is not among the leftovers stays.
 */
export async function moveLeftovers(session: Session, layout: TableLayout, batch: Batch): Promise<void> {
  const { data, schemas } = session
  const set = layout.columns
    .map(({ name }) => name)
    .filter((name) => !layout.key.includes(name) && name !== DELETED_AT && name !== EXTRA)
    .map(
      (name) => sql`${sql.id(name)} = coalesce(${sql.ref(`staged.${name}`)}, ${sql.ref(`held.${name}`)}), `,
    )
  const staged = stageOf(session, layout)
  const move = sql`update ${sql.table(`${schemas.data}.${layout.table}`)} as held
    set ${sql.join(set, sql``)} ${sql.id(EXTRA)} = ${sql.ref(`staged.${EXTRA}`)}, _synced_at = now()
    from ${staged} as staged where ${sameKey(layout, 'staged', 'held')}`
  await whileStaged(session, { tables: [layout], batch, keepsOut: false }, () => move.execute(data))
}
