import { sql } from 'kysely'
import { tableExists, type Session } from './connection.ts'
import type { TableErasure } from './erase.ts'

/** Remembers, in the transaction that erases the record, in which tables something of it is to be swept out. */
export async function oweVacuum(
  { control }: Session,
  record: { readonly account: string; readonly stream: string; readonly key: string },
  tables: readonly TableErasure[],
): Promise<void> {
  const { account, stream, key } = record
  const owed = tables.filter(({ removed, emptied }) => removed + emptied > 0).map(({ table }) => table)
  await control
    .updateTable('erased')
    .set({ to_vacuum: sql<string[]>`array(select distinct unnest(to_vacuum || ${owed}::text[]) order by 1)` })
    .where((is) => is.and({ account, stream, key }))
    .execute()
}

/** What was removed stays in the table's file until it is vacuumed, and samples of it in the planner's statistics. */
async function vacuum({ client, data, schemas }: Session, table: string): Promise<void> {
  await client.query(sql`vacuum (analyze) ${sql.table(`${schemas.data}.${table}`)}`.compile(data).sql)
}

/**
 * Vacuums the tables from which something was erased, by this process or one that was stopped before it had. A record
 * that is erased once more meanwhile owes its own.
 */
export async function sweepOut(session: Session, account: string): Promise<void> {
  const { control, schemas } = session
  const version = sql<string>`xmin::text`
  const owing = await control
    .selectFrom('erased')
    .select(['stream', 'key', 'to_vacuum', version.as('version')])
    .where('account', '=', account)
    .where('to_vacuum', '<>', sql<string[]>`'{}'`)
    .execute()
  for (const table of new Set(owing.flatMap(({ to_vacuum }) => to_vacuum)))
    if (await tableExists(session, schemas.data, table)) await vacuum(session, table)
  for (const { stream, key, version: seen } of owing)
    await control
      .updateTable('erased')
      .set({ to_vacuum: [] })
      .where((is) => is.and({ account, stream, key }))
      .where(version, '=', seen)
      .execute()
}
