import { sql, type RawBuilder, type SqlBool } from 'kysely'
import { DELETED_AT, type StreamLayout } from '../transform/layout.ts'
import { keyOfRow } from './comparison.ts'
import type { Session } from './connection.ts'
import { stageOf } from './stage.ts'
import { sameKey } from './upsert.ts'

/** Marks as deleted, of these rows, what is not staged; to be called in the transaction that has staged what is there. */
export async function markGone(
  session: Session,
  layout: StreamLayout,
  rows: RawBuilder<SqlBool>,
): Promise<void> {
  const { data, schemas } = session
  await sql`update ${sql.table(`${schemas.data}.${layout.table}`)} as held
    set ${sql.id(DELETED_AT)} = now(), _synced_at = now()
    where ${rows} and ${sql.ref(`held.${DELETED_AT}`)} is null
      and not exists (select from ${stageOf(session, layout)} as staged
        where ${sameKey(layout, 'staged', 'held')})`.execute(data)
}

/**
 * Forgets of which version some rows are, so that an older one may be merged into them: what two readings by id have
 * shown is right, whatever the row says. `rows`: where they are, as `held`; `keys`: as a comparison names them.
 */
export async function forgetVersions(
  { data, schemas }: Session,
  layout: StreamLayout,
  rows: RawBuilder<SqlBool>,
  keys: readonly string[],
): Promise<void> {
  if (layout.cursor === null || keys.length === 0) return
  await sql`update ${sql.table(`${schemas.data}.${layout.table}`)} as held set ${sql.id(layout.cursor)} = null
    where ${rows} and ${keyOfRow(layout, 'held')} = any(${keys}::text[])`.execute(data)
}
